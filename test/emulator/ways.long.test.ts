/** Ways into an emulator in process: one program at a time, gone with the cable, nothing left. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, lstatSync, readdirSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import { connect as dial, createServer } from "node:net";
import { dirname, join } from "node:path";
import {
  createEmulator,
  createVirtualClock,
  type Emulator,
  type EmulatorOptions,
} from "../../hardware/emulator/index.ts";
import { openClient, openPort } from "../../host/client/index.ts";
import { cleanUp, temporaryFolder } from "../cli/mayfly.ts";
import { hasNoPty } from "../cli/emulating.ts";
import { SEED, unwrap, until } from "../driver/lines.ts";

afterAll(cleanUp);

const TCP = { tcp: "127.0.0.1:0" };

/** An emulator, and the names of the ports that it has been given. */
const reachable = async (options: EmulatorOptions = {}) => {
  const emulator = await createEmulator({ seed: SEED, ...options });
  const sockets = [await emulator.listen(), await emulator.listen(TCP)];
  const ports = sockets.map(({ port }) => port);
  const all = hasNoPty ? ports : [emulator.path, ...ports];
  return { emulator, ports: all, [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose]() };
};

const clientOf = async (emulator: Emulator, port: string) =>
  unwrap(await openClient({ open: openPort(port), identity: emulator.identity }));

const refusalOf = async (port: string, connectTimeoutMs = 2500): Promise<string> => {
  const client = await openClient({ open: openPort(port), reconnectMs: 0, connectTimeoutMs });
  if (!client.ok) return client.error;
  await client.value.close();
  return "open";
};

/** A pty's program counts as there while Bun keeps its descriptor: a moment longer than itself. */
const untilFree = async ({ open }: Emulator): Promise<void> => {
  let line = await open();
  while (!line.ok) {
    await Bun.sleep(1);
    line = await open();
  }
  await line.value.close();
};

const throws = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    return String(error);
  }
  return "nothing";
};

/** The names of the ways, and which of the ports each is. */
const WAYS = (hasNoPty ? ["socket", "TCP"] : ["pty", "socket", "TCP"]).map((name, i) => ({
  name,
  portOf: (ports: readonly string[]): string => ports[i] ?? "",
}));

describe("one program at a time", () => {
  for (const { name, portOf } of WAYS) {
    test.concurrent(`${name}: who comes second by any way hears that it is busy`, async () => {
      await using reach = await reachable();
      const { emulator, ports } = reach;
      const first = await clientOf(emulator, portOf(ports));
      for (const other of ports) expect(await refusalOf(other)).toBe("port_busy");
      expect(await emulator.open()).toMatchObject({ ok: false, error: "port_busy" });
      unwrap(await first.getStatus({}));
      await first.close();
      await untilFree(emulator);
      const inProcess = await emulator.connect();
      expect(await refusalOf(portOf(ports))).toBe("port_busy");
      unwrap(await inProcess.getStatus({}));
      await inProcess.close();
    });
  }

  test("a socket is ended without a word; the first one's bytes do not reach it", async () => {
    await using reach = await reachable();
    const { emulator } = reach;
    const { address } = await emulator.listen(TCP);
    const client = await emulator.connect();
    const [host = "", port] = address.split(":");
    const heard: string[] = [];
    const socket = dial({ host, port: Number(port) });
    socket.on("data", () => void heard.push("data"));
    socket.on("end", () => void heard.push("end"));
    socket.write("noise that nobody reads");
    await until("the end", () => heard.length > 0);
    unwrap(await client.getStatus({}));
    socket.destroy();
    expect(heard).toEqual(["end"]);
    await client.close();
  });
});

describe("the cable", () => {
  for (const { name, portOf } of WAYS) {
    test.concurrent(`${name}: unplugged, it hangs up, and is missing till replug`, async () => {
      await using reach = await reachable();
      const { emulator, ports } = reach;
      const gone = Promise.withResolvers<string>();
      const client = unwrap(
        await openClient({
          open: openPort(portOf(ports)),
          reconnectMs: 0,
          onEvent: ({ kind }) => (kind === "connected" ? undefined : gone.resolve(kind)),
        }),
      );
      emulator.unplug();
      expect(await gone.promise).toBe("disconnected");
      await client.close();
      for (const other of ports) expect(await refusalOf(other)).toBe("port_missing");
      emulator.replug();
      await (await clientOf(emulator, portOf(ports))).close();
    });

    test.concurrent(`${name}: after a power cut the same name leads to the next boot`, async () => {
      await using reach = await reachable();
      const { emulator, ports } = reach;
      const kinds: string[] = [];
      const client = unwrap(
        await openClient({
          open: openPort(portOf(ports)),
          identity: emulator.identity,
          onEvent: ({ kind }) => void kinds.push(kind),
        }),
      );
      emulator.powerCut();
      expect(await client.getXpub({ path: [] })).toMatchObject({ ok: true });
      expect(kinds).toEqual(["connected", "disconnected", "connected", "rebooted"]);
      await client.close();
    });
  }
});

