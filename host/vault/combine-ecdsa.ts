/**
 * The way to spend an input before taproot: P2PKH, P2WPKH and multi, bare of witness, with it, or
 * with it behind P2SH (BIP-141, "Witness program"; BIP-174, "Input Finalizer").
 */

import { hex } from "@scure/base";
import { crypto, script } from "bitcoinjs-lib";
import { isSame } from "./byte-parts.ts";
import { SIGHASH } from "./combine-digest.ts";
import {
  type FinalScripts,
  type InputContext,
  keyOrigins,
  type PlainSignature,
  rememberDigests,
  type SpendPath,
} from "./combine-path.ts";
import { hashIn, keyHashScript, type KeySet, readMultisig } from "./combine-script.ts";
import { joinBytes } from "./byte-parts.ts";
import { INPUT } from "./psbt-fields.ts";
import { fieldsIn, type PsbtMap, readUint32, valueIn } from "./psbt-map.ts";
import { isSignatureValid } from "./wallet-curve.ts";

/** What guards a coin, as far as digest and final scripts differ. */
interface Lock extends KeySet {
  readonly isSegwit: boolean;
  /** What the digest commits to. */
  readonly scriptCode: Uint8Array;
  /** Of multi: revealed after the signatures. */
  readonly revealed?: Uint8Array;
  /** Of segwit behind P2SH: the witness program. */
  readonly program?: Uint8Array;
}

/** The one key of that hash, among those the PSBT names for the input. */
const keyOfHash = (map: PsbtMap, hash: Uint8Array): readonly Uint8Array[] =>
  [...fieldsIn(map, INPUT.derivation), ...fieldsIn(map, INPUT.partialSignature)]
    .map(({ keyData }) => keyData)
    .filter((key) => key.length === 33 && isSame(crypto.hash160(key), hash))
    .slice(0, 1);

const keyHashLock = (map: PsbtMap, hash: Uint8Array, isSegwit: boolean): Lock | undefined => {
  const keys = keyOfHash(map, hash);
  const scriptCode = keyHashScript(hash);
  return keys.length === 0 ? undefined : { threshold: 1, keys, isSegwit, scriptCode };
};

const multisigLock = (bytes: Uint8Array, isSegwit: boolean): Lock | undefined => {
  const multisig = readMultisig(bytes);
  if (multisig === undefined) return undefined;
  return { ...multisig, isSegwit, scriptCode: bytes, revealed: bytes };
};

/** The lock of a witness program of version 0; `undefined` for any other script. */
const programLock = (map: PsbtMap, program: Uint8Array): Lock | undefined => {
  const keyHash = hashIn("wpkh", program);
  if (keyHash !== undefined) return keyHashLock(map, keyHash, true);
  const scriptHash = hashIn("wsh", program);
  const witnessScript = valueIn(map, INPUT.witnessScript);
  if (scriptHash === undefined || witnessScript === undefined) return undefined;
  return isSame(crypto.sha256(witnessScript), scriptHash)
    ? multisigLock(witnessScript, true)
    : undefined;
};

const lockOf = (map: PsbtMap, scriptPubKey: Uint8Array): Lock | undefined => {
  const keyHash = hashIn("pkh", scriptPubKey);
  if (keyHash !== undefined) return keyHashLock(map, keyHash, false);
  const scriptHash = hashIn("sh", scriptPubKey);
  if (scriptHash === undefined) return programLock(map, scriptPubKey);
  const redeemScript = valueIn(map, INPUT.redeemScript);
  if (redeemScript === undefined || !isSame(crypto.hash160(redeemScript), scriptHash))
    return undefined;
  const nested = programLock(map, redeemScript);
  return nested === undefined
    ? multisigLock(redeemScript, false)
    : { ...nested, program: redeemScript };
};

const satisfy = (
  { keys, isSegwit, revealed, program }: Lock,
  signatures: readonly (Uint8Array | undefined)[],
): FinalScripts => {
  const present = signatures.filter((signature) => signature !== undefined);
  const stack =
    revealed === undefined
      ? [...present, ...keys]
      : // OP_CHECKMULTISIG takes one element too many off the stack: the empty one (BIP-147).
        [new Uint8Array(0), ...present, revealed];
  if (!isSegwit) return { scriptSig: script.compile(stack), witness: [] };
  const scriptSig = program === undefined ? new Uint8Array(0) : script.compile([program]);
  return { scriptSig, witness: stack };
};

const encode = ({ signature, sighash }: PlainSignature): Uint8Array =>
  script.signature.encode(signature, sighash);

/** Strict DER and a sighash byte. */
const decode = (bytes: Uint8Array): PlainSignature | undefined => {
  try {
    const { signature, hashType } = script.signature.decode(bytes);
    return { signature, sighash: hashType };
  } catch {
    return undefined;
  }
};

/** The type that the input asks for; 0 and nothing ask for SIGHASH_ALL. */
const askedType = (map: PsbtMap): number =>
  (readUint32(valueIn(map, INPUT.sighashType)) ?? 0) || SIGHASH.all;

/**
 * The way to spend the input.
 *
 * @returns `undefined` where its output is of another form, a script is missing or hashes to
 * something else, or no key of the key's hash is named
 */
export const ecdsaPath = (context: InputContext): SpendPath | undefined => {
  const { map, position, spent } = context;
  const lock = lockOf(map, spent.script);
  if (lock === undefined) return undefined;
  const asked = askedType(map);
  const origins = keyOrigins(map);
  const digestOf = rememberDigests((sighash) =>
    lock.isSegwit
      ? context.segwit(position, lock.scriptCode, spent.value, sighash)
      : context.legacy(position, lock.scriptCode, sighash),
  );
  return {
    threshold: lock.threshold,
    leafHash: undefined,
    keys: lock.keys.map((bytes) => {
      const publicKey = hex.encode(bytes);
      return { bytes, publicKey, fingerprint: origins.get(publicKey)?.fingerprint };
    }),
    fieldKey: ({ bytes }) => joinBytes([Uint8Array.of(INPUT.partialSignature), bytes]),
    encode,
    decode,
    isSignedBy: ({ bytes }, { signature, sighash }) => {
      const digest = sighash === asked ? digestOf(sighash) : undefined;
      return digest !== undefined && isSignatureValid(digest, bytes, signature);
    },
    satisfy: (signatures) => satisfy(lock, signatures),
  };
};
