/**
 * What a PSBT claims of a taproot coin (BIP-371): internal key, merkle root, and with each leaf a
 * proof (BIP-341, "Script validation rules"). The wallet's own values are what is signed, so tags
 * of 32 bits are kept, which is enough to notice a claim that is another.
 */
import type { Crypto } from "../../hal.ts";
import { isSame, sha256, uint32At } from "../encoding/bytes.ts";
import { createTaproot, type Taproot } from "../wallet/scripts/taproot.ts";

const TAG_BYTES = 4;
const HASH_BYTES = 32;
const PARITY_BIT = 1;
const NOTHING = new Uint8Array(0);

/** Claims of one coin; what was not claimed is undefined. */
export interface TapClaims {
  readonly internalKey?: Uint8Array | undefined;
  readonly merkleRoot?: Uint8Array | undefined;
  /** Of the output key, 0 or 1. */
  readonly parity?: number | undefined;
}

/** A tag of all claims together: 4 bytes. */
export const claimTag = (
  { internalKey = NOTHING, merkleRoot = NOTHING, parity }: TapClaims,
  crypto: Crypto,
): Uint8Array => {
  const own = parity === undefined ? NOTHING : Uint8Array.of(parity);
  return sha256(crypto, internalKey, merkleRoot, own).slice(0, TAG_BYTES);
};

/** A tag of a leaf: its version and its script. */
export const leafTag = (version: number, script: Uint8Array, crypto: Crypto): number =>
  uint32At(sha256(crypto, Uint8Array.of(version), script), 0);

/** Reads what leaves and their proofs claim. */
export const createProofs = (crypto: Crypto) => {
  // Hashes of tags: most transactions have no leaves.
  let made: Taproot | undefined;
  /** What a control block (of a length that was checked) says of the coin, with its leaf. */
  return (controlBlock: Uint8Array, version: number, script: Uint8Array): TapClaims => {
    made ??= createTaproot(crypto);
    const { leafHash, branchHash } = made;
    const first = controlBlock[0] ?? 0;
    let root = leafHash(script, version);
    for (let at = 1 + HASH_BYTES; at < controlBlock.length; at += HASH_BYTES) {
      root = branchHash(root, controlBlock.subarray(at, at + HASH_BYTES));
    }
    const internalKey = controlBlock.slice(1, 1 + HASH_BYTES);
    return { internalKey, merkleRoot: root, parity: first & PARITY_BIT };
  };
};

/** A parity that no output has: of claims that contradict each other. */
const CONTRADICTED = 2;

const areOne = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one === undefined || other === undefined || isSame(one, other);

/** Both claims as one; claims that contradict each other are true of no coin. */
export const joinClaims = (one: TapClaims, other: TapClaims): TapClaims => {
  const parity = one.parity ?? other.parity;
  const areParities = other.parity === undefined || other.parity === parity;
  const isOne =
    areOne(one.internalKey, other.internalKey) &&
    areOne(one.merkleRoot, other.merkleRoot) &&
    areParities;
  return {
    internalKey: one.internalKey ?? other.internalKey,
    merkleRoot: one.merkleRoot ?? other.merkleRoot,
    parity: isOne ? parity : CONTRADICTED,
  };
};
