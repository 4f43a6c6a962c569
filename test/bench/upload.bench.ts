/**
 * An upload into the device's call layer, without line, link and session: chunks of the largest
 * size into a reception that keeps nothing, and what of it is decoding and hashing. Processor time,
 * so that a busy machine counts less. A device runs without the optimising compiler:
 * `BUN_JSC_useDFGJIT=0 bun run bench upload`.
 */
import { encodeMessage, decodeMessage } from "../../protocol/call/envelope.ts";
import { fail } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { createCrypto } from "../../hardware/secrets/index.ts";
import { claimOf, createCallBench, settle } from "../firmware/calls/call-bench.ts";
import { countedBytes } from "../firmware/calls/upload-bench.ts";
import { type Row, rowOf } from "./row.ts";

/** The bench's name. */
export const name = "upload";

const SIZE = 8 << 20;
const ROUNDS = 9;
/** The id of a session's first request. */
const ID = 1;

const signPsbt = () => ({
  take: () => undefined,
  heldBytes: () => 0,
  finish: () => fail("wallet_unknown"),
});

/** MB of body for each second of processor time that the work takes. */
const speedOf = (work: () => void): number => {
  Bun.gc(true);
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return SIZE / Math.max(1, user + system);
};

const createWork = () => {
  const body = countedBytes(SIZE);
  const offsets = Array.from(
    { length: Math.ceil(SIZE / LIMITS.piece) },
    (_, i) => i * LIMITS.piece,
  );
  const pieces = offsets.map((offset) => body.subarray(offset, offset + LIMITS.piece));
  const messages = pieces.map((bytes, i) =>
    encodeMessage({ kind: "chunk", id: ID, offset: offsets[i] ?? 0, bytes }),
  );
  const claim = claimOf(body);
  const { sha256 } = createCrypto();
  return {
    take: async (): Promise<number> => {
      const session = createCallBench({ handlers: { signPsbt } }).session();
      session.announceUpload(claim);
      const speed = speedOf(() => {
        for (const message of messages) session.sayBytes(message);
      });
      await settle();
      if (session.finals(ID)[0] !== "wallet_unknown") throw new Error("the upload did not arrive");
      return speed;
    },
    decode: (): number =>
      speedOf(() => {
        for (const message of messages) decodeMessage(message);
      }),
    hash: (): number =>
      speedOf(() => {
        let hash = sha256();
        for (const piece of pieces) hash = hash.update(piece);
        hash.digest();
      }),
  };
};

/** Measures the three in turn, round by round. */
export const run = async (): Promise<readonly Row[]> => {
  const work = createWork();
  const speeds: { take: number[]; decode: number[]; hash: number[] } = {
    take: [],
    decode: [],
    hash: [],
  };
  await work.take();
  for (let round = 0; round < ROUNDS; round += 1) {
    speeds.take.push(await work.take());
    speeds.decode.push(work.decode());
    speeds.hash.push(work.hash());
  }
  const head = { bench: name, unit: "MB/s", against: "taken in" };
  const taken = rowOf({ ...head, case: "taken in", against: "itself" }, speeds.take, Number.NaN);
  return [
    { ...taken, ratio: 1 },
    rowOf({ ...head, case: "messages decoded" }, speeds.decode, taken.median),
    rowOf({ ...head, case: "SHA-256" }, speeds.hash, taken.median),
  ];
};
