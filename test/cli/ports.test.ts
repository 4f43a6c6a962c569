/** Ports that are no signer, or somebody else's: each named for what it is. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPty, type Pty } from "../../hardware/emulator/lines/pty.ts";
import { openPort } from "../../host/serial/index.ts";
import { expectJsonRefusal, expectSentence } from "./contract.ts";
import { hasNoPty, startEmulating } from "./emulating.ts";
import { startFake } from "./fake-signer.ts";
import {
  askMayfly,
  atEnd,
  cleanUp,
  runMayfly,
  startMayfly,
  temporaryFolder,
  textOf,
} from "./mayfly.ts";

afterAll(cleanUp);

const home = temporaryFolder();

/** A pty of this process; `answer` is what its owner says to what comes in. */
const ptyThat = (
  answer: (pty: Pty, bytes: Uint8Array) => void,
  greeting?: () => Uint8Array,
): Pty => {
  const pty = openPty(undefined);
  if (!pty.ok) throw new Error(pty.error);
  atEnd(pty.value.close);
  pty.value.onReceive((bytes) => answer(pty.value, bytes));
  pty.value.onCable((isAttached) => {
    if (isAttached && greeting !== undefined) pty.value.send(greeting());
  });
  return pty.value;
};

const noise = (): Uint8Array => crypto.getRandomValues(new Uint8Array(1500));
const text = (words: string): Uint8Array => new TextEncoder().encode(words);

const STRANGERS = [
  { claim: "nobody answers", make: () => ptyThat(() => undefined), error: "not_a_signer" },
  {
    claim: "a program sends everything back",
    make: () => ptyThat((pty, bytes) => pty.send(bytes)),
    error: "link_loopback",
  },
  {
    claim: "a console asks for a login",
    make: () =>
      ptyThat(
        (pty) => pty.send(text("login: ")),
        () => text("\r\nlogin: "),
      ),
    error: "not_a_signer",
  },
  {
    claim: "noise comes in",
    make: () => {
      const pty = ptyThat(() => undefined, noise);
      const timer = setInterval(() => pty.send(noise()), 50);
      atEnd(() => clearInterval(timer));
      return pty;
    },
    error: "bytes_without_frames",
  },
] as const;

for (const { claim, make, error } of STRANGERS) {
  test.skipIf(hasNoPty).concurrent(`pty: ${claim}: ${error}`, async () => {
    const { path } = make();
    expectSentence(await runMayfly({ home }, "status", "--port", path), error);
    expectJsonRefusal(await runMayfly({ home }, "status", "--port", path, "--json"), error);
  });
}

/** What a killed emulator leaves: its link and its listing, with the number of its pty. */
const leaveBehind = async (folder: string, line: string): Promise<string> => {
  const killed = Bun.spawn(["true"]);
  await killed.exited;
  const path = join(folder, "A");
  mkdirSync(folder, { recursive: true });
  symlinkSync(line, path);
  const listing = { name: "A", path, line, pid: killed.pid };
  writeFileSync(join(folder, "A.json"), JSON.stringify(listing));
  return path;
};

test.skipIf(hasNoPty)(
  "pty: a killed emulator's link leads to nobody who has its number now",
  async () => {
    const other = startFake({});
    const [own, elsewhere] = [temporaryFolder(), temporaryFolder()];
    for (const folder of [join(own, "run"), elsewhere]) {
      const path = await leaveBehind(folder, other);
      const run = await runMayfly({ home: own }, "status", "--port", path, "--json");
      expectJsonRefusal(run, "port_missing");
    }
    expect(await askMayfly({ home: own }, "status", "--port", other)).toMatchObject({ name: "A" });
  },
);

test.skipIf(hasNoPty)("pty: Ctrl-C ends the wait for a signer", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { path } = ptyThat(() => resolve());
  const waiting = startMayfly({ home }, "status", "--port", path);
  await promise;
  waiting.kill("SIGINT");
  expectSentence(await waiting.end(), "cancelled");
});

test.skipIf(hasNoPty)(
  "pty: another program holds the port: said by name, to root too",
  async () => {
    const [listening] = await startEmulating(home).listening();
    const path = textOf(listening ?? {}, "path");
    const port = await openPort(path);
    if (!port.ok) throw new Error(port.error);
    const busy = await runMayfly({ home }, "status", "--port", "A");
    expectSentence(busy, "port_busy");
    expect(busy.stderr).toContain("(port: A): ");
    expect(busy.stderr).toContain("or begin with `mayfly link --port P --socket F`.");
    const run = await runMayfly({ home }, "status", "--port", path, "--json");
    expect(expectJsonRefusal(run, "port_busy")).toMatchObject({
      error: { details: { port: path }, means: expect.stringContaining("mayfly link") },
    });
    const unknown = { path, busy: true, name: null, phase: null, fingerprint: null, bootId: null };
    expect(await askMayfly({ home }, "devices")).toEqual({ event: "devices", devices: [unknown] });
    expect((await runMayfly({ home }, "devices")).stdout).toContain("busy");
    await port.value.close();
    expect(await askMayfly({ home }, "status", "--port", "A")).toMatchObject({ name: "A" });
  },
);

test.skipIf(hasNoPty)(
  "pty: of two programs that open one port the second hears how to share it",
  async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { path } = ptyThat(() => resolve()); // nobody answers: the first goes on waiting
    const first = startMayfly({ home }, "trace", "--port", path);
    await promise;
    const second = await runMayfly({ home }, "status", "--port", path);
    expectSentence(second, "port_busy");
    expect(second.stderr).toContain("`mayfly link --port P --socket F`");
    first.kill("SIGINT");
    expect((await first.end()).code).toBe(0);
  },
);
