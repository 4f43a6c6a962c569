/** One device, one cable, several programs: each with its own session and role. */
import { afterAll, expect, test } from "bun:test";
import { createServer } from "node:net";
import { join } from "node:path";
import { createEmulator, type Emulator } from "../../hardware/emulator/index.ts";
import { type ClientOptions, openClient, SYSTEM_CLOCK } from "../../host/driver/index.ts";
import { overSocket, sharePort } from "../../host/link/index.ts";
import { ok } from "../../protocol/errors.ts";
import { type Role, ROLES } from "../../protocol/session/role.ts";
import { asking, GENESIS, SEED, unwrap, until, untilAsked } from "../driver/lines.ts";
import { at } from "../firmware/outcomes.ts";
import { startHub } from "./fake-hub.ts";
import { atEnd, cleanUp, connectRaw, temporaryFolder } from "./sockets.ts";

afterAll(cleanUp);

const share = async ({ open }: Pick<Emulator, "open">) => {
  const socket = join(temporaryFolder(), "s");
  const { signal } = new AbortController();
  const shared = unwrap(await sharePort({ open, socket, clock: SYSTEM_CLOCK, signal }));
  atEnd(shared.close);
  return socket;
};

const connect = async (socket: string, options: Omit<ClientOptions, "open" | "wire"> = {}) => {
  const wire = overSocket(socket, SYSTEM_CLOCK);
  const client = unwrap(await openClient({ ...options, wire }));
  atEnd(client.close);
  return client;
};

/** The emulator's own host, in one role. */
const inRole = ({ identity }: Emulator, role: Role) => ({
  identity: {
    ...identity,
    deviceOf: async (...asked: Parameters<typeof identity.deviceOf>) => {
      const known = await identity.deviceOf(...asked);
      if (!known.ok || known.value === undefined) return known;
      return ok({ ...known.value, grants: [{ role }] });
    },
  },
});

const ACCOUNT = [48, 1, 0, 2].map((step) => step + 0x8000_0000);

test("eight programs in four roles at once", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const socket = await share(emulator);
  const clients = await Promise.all(
    [...ROLES, ...ROLES].map((role) => connect(socket, inRole(emulator, role))),
  );
  const states = await Promise.all(clients.map((client) => client.getStatus({})));
  expect(states.every((state) => state.ok && state.value.name === "A")).toBe(true);
  const keys = await Promise.all(clients.map((client) => client.getXpub({ path: ACCOUNT })));
  const outcomes = keys.map((key) => (key.ok ? "ok" : key.error));
  expect(outcomes.filter((outcome) => outcome === "ok").length).toBeGreaterThan(0);
  expect(outcomes.slice(0, 4)).toEqual(outcomes.slice(4));
});

test("one waits for a press while another asks", async () => {
  const emulator = await asking();
  const socket = await share(emulator);
  const [patient, quick] = [await connect(socket), await connect(socket)];
  const asked = patient.generateSeed(GENESIS);
  await untilAsked(emulator);
  expect(await quick.getStatus({})).toMatchObject({ ok: true });
  emulator.press("yes");
  expect(await asked).toMatchObject({ ok: true });
});

test("a cable that goes and comes back: the clients' calls go on", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const socket = await share(emulator);
  const client = await connect(socket, { identity: emulator.identity });
  const before = unwrap(await client.getXpub({ path: ACCOUNT }));
  emulator.unplug();
  emulator.replug();
  expect(await client.getXpub({ path: ACCOUNT })).toEqual(ok(before));
});

test("a device that restarts is named as such to every client", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const socket = await share(emulator);
  const events: string[] = [];
  const client = await connect(socket, { onEvent: ({ kind }) => void events.push(kind) });
  unwrap(await client.getStatus({}));
  emulator.powerCut();
  await until("a reboot", () => events.includes("rebooted"));
  expect(await client.getStatus({})).toMatchObject({ ok: true });
});

test("a channel's next client begins sessions of its own", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const socket = await share(emulator);
  for (let i = 0; i < 20; i += 1) {
    const client = await connect(socket, { identity: emulator.identity });
    expect(await client.getXpub({ path: ACCOUNT })).toMatchObject({ ok: true });
    await client.close();
  }
});

test("a client that goes in the middle of a question ends the question", async () => {
  const emulator = await asking();
  const socket = await share(emulator);
  const client = await connect(socket);
  const asked = client.generateSeed(GENESIS);
  await untilAsked(emulator);
  await client.close();
  expect(await asked).toMatchObject({ error: "cancelled" });
  const cancelled = () =>
    emulator.log.some((one) => one["command"] === "generateSeed" && one["result"] === "cancelled");
  await until("a cancelled call", cancelled);
});

test("the ninth program hears that the port is busy", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const socket = await share(emulator);
  for (let i = 0; i < 8; i += 1) await connect(socket);
  const wire = overSocket(socket, SYSTEM_CLOCK);
  expect(await openClient({ wire })).toMatchObject({ ok: false, error: "port_busy" });
});

test("sockets that are no link's: each named for what it is", async () => {
  const folder = temporaryFolder();
  const wireTo = (path: string) => ({
    wire: overSocket(path, SYSTEM_CLOCK),
    connectTimeoutMs: 200,
  });
  expect(await openClient(wireTo(join(folder, "none")))).toMatchObject({ error: "port_missing" });
  const server = createServer((socket) => void socket.on("error", () => undefined));
  const silent = join(folder, "silent");
  await new Promise<void>((done) => void server.listen(silent, done));
  atEnd(() => void server.close());
  expect(await openClient(wireTo(silent))).toMatchObject({ error: "port_missing" });
  const talker = join(folder, "talker");
  const talking = createServer((socket) => void socket.end("220 smtp ready\r\n"));
  await new Promise<void>((done) => void talking.listen(talker, done));
  atEnd(() => void talking.close());
  expect(await openClient(wireTo(talker))).toMatchObject({ error: "not_a_signer" });
});

test("a signal ends the wait for a link's device", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const socket = await share(emulator);
  for (let i = 0; i < 3; i += 1) {
    const controller = new AbortController();
    const opening = openClient({
      wire: overSocket(socket, SYSTEM_CLOCK),
      signal: controller.signal,
    });
    controller.abort();
    expect(await opening).toMatchObject({ ok: false, error: "cancelled" });
  }
  expect(await (await connect(socket)).getStatus({})).toMatchObject({ ok: true });
});

test("garbage on one connection disturbs no other program", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const socket = await share(emulator);
  const client = await connect(socket, { identity: emulator.identity });
  for (let i = 0; i < 12; i += 1) {
    const raw = connectRaw(socket);
    raw.write(crypto.getRandomValues(new Uint8Array(3000)));
    const key = await client.getXpub({ path: ACCOUNT });
    expect(key).toMatchObject({ ok: true });
    raw.destroy();
  }
});

test("at the end who waits for the device is not told that the link is full", async () => {
  const { hub, file, links, changes, reach, admitted } = await startHub();
  reach(false);
  at(links, 0).breakDown();
  await until("the device is away", () => changes.length === 1);
  const raw = connectRaw(file);
  const opening = openClient({ wire: overSocket(file, SYSTEM_CLOCK), connectTimeoutMs: 20_000 });
  await until("both wait", () => admitted() === 2);
  await hub.close();
  await until("an end", raw.isClosed);
  expect(raw.said).toEqual([]);
  expect(await opening).toMatchObject({ error: "link_down", details: { why: "the link ended" } });
});
