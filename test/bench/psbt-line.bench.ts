/**
 * 500 inputs through all layers: an emulator's process on its pty, and the driver. Against the same
 * work in process, with as many threads, and what the line takes for as many bytes that the device
 * refuses when it has seen the first of them. Rounds interleaved, one machine, one run.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import { createCrypto } from "../../hardware/secrets/index.ts";
import { RECORD_BYTES } from "../../protocol/signature-record.ts";
import { unwrap } from "../bitcoin/expect-value.ts";
import { hasNoLibraries } from "../secrets/oracles/engines.ts";
import { type BenchedEmulator, startEmulator } from "./psbt/emulator.ts";
import { type Peer, startPeer } from "./psbt/peers.ts";
import { SHIPPED } from "./psbt/rounds.ts";
import { readSample, type Sample, type SampleName, writeSample } from "./psbt/sample.ts";
import { type Row, rowOf } from "./row.ts";

/** The bench's name. */
export const name = "psbt-line";

const [WARM_ROUNDS, ROUNDS] = [4, 15];
const SAMPLE: SampleName = { spend: "P2WSH", inputs: 500 };
/** How much longer than its parts the whole may take (issue 6). */
const ALLOWED = 1.3;

const TITLE = {
  whole: "500 inputs through the pty",
  inProcess: "500 inputs in process",
  line: "the line alone: the same bytes, refused",
  sum: "in process and the line, one after the other",
} as const;

const timeOf = async (work: () => Promise<void>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

/** The same upload of which nothing can be read. */
const spoiled = ({ psbt }: Sample): Uint8Array => {
  const other = psbt.slice();
  other[0] = 0;
  return other;
};

const sign = async ({ client }: BenchedEmulator, { psbt, inputs }: Sample): Promise<void> => {
  const { signatures } = unwrap(await client.signPsbt({ psbt }));
  if (signatures.length !== inputs * RECORD_BYTES) throw new Error("inputs without signature");
};

const carry = async ({ client }: BenchedEmulator, psbt: Uint8Array): Promise<void> => {
  const refused = await client.signPsbt({ psbt });
  if (refused.ok || refused.error !== "psbt_malformed") throw new Error("read what is no PSBT");
};

/** Milliseconds of each round: the whole, in process, the line. */
interface Times {
  readonly whole: number;
  readonly inProcess: number;
  readonly line: number;
}

const measureRounds = async (
  emulator: BenchedEmulator,
  peer: Peer,
  sample: Sample,
): Promise<readonly Times[]> => {
  const nothing = spoiled(sample);
  const times: Times[] = [];
  for (let round = -WARM_ROUNDS; round < ROUNDS; round += 1) {
    const { ms: inProcess } = await peer.measure("device", SAMPLE);
    const line = await timeOf(() => carry(emulator, nothing));
    // So soon after a press the device asks nobody anything.
    await Bun.sleep(DEVICE_LIMITS.doublePressMs);
    const whole = await timeOf(() => sign(emulator, sample));
    if (round >= 0) times.push({ whole, inProcess, line });
  }
  return times;
};

const rowsOf = (times: readonly Times[]): readonly Row[] => {
  const sums = times.map(({ inProcess, line }) => inProcess + line);
  const head = { bench: name, unit: "ms", against: TITLE.sum };
  const sum = rowOf({ ...head, case: TITLE.sum }, sums, 1).median;
  const row = (title: string, values: readonly number[]): Row =>
    rowOf({ ...head, case: title }, values, sum);
  return [
    row(TITLE.sum, sums),
    row(
      TITLE.whole,
      times.map(({ whole }) => whole),
    ),
    row(
      TITLE.inProcess,
      times.map(({ inProcess }) => inProcess),
    ),
    row(
      TITLE.line,
      times.map(({ line }) => line),
    ),
  ];
};

/** Measures all: about twenty seconds. */
export const run = async (): Promise<readonly Row[]> => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-bench-"));
  const crypto = createCrypto(hasNoLibraries ? "portable" : "native");
  await writeSample(folder, SAMPLE, crypto);
  const sample = await readSample(folder, SAMPLE, crypto);
  // An emulator's process has a thread for each core where there are several.
  const cores = availableParallelism();
  const peer = startPeer(folder, SHIPPED, cores > 1 ? Math.min(cores, 4) : 0);
  const emulator = await startEmulator(sample.wallet);
  try {
    return rowsOf(await measureRounds(emulator, peer, sample));
  } finally {
    await Promise.all([emulator.end(), peer.end()]);
    await rm(folder, { recursive: true, force: true });
  }
};

/** What counts. */
export const remarks = (rows: readonly Row[]): readonly string[] => {
  const rowOfCase = (title: string): Row | undefined => rows.find((row) => row.case === title);
  const [whole, sum] = [rowOfCase(TITLE.whole), rowOfCase(TITLE.sum)];
  if (whole === undefined || sum === undefined) return [];
  const fastest = (whole.min / sum.min).toFixed(2);
  return [
    `through the pty 500 inputs take ${whole.ratio.toFixed(2)} times the time in process and the ` +
      `line's (fastest rounds ${fastest}), at most ${ALLOWED}`,
  ];
};
