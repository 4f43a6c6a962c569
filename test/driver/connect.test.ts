/** Coming up on lines that close, stay silent, echo or talk nonsense, at every moment of it. */
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { createEmulator } from "../../hardware/emulator/index.ts";
import { type Line, openClient, type OpenLine } from "../../host/driver/index.ts";
import { SEED, tapping, unwrap, until } from "./lines.ts";

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
process.on("unhandledRejection", note);
afterAll(() => void process.off("unhandledRejection", note));

/** A line to a peer that a function plays. */
const lineTo = (
  answer: (bytes: Uint8Array, say: (bytes: Uint8Array) => void) => void,
): OpenLine => {
  let say: (bytes: Uint8Array) => void = () => undefined;
  const line: Line = {
    write: (bytes) => {
      setImmediate(() => answer(bytes, say));
      return Promise.resolve();
    },
    onBytes: (action) => {
      say = action;
    },
    onClose: () => undefined,
    close: () => Promise.resolve(),
  };
  return () => Promise.resolve({ ok: true, value: line });
};

test.each([
  ["silence", () => undefined, "not_a_signer"],
  [
    "its own bytes",
    (bytes: Uint8Array, say: (b: Uint8Array) => void) => say(bytes),
    "link_loopback",
  ],
  [
    "a login prompt",
    (_: Uint8Array, say: (b: Uint8Array) => void) => say(Buffer.from("login: ")),
    "not_a_signer",
  ],
  [
    "noise",
    (_: Uint8Array, say: (b: Uint8Array) => void) =>
      say(crypto.getRandomValues(new Uint8Array(900))),
    "not_a_signer",
  ],
] as const)("a port that answers with %s", async (_, answer, error) => {
  const opened = await openClient({ open: lineTo(answer), connectTimeoutMs: 100 });
  expect(opened).toMatchObject({ ok: false, error });
});

test("a port that closes before an answer, as when a device restarts: link_down", async () => {
  const gone: OpenLine = async () => {
    const line = await lineTo(() => undefined)();
    return line.ok ? { ok: true, value: { ...line.value, onClose: (told) => told() } } : line;
  };
  const opened = await openClient({ open: gone });
  expect(opened).toMatchObject({
    ok: false,
    error: "link_down",
    details: { why: expect.stringContaining("closed") },
  });
});

test("what the opening is refused with is passed on", async () => {
  const open: OpenLine = () => Promise.resolve({ ok: false, error: "port_denied" });
  expect(await openClient({ open })).toMatchObject({ ok: false, error: "port_denied" });
});

test("a signal ends the wait for a signer", async () => {
  const controller = new AbortController();
  const open = lineTo(() => controller.abort());
  const opened = await openClient({ open, connectTimeoutMs: 60_000, signal: controller.signal });
  expect(opened).toEqual({ ok: false, error: "cancelled" });
});

const isAttachable = async (open: OpenLine): Promise<boolean> => {
  const line = await open();
  if (line.ok) await line.value.close();
  return line.ok;
};

/** Steps of coming up: after how many turns of the loop the cable goes. */
const TURNS = 14;

test("a cable that goes at each turn of the loop: refused, or up again", async () => {
  for (let turns = 0; turns < TURNS; turns += 1) {
    const emulator = await createEmulator({ seed: SEED });
    const opening = openClient({ open: emulator.open, connectTimeoutMs: 300 });
    for (let i = 0; i < turns; i += 1) await new Promise((next) => setImmediate(next));
    emulator.unplug();
    emulator.replug();
    const client = await opening;
    if (client.ok) {
      expect(await client.value.getStatus({})).toMatchObject({ ok: true });
      await client.value.close();
    }
    expect(await isAttachable(emulator.open)).toBe(true);
  }
  expect(unhandled).toEqual([]);
});

test("a line that closes within the very bytes that bring it up", async () => {
  for (const piece of [1, 2, 3]) {
    const emulator = await createEmulator({ seed: SEED });
    let pieces = 0;
    const open = tapping(emulator, {
      onBytes: () => {
        pieces += 1;
        if (pieces === piece)
          queueMicrotask(() => {
            emulator.unplug();
            emulator.replug();
          });
        return true;
      },
    });
    const client = await openClient({ open, connectTimeoutMs: 300 });
    if (client.ok) {
      expect(await client.value.getStatus({})).toMatchObject({ ok: true });
      await client.value.close();
    }
    expect(await isAttachable(emulator.open)).toBe(true);
  }
  expect(unhandled).toEqual([]);
});

test("closing in the middle of a reconnection ends it and frees the line", async () => {
  const emulator = await createEmulator({ seed: SEED });
  let dials = 0;
  const silent = lineTo(() => undefined);
  const open: OpenLine = () => {
    dials += 1;
    return dials === 1 ? emulator.open() : silent();
  };
  const client = unwrap(await openClient({ open, connectTimeoutMs: 60_000 }));
  emulator.unplug();
  emulator.replug();
  await until("a second dial", () => dials === 2);
  await client.close();
  expect(await isAttachable(emulator.open)).toBe(true);
  expect(unhandled).toEqual([]);
});

test("a program ends by itself once its client is closed, whatever was going on", async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "closing-program.ts")], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect(err).toBe("");
  expect(out.trim().split("\n")).toEqual(["closed after a call", "closed while away"]);
  expect(await child.exited).toBe(0);
});
