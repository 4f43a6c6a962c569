/** The emulator in a test's own process: the same firmware, with a client at the cable. */
import { expect, test } from "bun:test";
import { createEmulator } from "../../hardware/emulator/index.ts";
import { GENESIS, SEED, unwrap, until } from "../driver/lines.ts";

test("with a seed it is ready at once, and says that it is insecure", async () => {
  const emulator = await createEmulator({ seed: SEED, name: "Q" });
  expect(emulator.phase()).toBe("ready");
  const client = await emulator.connect();
  const status = unwrap(await client.getStatus({}));
  expect(status).toMatchObject({ name: "Q", phase: "ready", insecure: true });
  expect(status.fingerprint).toHaveLength(4);
  await client.close();
});

test("the same rngSeed lives the same life; another seed or name another", async () => {
  const life = async (rngSeed: number, name: string) => {
    const emulator = await createEmulator({ rngSeed: Uint8Array.of(rngSeed), name });
    const client = await emulator.connect();
    const { fingerprint, shares } = unwrap(await client.generateSeed(GENESIS));
    await client.close();
    return Buffer.from([...fingerprint, ...(shares[0]?.ciphertext ?? [])]).toString("hex");
  };
  const lives = [await life(1, "A"), await life(1, "A"), await life(2, "A"), await life(1, "B")];
  expect(lives[0]).toBe(lives[1] ?? "");
  expect(new Set(lives).size).toBe(3);
});

test("a power cut: another boot, sealed, another boot id", async () => {
  const emulator = await createEmulator({ rngSeed: Uint8Array.of(1) });
  const client = await emulator.connect();
  await client.generateSeed(GENESIS);
  expect(emulator.phase()).toBe("provisioning");
  const before = client.peer().bootId;
  await client.close();
  emulator.powerCut();
  expect(emulator.phase()).toBe("sealed");
  const again = await emulator.connect();
  expect(again.peer().bootId).not.toEqual(before);
  await again.close();
});

test("seal: answered, then the cable hangs up and the device boots again", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const kinds: string[] = [];
  const client = await emulator.connect({ onEvent: ({ kind }) => void kinds.push(kind) });
  expect(await client.seal({})).toEqual({ ok: true, value: {} });
  await until("the next boot", () => kinds.includes("rebooted"));
  expect(kinds).toEqual(["connected", "disconnected", "connected", "rebooted"]);
  await client.close();
});

test("the screens and the log are kept across boots", async () => {
  const emulator = await createEmulator();
  emulator.powerCut();
  const sealed = { kind: "status", lines: ["A", "sealed"] } as const;
  expect(emulator.screens).toEqual([sealed, sealed]);
  expect(emulator.log).toHaveLength(2);
});
