/** Batches, cut into tasks that a thread does in a few milliseconds, and put together again. */
import { BATCH_LIMITS, type Crypto, type SigningBatch } from "../../../../firmware/hal.ts";
import { assert } from "../../../../protocol/errors.ts";
import { COMPRESSED_BYTES } from "../points.ts";
import type { DerivingTask, SigningTask } from "./tasks.ts";

const SCALAR_BYTES = 32;
const HARDENED = 2 ** 31;
/** Signatures of a task at most, which take about four milliseconds, and public keys of one. */
const [SIGNATURES, PUBLIC_KEYS] = [32, 128];

const isIndex = (index: number): boolean => index < HARDENED;

const checkScheme = ({ scheme, publicKeys, indices }: SigningBatch): void => {
  const keyBytes = scheme.name === "ecdsa" ? COMPRESSED_BYTES : SCALAR_BYTES;
  assert(publicKeys.length === indices.length * keyBytes, "a batch has a public key for each");
  if (scheme.name === "ecdsa") return;
  const { auxiliary, tweaks } = scheme;
  assert(auxiliary.length === SCALAR_BYTES, "auxiliary randomness has 32 bytes");
  const hasTweaks = tweaks === undefined || tweaks.length === indices.length * SCALAR_BYTES;
  assert(hasTweaks, "a batch has a tweak for each or for none");
};

/** A batch of another shape is our own mistake. */
export const checkSigning = (batch: SigningBatch): void => {
  const { indices, digests } = batch;
  assert(indices.length <= BATCH_LIMITS.signatures, "a batch is within its limit");
  assert(indices.every(isIndex), "a child of a batch is not hardened");
  assert(digests.length === indices.length * SCALAR_BYTES, "a batch has a digest for each");
  checkScheme(batch);
};

/** Starts of pieces of so many items. */
const startsOf = (items: number, step: number): readonly number[] =>
  Array.from({ length: Math.ceil(items / step) }, (_, i) => i * step);

/** Items of a piece: as many for each thread, and no more than may be. */
const stepOf = (items: number, most: number, threads: number): number => {
  const pieces = threads * Math.ceil(items / (threads * Math.max(1, most)));
  return Math.max(1, Math.ceil(items / pieces));
};

/** A batch's tasks for so many threads, in its order. */
export const signingTasks = (
  { indices, digests, publicKeys, scheme }: SigningBatch,
  from: Pick<SigningTask, "ticket" | "node" | "nodeKey">,
  threads: number,
): readonly SigningTask[] => {
  const step = stepOf(indices.length, SIGNATURES, threads);
  const keyBytes = scheme.name === "ecdsa" ? COMPRESSED_BYTES : SCALAR_BYTES;
  return startsOf(indices.length, step).map((start) => {
    const cut = (bytes: Uint8Array, length: number): Uint8Array =>
      bytes.slice(start * length, (start + step) * length);
    const tweaks = scheme.name === "schnorr" ? scheme.tweaks : undefined;
    const own = tweaks === undefined ? {} : { tweaks: cut(tweaks, SCALAR_BYTES) };
    return {
      kind: "sign",
      ...from,
      indices: indices.slice(start, start + step),
      digests: cut(digests, SCALAR_BYTES),
      publicKeys: cut(publicKeys, keyBytes),
      scheme: { ...scheme, ...own },
    };
  });
};

type Derivation = Parameters<NonNullable<Crypto["deriveMany"]>>;

/** The tasks of a public derivation for so many threads, in its order. */
export const derivingTasks = (
  [parents, indices, form = "plain"]: Derivation,
  threads: number,
): readonly DerivingTask[] => {
  const count = indices.length * parents.length;
  assert(count <= BATCH_LIMITS.publicKeys, "a batch is within its limit");
  assert(indices.every(isIndex), "a child of a batch is not hardened");
  if (count === 0) return [];
  const most = Math.floor(PUBLIC_KEYS / parents.length);
  const step = stepOf(indices.length, most, threads);
  const plain = parents.map(({ publicKey, chainCode }) => {
    assert(publicKey.length === COMPRESSED_BYTES, "a public key has 33 bytes");
    assert(chainCode.length === SCALAR_BYTES, "a chain code has 32 bytes");
    return { publicKey, chainCode };
  });
  return startsOf(indices.length, step).map((start) => ({
    kind: "derive",
    parents: plain,
    indices: indices.slice(start, start + step),
    form,
  }));
};

/** All pieces one after the other; nothing where one is missing. */
export const joinPieces = (pieces: readonly (Uint8Array | undefined)[]): Uint8Array | undefined => {
  const there = pieces.filter((piece) => piece !== undefined);
  if (there.length < pieces.length) return undefined;
  const joined = new Uint8Array(there.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of there) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
};