describe("names", () => {
  test("a socket is its user's alone; the folder goes with the last emulator", async () => {
    const [one, other] = [await createEmulator(), await createEmulator()];
    const sockets = [await one.listen(), await other.listen()];
    const folders = new Set(sockets.map(({ address }) => dirname(address)));
    expect(folders.size).toBe(1);
    const [folder = ""] = folders;
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const { address } of sockets) {
      expect(lstatSync(readlinkSync(address)).mode & 0o777).toBe(0o600);
    }
    await one[Symbol.asyncDispose]();
    expect(existsSync(sockets[0]?.address ?? "")).toBe(false);
    expect(await refusalOf(sockets[1]?.port ?? "")).toBe("open");
    await other[Symbol.asyncDispose]();
    expect(existsSync(folder)).toBe(false);
  });

  test("one that is closed is free, the others stay", async () => {
    await using reach = await reachable();
    const { emulator } = reach;
    const file = join(temporaryFolder(), "s");
    const socket = await emulator.listen({ socket: file });
    expect(socket).toMatchObject({ address: file, port: `unix:${file}` });
    expect(await refusalOf(socket.port)).toBe("open");
    await socket.close();
    await socket.close();
    expect(await refusalOf(socket.port)).toBe("port_missing");
    expect(readdirSync(dirname(file))).toEqual([]);
    await (await emulator.listen({ socket: file })).close();
    for (const port of reach.ports) {
      expect(await refusalOf(port)).toBe("open");
    }
  });

  test("what is in use is not taken away; what was left behind is", async () => {
    await using reach = await reachable();
    const { emulator } = reach;
    const folder = temporaryFolder();
    const [file, stale, server] = [join(folder, "a"), join(folder, "b"), createServer()];
    await using used = await emulator.listen({ socket: file });
    const another = await createEmulator();
    expect(await throws(() => another.listen({ socket: file }))).toContain("file_exists");
    expect(await throws(() => another.listen({ socket: folder }))).toContain("file_exists");
    symlinkSync(join(folder, "gone"), stale);
    await using found = await another.listen({ socket: stale });
    expect([await refusalOf(used.port), await refusalOf(found.port)]).toEqual(["open", "open"]);
    await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const tcp = `127.0.0.1:${port}`;
    expect(await throws(() => another.listen({ tcp }))).toContain("EADDRINUSE");
    server.close();
    await another[Symbol.asyncDispose]();
  });

  test("a name that another has taken while the cable was out stays the other's", async () => {
    await using reach = await reachable();
    await using another = await createEmulator();
    const file = join(temporaryFolder(), "s");
    await using first = await reach.emulator.listen({ socket: file });
    reach.emulator.unplug();
    await using second = await another.listen({ socket: file });
    const target = readlinkSync(file);
    reach.emulator.replug();
    expect(readlinkSync(file)).toBe(target);
    await first.close();
    expect(readlinkSync(file)).toBe(target);
    expect(await refusalOf(second.port)).toBe("open");
  });

  test("a link that leads nowhere that can be looked at is somebody's", async () => {
    await using emulator = await createEmulator();
    const loop = join(temporaryFolder(), "loop");
    symlinkSync("loop", loop);
    expect(await throws(() => emulator.listen({ socket: loop }))).toContain("file_exists");
    expect(readlinkSync(loop)).toBe("loop");
  });

  test("hosts but the loopback are refused by name, on both sides", async () => {
    await using emulator = await createEmulator();
    for (const host of ["0.0.0.0", "10.1.2.3", "example.com", "127.1", "128.0.0.1", "[::]"]) {
      const why = await throws(() => emulator.listen({ tcp: `${host}:0` }));
      expect(why).toContain(`${host.replaceAll(/[[\]]/g, "")} is not this machine's loopback`);
      const opened = await openPort(`tcp://${host}:4000`)();
      expect(opened).toMatchObject({ ok: false, error: "not_a_signer" });
    }
    expect(await throws(() => emulator.listen({ tcp: "4000" }))).toContain("is not HOST:PORT");
  });

  test("with a virtual clock, or when it is over, one sentence says why not", async () => {
    const emulator = await createEmulator({ clock: createVirtualClock() });
    for (const way of [() => emulator.path, () => emulator.listen(), () => emulator.listen(TCP)]) {
      expect(await throws(way)).toContain("make the emulator without a clock");
    }
    await emulator[Symbol.asyncDispose]();
    const over = await createEmulator();
    await over[Symbol.asyncDispose]();
    expect(await throws(() => over.listen())).toContain("the emulator is over");
  });
});

test("a port that is no socket, or that nobody listens on, is named for what it is", async () => {
  const folder = temporaryFolder();
  expect(await refusalOf(`unix:${join(folder, "none")}`)).toBe("port_missing");
  expect(await refusalOf(`unix:${folder}`)).toBe("not_a_signer");
  expect(await refusalOf("tcp://127.0.0.1:0")).toBe("not_a_signer");
  const server = createServer((socket) => void socket.on("data", () => socket.write("login: ")));
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  expect(await refusalOf(`tcp://127.0.0.1:${port}`, 300)).toBe("not_a_signer");
  server.close();
  await until("nobody listens", () => !server.listening);
  expect(await refusalOf(`tcp://127.0.0.1:${port}`)).toBe("port_missing");
});
