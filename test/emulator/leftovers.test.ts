/** What an emulator in a process leaves behind when it is disposed of: nothing. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createEmulator,
  createVirtualClock,
  type EmulatorOptions,
} from "../../hardware/emulator/index.ts";
import { createBootClock } from "../../hardware/emulator/kit/boot-clock.ts";
import { openNativeSecrets } from "../../hardware/secrets/index.ts";
import { unwrap } from "../driver/lines.ts";
import { SEEDS } from "../kit/index.ts";

const hasNative = openNativeSecrets().ok;

/** The collector takes what it finds on the stack for a reference: the last ones may stay. */
const KEPT_MOST = 4;

const lockedKib = (): number =>
  Number(/VmLck:\s*(\d+)/.exec(readFileSync("/proc/self/status", "latin1"))?.[1]);

const mappings = (): number => readFileSync("/proc/self/maps", "latin1").split("\n").length;

/** Answers once and is gone. */
const live = async (options: EmulatorOptions): Promise<void> => {
  await using signer = await createEmulator(options);
  unwrap(await signer.client.getStatus({}));
};

/** How many of a row the collector cannot take, though they are disposed of. */
const countKept = async (count: number, options: () => EmulatorOptions): Promise<number> => {
  const seen: WeakRef<object>[] = [];
  for (let i = 0; i < count; i += 1) {
    await using signer = await createEmulator(options());
    // Its code stands for ten minutes, which do not pass here.
    if (signer.phase() === "ready") unwrap(await signer.client.startPairing({ role: "vault" }));
    else unwrap(await signer.client.getStatus({}));
    // What the firmware shows its screens to hangs on everything that a boot has.
    seen.push(new WeakRef(signer.screens), new WeakRef(signer.log));
  }
  await new Promise((resolve) => void setTimeout(resolve, 10));
  Bun.gc(true);
  return seen.filter((one) => one.deref() !== undefined).length;
};

const seed = SEEDS.A.words;

test.skipIf(!hasNative)(
  "200 in a row: pages are given back at once, not when it suits",
  async () => {
    await live({ seed, secrets: "native" }); // what the process itself has once, such as OpenSSL's
    const [locked, mapped] = [lockedKib(), mappings()];
    let most = 0;
    for (let i = 0; i < 200; i += 1) {
      const keys = i % 10 === 0 ? { seed } : {}; // with keys a start takes twice as long
      await live({ ...keys, secrets: "native", clock: createVirtualClock() });
      most = Math.max(most, lockedKib());
    }
    const nonsense = createEmulator({ seed: "no such words", secrets: "native" });
    expect(await nonsense.catch(String)).toContain("no BIP-39 mnemonic");
    most = Math.max(most, lockedKib());
    expect(most).toBeLessThanOrEqual(locked);
    expect(mappings()).toBeLessThan(mapped + 100); // the collector's and the compiler's come and go
  },
);

test("nothing holds on to one that is gone, on this machine's clock or a shared one", async () => {
  expect(await countKept(40, () => ({ seed }))).toBeLessThanOrEqual(KEPT_MOST);
  const clock = createVirtualClock();
  expect(await countKept(40, () => ({ clock, seed, secrets: "portable" }))).toBeLessThanOrEqual(
    KEPT_MOST,
  );
  expect(clock.nowMs()).toBeLessThan(1000); // what they waited for is still to come
});

test("clients on its cable are closed with it", async () => {
  const clock = createVirtualClock();
  const signer = await createEmulator({ clock });
  const client = await signer.connect();
  unwrap(await client.getStatus({}));
  await signer[Symbol.asyncDispose]();
  const began = clock.nowMs();
  expect(await client.getStatus({})).toMatchObject({ ok: false });
  expect(clock.nowMs()).toBe(began); // nobody looks for the signer any more
});

test("it goes also where an event of the test's own throws meanwhile", async () => {
  const clock = createVirtualClock();
  const signer = await createEmulator({ clock });
  clock.after(0, () => {
    throw new Error("an event of the test");
  });
  const call = signer.client.getStatus({}).then(() => "an answer", String);
  const drop = async (): Promise<void> => signer[Symbol.asyncDispose]();
  expect(await drop().catch(String)).toContain("an event of the test");
  expect(await call).toContain("an event of the test");
  expect(await signer.open()).toMatchObject({ ok: false, error: "port_missing" });
});

test("a boot's timers end with it, on any clock", async () => {
  const clock = createVirtualClock();
  const boot = createBootClock(clock);
  const happened: string[] = [];
  boot.after(5, () => happened.push("first"));
  boot.after(20, () => happened.push("second"));
  const cancel = boot.after(6, () => happened.push("cancelled"));
  cancel();
  await clock.advance(10);
  boot.stop();
  boot.after(1, () => happened.push("later"));
  await clock.advance(100);
  expect(happened).toEqual(["first"]);
});

test.skipIf(!hasNative)("an engine that was closed refuses, and crashes nothing", () => {
  const secrets = unwrap(openNativeSecrets());
  const key = secrets.importSeed(new Uint8Array(32).fill(1));
  secrets.close();
  expect(() => secrets.master(key)).toThrow("after it was wiped");
  expect(() => secrets.wipe(key)).toThrow("after it was wiped");
  expect(() => secrets.generateAgreement()).toThrow("closed");
  expect(() => secrets.importSeed(new Uint8Array(32))).toThrow("closed");
  secrets.wipeAll();
  secrets.close();
});

test("a process whose emulators are disposed of ends by itself", async () => {
  const kit = JSON.stringify(join(import.meta.dir, "../../hardware/emulator/index.ts"));
  const program = `
    const { createEmulator } = await import(${kit});
    for (let i = 0; i < 3; i += 1) {
      await using signer = await createEmulator({ seed: ${JSON.stringify(seed)} });
      const status = await signer.client.getStatus({});
      if (!status.ok) throw new Error(status.error);
      if (i === 1) signer.powerCut();
    }
    console.log("done");`;
  const child = Bun.spawn([process.execPath, "-e", program], { stderr: "pipe", timeout: 20_000 });
  const [said, complained] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect([said, complained, await child.exited]).toEqual(["done\n", "", 0]);
});
