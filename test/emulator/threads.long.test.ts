/** An emulator's process starts its engine's threads once it has keys, and ends with them. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulator } from "../../hardware/emulator/index.ts";
import { createPortableSecrets, openNativeSecrets } from "../../hardware/secrets/index.ts";
import { type EmulatorSettings, superviseEmulator } from "../../host/cli/emulators.ts";
import { buildPsbt, STRANGER_SCRIPT } from "../bitcoin/psbt-fixture.ts";
import { HOT } from "../bitcoin/wallet-fixture.ts";
import { until, unwrap } from "../driver/lines.ts";
import { hasNoLibraries } from "../secrets/oracles/engines.ts";
import { systemRng } from "../secrets/oracles/system-rng.ts";
import { bareBoard } from "./bare-board.ts";
import { usualWorkers, workersOf } from "./workers.ts";

/** BIP-39's first test vector. */
const WORDS = `${"abandon ".repeat(11)}about`;

const folder = mkdtempSync(join(tmpdir(), "mayfly-threads-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = async (changes: Partial<EmulatorSettings>) =>
  unwrap(
    await superviseEmulator({
      name: "A",
      network: "regtest",
      approve: "auto",
      link: join(folder, "A"),
      runFolder: folder,
      secrets: "native",
      mnemonic: WORDS,
      ...changes,
    }),
  );

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(hasNoLibraries || process.platform !== "linux")("a process", () => {
  const cases = [
    ["unless told, one for each core", {}, usualWorkers()],
    ["as many as it is told", { threads: 3 }, 3],
    ["but no more than four", { threads: 100 }, 4],
  ] as const;
  for (const [title, changes, count] of cases) {
    test(`has threads, ${title}`, async () => {
      const emulator = await start(changes);
      await until("its threads", () => workersOf(emulator.pid()) === count);
      await emulator.stop();
    });
  }

  for (const changes of [{ threads: 0 }, { dieAfterInput: 5 }, { mnemonic: "" }]) {
    test(`has none: ${JSON.stringify(changes)}`, async () => {
      const emulator = await start(changes);
      await pause(600); // they would have come by now
      expect(workersOf(emulator.pid())).toBe(0);
      await emulator.stop();
    });
  }
});

test.skipIf(hasNoLibraries)("a board offers batches where its engine has threads", () => {
  const secrets = unwrap(openNativeSecrets({ threads: 1 }));
  const board = bareBoard(secrets);
  expect([board.crypto.deriveMany, board.secrets.signMany]).not.toContain(undefined);
  secrets.close();
});

test("and none where it has not", () => {
  const board = bareBoard(createPortableSecrets(systemRng()));
  expect([board.crypto.deriveMany, board.secrets.signMany]).toEqual([undefined, undefined]);
});

describe.skipIf(hasNoLibraries)("in a test's process", () => {
  test("signatures that threads made are counted", async () => {
    await using signer = await createEmulator({
      seed: new Uint8Array(32).fill(1),
      secrets: "native",
      threads: 2,
    });
    const { walletId } = unwrap(await signer.client.registerWallet(HOT.text));
    const coins = Array.from({ length: 80 }, (_, index) => ({
      wallet: HOT,
      branch: 0 as const,
      index,
      amountSats: 10_000,
    }));
    const outputs = [{ script: STRANGER_SCRIPT, amountSats: 780_000 }];
    const psbt = buildPsbt({ coins, outputs }).toBuffer();
    unwrap(await signer.client.signPsbt({ psbt, walletId }));
    expect(signer.signatures()).toBe(80);
  });
});
