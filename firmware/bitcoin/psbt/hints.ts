/**
 * Where keys come from, as a PSBT says (BIP-174, BIP-371): hints and nothing more. Of an input the
 * one of this device's key is kept, as the number of its way to the branch and its last step.
 */
import { isSame, uint32At } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";

const FINGERPRINT_BYTES = 4;
const STEP_BYTES = 4;
const HASH_BYTES = 32;

/** A hint: whose key it is, and its path from the master key. */
export interface Hint {
  /** 4 bytes: the master key's. */
  readonly fingerprint: Uint8Array;
  /** Child numbers from the master key; hardened from 2^31. */
  readonly path: readonly number[];
}

const pathOf = (bytes: Uint8Array): readonly number[] =>
  Array.from({ length: bytes.length / STEP_BYTES }, (_, i) => uint32At(bytes, STEP_BYTES * i));

/** Steps of a hint that are kept: one more than any wallet's origin, a branch and an index have. */
const KEPT_STEPS = BITCOIN_LIMITS.originElements + 3;

/** A hint out of its bytes: a fingerprint and a path, of which no more is kept than could count. */
export const readHint = (bytes: Uint8Array): Hint => ({
  fingerprint: bytes.slice(0, FINGERPRINT_BYTES),
  path: pathOf(bytes.subarray(FINGERPRINT_BYTES, FINGERPRINT_BYTES + STEP_BYTES * KEPT_STEPS)),
});

/** What follows the hashes of leaves in a taproot derivation; undefined where that is no path. */
export const pastLeafHashes = (value: Uint8Array): Uint8Array | undefined => {
  const count = value[0] ?? 0;
  const rest = value.subarray(1 + HASH_BYTES * count);
  const isPath = rest.length >= FINGERPRINT_BYTES && rest.length % STEP_BYTES === 0;
  const isShort = rest.length <= FINGERPRINT_BYTES + STEP_BYTES * BITCOIN_LIMITS.pathElements;
  return count < 0xfd && isPath && isShort ? rest : undefined;
};

/** The ways to branches that a PSBT's hints name: a few, however many inputs there are. */
export interface Ways {
  /** The way's number and the last step of this device's key's hint; undefined for any other. */
  readonly find: (hint: Uint8Array) => { readonly way: number; readonly index: number } | undefined;
  readonly paths: () => readonly (readonly number[])[];
}

/** No way yet; `fingerprint` is this device's master key's. */
export const createWays = (fingerprint: Uint8Array): Ways => {
  const own = uint32At(fingerprint, 0);
  const ways: Uint8Array[] = [];
  const numberOf = (way: Uint8Array): number => {
    const known = ways.findIndex((one) => isSame(one, way));
    if (known >= 0 || ways.length === BITCOIN_LIMITS.ways) return known;
    ways.push(way.slice());
    return ways.length - 1;
  };
  return {
    find: (hint) => {
      const end = hint.length - STEP_BYTES;
      if (uint32At(hint, 0) !== own || end <= FINGERPRINT_BYTES) return undefined;
      const way = numberOf(hint.subarray(FINGERPRINT_BYTES, end));
      return way < 0 ? undefined : { way, index: uint32At(hint, end) };
    },
    paths: () => ways.map(pathOf),
  };
};
