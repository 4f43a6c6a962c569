/** The emulator's parts: randomness, buttons, cable, clock, settings, listing, digest. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Rng } from "../../firmware/hal.ts";
import { createButtons } from "../../hardware/emulator/board/buttons.ts";
import { createCable } from "../../hardware/emulator/lines/cable.ts";
import { createClock } from "../../hardware/emulator/board/clock.ts";
import { firmwareDigest } from "../../hardware/emulator/board/digest.ts";
import { listEmulator } from "../../hardware/emulator/process/listing.ts";
import { createSeededRng } from "../../hardware/emulator/board/seeded-rng.ts";
import { systemRng } from "../secrets/oracles/system-rng.ts";
import { readPress, readSettings } from "../../hardware/emulator/process/settings.ts";
import { unwrap } from "../driver/lines.ts";

const folder = mkdtempSync(join(tmpdir(), "mayfly-emulator-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const draw = (rng: Rng, ...lengths: readonly number[]): string =>
  lengths
    .map((length) => {
      const target = new Uint8Array(length);
      unwrap(rng.fill(target));
      return Buffer.from(target).toString("hex");
    })
    .join("");

const seeded = (label: string) => createSeededRng(Uint8Array.of(1, 2, 3), label);
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

test("a seeded generator: the stream does not depend on how it is drawn", () => {
  expect(draw(seeded("A/0"), 100)).toBe(draw(seeded("A/0"), 1, 31, 32, 33, 0, 3));
});

test("a seeded generator: devices and boots have streams of their own", () => {
  const streams = ["A/0", "A/1", "B/0", "A/10"].map((label) => draw(seeded(label), 32));
  expect(new Set(streams).size).toBe(4);
  expect(draw(systemRng(), 32)).not.toBe(draw(systemRng(), 32));
});

test("buttons: auto says yes and never says no, but not inside the question", async () => {
  for (const [approval, expected] of [
    ["auto", "yes"],
    ["never", "no"],
  ] as const) {
    const presses: string[] = [];
    createButtons(approval).next((press) => presses.push(press));
    expect(presses).toEqual([]);
    await turn();
    expect(presses).toEqual([expected]);
  }
});

test("buttons: with ask a press answers one question, none once taken back", async () => {
  const buttons = createButtons("ask");
  const presses: string[] = [];
  buttons.press("yes");
  const takeBack = buttons.next((press) => presses.push(press));
  await turn();
  expect(presses).toEqual([]);
  buttons.press("no");
  buttons.press("yes");
  expect(presses).toEqual(["no"]);
  takeBack();
  const takeNext = buttons.next((press) => presses.push(press));
  takeBack();
  takeNext();
  buttons.press("yes");
  expect(presses).toEqual(["no"]);
});

test("a cable: one host at a time, copies in order, both hear of its end", async () => {
  const cable = createCable();
  const attached: boolean[] = [];
  const [toDevice, toHost]: [string[], string[]] = [[], []];
  cable.device.onCable((isAttached) => attached.push(isAttached));
  cable.device.onReceive((bytes) => toDevice.push(Buffer.from(bytes).toString()));
  cable.device.send(Buffer.from("nobody hears"));
  const host = cable.attach();
  if (host === undefined) throw new Error("the cable is free");
  expect(cable.attach()).toBeUndefined();
  let closed = 0;
  host.onBytes((bytes) => toHost.push(Buffer.from(bytes).toString()));
  host.onClose(() => {
    closed += 1;
  });
  const bytes = Buffer.from("one");
  void host.write(bytes);
  bytes.fill(0);
  void host.write(Buffer.from("two"));
  cable.device.send(Buffer.from("three"));
  expect([toDevice, toHost]).toEqual([[], []]);
  await turn();
  expect([toDevice, toHost]).toEqual([["one", "two"], ["three"]]);
  void host.write(Buffer.from("lost"));
  cable.unplug();
  await turn();
  expect(toDevice).toEqual(["one", "two"]);
  expect([attached, closed]).toEqual([[true, false], 1]);
  expect(cable.attach()).toBeUndefined();
  cable.plug();
  expect(cable.attach()).toBeDefined();
});

test("a cable: who listens for its end after it is gone hears of it", async () => {
  const cable = createCable();
  const host = cable.attach();
  cable.unplug();
  const { promise, resolve } = Promise.withResolvers<void>();
  host?.onClose(resolve);
  await promise;
  await host?.close();
  cable.plug();
  expect(cable.attach()).toBeDefined();
});

test("the clock: monotonic, and a stopped timer stays silent", async () => {
  const clock = createClock();
  const before = clock.nowMs();
  const calls: string[] = [];
  const stop = clock.after(0, () => calls.push("stopped"));
  stop();
  await new Promise<void>((done) => {
    clock.after(1, done);
  });
  expect(calls).toEqual([]);
  expect(clock.nowMs()).toBeGreaterThanOrEqual(before);
});

const SETTINGS = {
  name: "A",
  network: "regtest",
  approve: "ask",
  link: "/run/a",
  runFolder: "/run",
  lastReason: "seal",
  boot: 3,
  secrets: "native",
} as const;

test("settings: read whole, with what is optional", () => {
  expect(readSettings(JSON.stringify(SETTINGS))).toEqual(SETTINGS);
  const all = {
    ...SETTINGS,
    rngSeed: "00",
    mnemonic: "words",
    dieAfterInput: 2,
    holdAfterWipe: true,
    plainPages: true,
    threads: 3,
  };
  expect(readSettings(JSON.stringify({ ...all, more: 1 }))).toEqual(all);
});

test("settings: without any one of them, or with another type, there are none", () => {
  for (const name of Object.keys(SETTINGS)) {
    for (const value of [undefined, null, {}, -1.5, ""]) {
      expect(readSettings(JSON.stringify({ ...SETTINGS, [name]: value }))).toBeUndefined();
    }
  }
});

test("settings and presses: no line makes the reader throw", () => {
  const lines = fc.oneof(fc.string(), fc.json(), fc.constantFrom("null", "[]", '""', "1"));
  fc.assert(
    fc.property(lines, (line) => {
      expect(readSettings(line)).toBeUndefined();
      expect(readPress(line, "A")).toBeUndefined();
    }),
    { numRuns: 300 },
  );
  expect(readPress('{"name":"A","press":"no"}', "A")).toBe("no");
  expect(readPress('{"name":"B","press":"no"}', "A")).toBeUndefined();
});

test("a listing: its user's alone, whole, and gone when it is taken back", () => {
  const listing = { name: "A", path: "/run/a", line: "/dev/pts/0", pid: 1 };
  const room = join(folder, "run");
  const unlist = unwrap(listEmulator(room, listing));
  expect(readdirSync(room)).toEqual(["A.json"]);
  expect(statSync(join(room, "A.json")).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(join(room, "A.json"), "utf8"))).toEqual(listing);
  unlist();
  unlist();
  expect(readdirSync(room)).toEqual([]);
});

test("a listing in a folder that is a file: refused, not thrown", () => {
  writeFileSync(join(folder, "file"), "");
  const listed = listEmulator(join(folder, "file"), {
    name: "A",
    path: "/a",
    line: "/dev/pts/0",
    pid: 1,
  });
  expect(listed).toMatchObject({ ok: false, error: "file_unreadable" });
});

test("the firmware's digest: 32 bytes, the same each time", () => {
  expect(firmwareDigest()).toHaveLength(32);
  expect(firmwareDigest()).toEqual(firmwareDigest());
});
