/** What opens an output: which keys, how many of them, and what their signatures commit to. */

import { crypto, opcodes, payments, script } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { isSame, readOutputScript } from "./output-script.ts";
import { isLeafOf, leafHash } from "./taproot.ts";

/** A leaf of a script tree (BIP-341). */
export interface Leaf {
  readonly script: Uint8Array;
  readonly controlBlock: Uint8Array;
}

/** An output script with the scripts behind it. */
export interface Scripts {
  readonly scriptPubKey: Uint8Array;
  readonly redeemScript?: Uint8Array | undefined;
  readonly witnessScript?: Uint8Array | undefined;
  readonly leaf?: Leaf | undefined;
}

/** How digests are made: before segwit, or with an amount (BIP-143). */
export type EcdsaDigest = "legacy" | "segwit";

/** What must sign. */
export type Condition =
  | {
      readonly kind: "hash";
      readonly digest: EcdsaDigest;
      readonly scriptCode: Uint8Array;
      /** HASH160 of the one key. */
      readonly keyHash: Uint8Array;
    }
  | {
      readonly kind: "multisig";
      readonly digest: EcdsaDigest;
      readonly scriptCode: Uint8Array;
      readonly threshold: number;
      /** In the script's order. */
      readonly publicKeys: readonly Uint8Array[];
    }
  /** Taproot's key path; 32 bytes. */
  | { readonly kind: "key"; readonly outputKey: Uint8Array }
  | {
      readonly kind: "leaf";
      readonly leafHash: Uint8Array;
      readonly threshold: number;
      /** 32 bytes each, in the script's order. */
      readonly publicKeys: readonly Uint8Array[];
    };

/** Scripts that do not belong together are invalid; those of another shape are not judged here. */
export type ConditionError = "signature_invalid" | "signature_inconclusive";

const keyHashScript = (keyHash: Uint8Array): Uint8Array =>
  script.compile([
    opcodes.OP_DUP,
    opcodes.OP_HASH160,
    keyHash,
    opcodes.OP_EQUALVERIFY,
    opcodes.OP_CHECKSIG,
  ]);

const multisig = (bytes: Uint8Array, digest: EcdsaDigest): Outcome<Condition, ConditionError> => {
  try {
    const { m, pubkeys } = payments.p2ms({ output: bytes });
    if (m === undefined || pubkeys === undefined) return fail("signature_inconclusive");
    return ok({ kind: "multisig", digest, scriptCode: bytes, threshold: m, publicKeys: pubkeys });
  } catch {
    return fail("signature_inconclusive"); // another script than a multisig's
  }
};

const byHash = (keyHash: Uint8Array, digest: EcdsaDigest): Condition => ({
  kind: "hash",
  digest,
  scriptCode: keyHashScript(keyHash),
  keyHash,
});

const byWitnessScript = (
  hash: Uint8Array,
  witnessScript: Uint8Array | undefined,
): Outcome<Condition, ConditionError> =>
  witnessScript !== undefined && isSame(crypto.sha256(witnessScript), hash)
    ? multisig(witnessScript, "segwit")
    : fail("signature_invalid");

const byRedeemScript = (
  hash: Uint8Array,
  { redeemScript, witnessScript }: Scripts,
): Outcome<Condition, ConditionError> => {
  if (redeemScript === undefined || !isSame(crypto.hash160(redeemScript), hash)) {
    return fail("signature_invalid");
  }
  const inner = readOutputScript(redeemScript);
  if (inner?.kind === "p2wpkh") return ok(byHash(inner.payload, "segwit"));
  if (inner?.kind === "p2wsh") return byWitnessScript(inner.payload, witnessScript);
  return multisig(redeemScript, "legacy");
};

const KEY_BYTES = 32;

interface LeafKeys {
  readonly threshold: number;
  readonly publicKeys: readonly Uint8Array[];
}

/**
 * `<key> OP_CHECKSIG`, and for several keys `<key> OP_CHECKSIGADD` each and `<k> OP_NUMEQUAL`
 * (BIP-387, `multi_a`); `undefined` for any other script.
 */
const readLeaf = (bytes: Uint8Array): LeafKeys | undefined => {
  const chunks = script.decompile(bytes) ?? [];
  const isSingle = chunks.length === 2;
  const body = isSingle ? chunks : chunks.slice(0, -2);
  const [count, end] = chunks.slice(-2);
  const keys = body.filter((_, at) => at % 2 === 0);
  const checks = body.filter((_, at) => at % 2 === 1);
  const publicKeys = keys.flatMap((one) => (typeof one === "number" ? [] : [Uint8Array.from(one)]));
  const isChecked = checks.every(
    (one, at) => one === (at === 0 ? opcodes.OP_CHECKSIG : opcodes.OP_CHECKSIGADD),
  );
  const isKeys =
    publicKeys.length > 0 &&
    publicKeys.length === checks.length &&
    publicKeys.length === keys.length &&
    publicKeys.every(({ length }) => length === KEY_BYTES);
  if (!isKeys || !isChecked) return undefined;
  if (isSingle) return { threshold: 1, publicKeys };
  const threshold = typeof count === "number" ? count - opcodes.OP_1 + 1 : 0;
  const isCounted = threshold >= 1 && threshold <= publicKeys.length;
  return isCounted && end === opcodes.OP_NUMEQUAL ? { threshold, publicKeys } : undefined;
};

const byLeaf = (outputKey: Uint8Array, leaf: Leaf): Outcome<Condition, ConditionError> => {
  if (!isLeafOf(outputKey, leaf)) return fail("signature_invalid");
  const keys = readLeaf(leaf.script);
  if (keys === undefined) return fail("signature_inconclusive");
  return ok({ kind: "leaf", leafHash: leafHash(leaf.script), ...keys });
};

/** Reads what opens an output. */
export const conditionOf = (scripts: Scripts): Outcome<Condition, ConditionError> => {
  const output = readOutputScript(scripts.scriptPubKey);
  if (output === undefined) return fail("signature_inconclusive");
  const { kind, payload } = output;
  switch (kind) {
    case "p2pkh":
      return ok(byHash(payload, "legacy"));
    case "p2wpkh":
      return ok(byHash(payload, "segwit"));
    case "p2sh":
      return byRedeemScript(payload, scripts);
    case "p2wsh":
      return byWitnessScript(payload, scripts.witnessScript);
    case "p2tr":
      return scripts.leaf === undefined
        ? ok({ kind: "key", outputKey: payload })
        : byLeaf(payload, scripts.leaf);
  }
};
