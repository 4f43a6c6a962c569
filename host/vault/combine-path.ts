/**
 * A way to spend an input: which keys, over which digest, and where their signatures stand in the
 * PSBT and in the transaction. Inputs before taproot have one; taproot has one and one a leaf.
 */

import { hex } from "@scure/base";
import type { InputDigest } from "./combine-digest.ts";
import type { TaprootDigest } from "./combine-digest-taproot.ts";
import type { SpentOutput } from "./combine-spent.ts";
import { INPUT } from "./psbt-fields.ts";
import { fieldsIn, type PsbtMap } from "./psbt-map.ts";

/** A key of a script. */
export interface PathKey {
  /** 33 bytes compressed; of taproot 32, and for the key path the output key. */
  readonly bytes: Uint8Array;
  /** The same in hex. */
  readonly publicKey: string;
  /** Its master's, 8 hex digits; `undefined` where the PSBT tells no origin. */
  readonly fingerprint: string | undefined;
}

/** A signature without its encoding. */
export interface PlainSignature {
  readonly sighash: number;
  /** 64 bytes: r and s, or BIP-340. */
  readonly signature: Uint8Array;
}

/** What the signatures become in the transaction. */
export interface FinalScripts {
  readonly scriptSig: Uint8Array;
  readonly witness: readonly Uint8Array[];
}

/** One way to spend an input. */
export interface SpendPath {
  readonly threshold: number;
  /** In the script's order. */
  readonly keys: readonly PathKey[];
  /** Of a taproot leaf: 32 bytes. */
  readonly leafHash: Uint8Array | undefined;
  /** The key of the PSBT's field in which that key's signature stands. */
  readonly fieldKey: (key: PathKey) => Uint8Array;
  /** The bytes of a signature in the PSBT and the transaction, its sighash type included. */
  readonly encode: (plain: PlainSignature) => Uint8Array;
  /** The reverse; `undefined` where the bytes are no signature in its one strict form. */
  readonly decode: (bytes: Uint8Array) => PlainSignature | undefined;
  /** Whether it verifies, and with a sighash type that the PSBT's input admits. */
  readonly isSignedBy: (key: PathKey, plain: PlainSignature) => boolean;
  /** `signatures` by key's position, encoded; exactly the threshold's number of them. */
  readonly satisfy: (signatures: readonly (Uint8Array | undefined)[]) => FinalScripts;
}

/** An input with what its digests need. */
export interface InputContext {
  readonly map: PsbtMap;
  readonly position: number;
  readonly spent: SpentOutput;
  readonly segwit: InputDigest;
  readonly legacy: (
    position: number,
    scriptCode: Uint8Array,
    sighash: number,
  ) => Uint8Array | undefined;
  /** `undefined` where the output that some input spends is not known. */
  readonly taproot: () => TaprootDigest | undefined;
}

/** Where a key comes from (BIP-174 and 371, the derivation fields). */
export interface KeyOrigin {
  /** 8 hex digits. */
  readonly fingerprint: string;
  /** The path's numbers without the last two, branch and index, in hex: the account. */
  readonly account: string;
}

const readOrigin = (value: Uint8Array): KeyOrigin => ({
  fingerprint: hex.encode(value.subarray(0, 4)),
  account: hex.encode(value.subarray(4, Math.max(4, value.length - 8))),
});

/** Leaf hashes come first, behind their count; more than 252 are not read. */
const readTapOrigin = (value: Uint8Array): KeyOrigin =>
  readOrigin(value.subarray(1 + 32 * (value[0] ?? 0)));

/** The origins of an input's keys, by public key in hex: 66 digits, of taproot 64. */
export const keyOrigins = (map: PsbtMap): ReadonlyMap<string, KeyOrigin> =>
  new Map([
    ...fieldsIn(map, INPUT.derivation).map(
      ({ keyData, value }) => [hex.encode(keyData), readOrigin(value)] as const,
    ),
    ...fieldsIn(map, INPUT.tapDerivation).map(
      ({ keyData, value }) => [hex.encode(keyData), readTapOrigin(value)] as const,
    ),
  ]);

/** Remembers a digest for each sighash type: one key's signature follows another's. */
export const rememberDigests = (
  digestOf: (sighash: number) => Uint8Array | undefined,
): ((sighash: number) => Uint8Array | undefined) => {
  const known = new Map<number, Uint8Array | undefined>();
  return (sighash) => {
    if (!known.has(sighash)) known.set(sighash, digestOf(sighash));
    return known.get(sighash);
  };
};
