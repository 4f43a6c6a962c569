/**
 * Memory of a device's whole process, an emulator on its pty, in MiB: idle with a session and a
 * wallet, and at its peak while it signs the most inputs that it takes. A process for each round.
 */
import { createCrypto } from "../../hardware/secrets/index.ts";
import { RECORD_BYTES } from "../../protocol/signature-record.ts";
import { unwrap } from "../bitcoin/expect-value.ts";
import { hasNoLibraries } from "../secrets/oracles/engines.ts";
import { type Memory, startEmulator } from "./psbt/emulator.ts";
import { psbtBytes } from "./psbt/psbt-bytes.ts";
import { walletOf } from "./psbt/wallets.ts";
import { type Row, rowOf } from "./row.ts";

/** The bench's name. */
export const name = "psbt-memory";

const ROUNDS = 3;
/** Inputs whose peak counts, and as many as there may be. */
const [MANY, MOST] = [10_000, 20_000];
/** MiB above idle (issue 6): what 10,000 inputs may take. */
const ALLOWED = 64;
/** Milliseconds until everything that starts by itself has started. */
const SETTLED_MS = 1500;

/** One life of a device. */
interface Life {
  readonly idle: Memory;
  readonly after: Memory;
  readonly bytesEach: number;
}

const lifeOf = async (inputs: number): Promise<Life> => {
  const crypto = createCrypto(hasNoLibraries ? "portable" : "native");
  const wallet = walletOf("P2WSH", crypto);
  const psbt = psbtBytes({ wallet, inputs, strangers: 1 }, crypto);
  const { client, memory, end } = await startEmulator(wallet);
  try {
    await Bun.sleep(SETTLED_MS);
    const idle = memory();
    const { signatures } = unwrap(await client.signPsbt({ psbt }));
    if (signatures.length !== inputs * RECORD_BYTES) throw new Error("inputs without signature");
    return { idle, after: memory(), bytesEach: psbt.length / inputs };
  } finally {
    await end();
  }
};

const livesOf = async (inputs: number): Promise<readonly Life[]> => {
  const lives: Life[] = [];
  for (let round = 0; round < ROUNDS; round += 1) lives.push(await lifeOf(inputs));
  return lives;
};

const rowsOf = (inputs: number, lives: readonly Life[]): readonly Row[] => {
  const row = (title: string, of: (life: Life) => number, against: string, reference: number) =>
    rowOf(
      { bench: name, case: `${inputs} inputs: ${title}`, unit: "MiB", against },
      lives.map(of),
      reference,
    );
  const idle = row("idle", (life) => life.idle.present, "idle", 1);
  return [
    { ...idle, ratio: 1 },
    row("most before, as it started", (life) => life.idle.most, "idle", idle.median),
    row("peak", (life) => life.after.most, "idle", idle.median),
    row(
      "peak above idle",
      (life) => life.after.most - life.idle.present,
      `${ALLOWED} MiB`,
      ALLOWED,
    ),
  ];
};

/** Some processes for each size: about a minute. */
export const run = async (): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const inputs of [MANY, MOST]) rows.push(...rowsOf(inputs, await livesOf(inputs)));
  return rows;
};

/** What counts. */
export const remarks = (rows: readonly Row[]): readonly string[] => {
  const peak = rows.find((row) => row.case === `${MANY} inputs: peak above idle`);
  const most = peak?.max.toFixed(1);
  return [
    `VmRSS and VmHWM of the emulator's process; PSBTs of 2-of-3 inputs, 625 bytes each`,
    `${MANY} inputs take ${most} MiB above idle at most, of ${ALLOWED}; ${MOST} were signed`,
  ];
};
