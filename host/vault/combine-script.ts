/**
 * The scripts that a vault's coins are locked with, read to their keys: output scripts by their
 * form (BIP-16, 141, 341), multi (BIP-383), and the taproot leaves multi_a and pk (BIP-387, 386).
 */

import { opcodes, script } from "bitcoinjs-lib";

// As numbers: the library declares an enum, which chunks of a script are not of.
const FIRST_NUMBER: number = opcodes.OP_1;
const LAST_NUMBER: number = opcodes.OP_16;
const PUSH_20 = 0x14;
const PUSH_32 = 0x20;

/** Keys, of which so many must sign. */
export interface KeySet {
  readonly threshold: number;
  /** In the script's order: 33 bytes each, in a leaf 32. */
  readonly keys: readonly Uint8Array[];
}

/** Bytes around a hash, by form; the hash is between them. */
const FORMS = {
  pkh: { head: [opcodes.OP_DUP, opcodes.OP_HASH160, PUSH_20], hash: 20, tail: [0x88, 0xac] },
  sh: { head: [opcodes.OP_HASH160, PUSH_20], hash: 20, tail: [opcodes.OP_EQUAL] },
  wpkh: { head: [opcodes.OP_0, PUSH_20], hash: 20, tail: [] },
  wsh: { head: [opcodes.OP_0, PUSH_32], hash: 32, tail: [] },
  tr: { head: [opcodes.OP_1, PUSH_32], hash: 32, tail: [] },
} as const;

/** A form of output script. */
export type ScriptForm = keyof typeof FORMS;

/** The hash (of `tr`: the output key) in a script of that form; `undefined` in any other script. */
export const hashIn = (form: ScriptForm, bytes: Uint8Array): Uint8Array | undefined => {
  const { head, hash, tail } = FORMS[form];
  const end = head.length + hash;
  const isForm =
    bytes.length === end + tail.length &&
    head.every((byte, at) => byte === bytes[at]) &&
    tail.every((byte, at) => byte === bytes[end + at]);
  return isForm ? bytes.slice(head.length, end) : undefined;
};

/** The script of P2PKH for a key's hash: what P2WPKH's digest commits to as well (BIP-143). */
export const keyHashScript = (hash: Uint8Array): Uint8Array =>
  Uint8Array.from([...FORMS.pkh.head, ...hash, ...FORMS.pkh.tail]);

type Chunk = number | Uint8Array;

const chunksOf = (bytes: Uint8Array): readonly Chunk[] => script.decompile(bytes) ?? [];

/** OP_1 to OP_16. */
const smallNumber = (chunk: Chunk | undefined): number | undefined =>
  typeof chunk === "number" && chunk >= FIRST_NUMBER && chunk <= LAST_NUMBER
    ? chunk - FIRST_NUMBER + 1
    : undefined;

const keysOf = (chunks: readonly Chunk[], bytes: number): readonly Uint8Array[] =>
  chunks.flatMap((chunk) => (typeof chunk !== "number" && chunk.length === bytes ? [chunk] : []));

/** Keys and threshold of `k <keys> n OP_CHECKMULTISIG`; `undefined` for any other script. */
export const readMultisig = (bytes: Uint8Array): KeySet | undefined => {
  const chunks = chunksOf(bytes);
  const threshold = smallNumber(chunks[0]);
  const count = smallNumber(chunks.at(-2));
  const keys = keysOf(chunks.slice(1, -2), 33);
  const isMultisig =
    chunks.at(-1) === opcodes.OP_CHECKMULTISIG &&
    keys.length === count &&
    chunks.length === keys.length + 3;
  return isMultisig && threshold !== undefined && threshold <= keys.length
    ? { threshold, keys }
    : undefined;
};

/**
 * Keys and threshold of a leaf: `<key> OP_CHECKSIG`, or `<key> OP_CHECKSIG <key> OP_CHECKSIGADD
 * ... k OP_NUMEQUAL` (BIP-387); `undefined` for any other script.
 */
export const readLeaf = (bytes: Uint8Array): KeySet | undefined => {
  const chunks = chunksOf(bytes);
  const keys = keysOf(chunks, 32);
  const isSingle = chunks.length === 2;
  const body = isSingle ? chunks : chunks.slice(0, -2);
  const isInTurns =
    body.length === 2 * keys.length &&
    keys.every((key, at) => {
      const opcode = at === 0 ? opcodes.OP_CHECKSIG : opcodes.OP_CHECKSIGADD;
      return body[2 * at] === key && body[2 * at + 1] === opcode;
    });
  if (!isInTurns) return undefined;
  if (isSingle) return { threshold: 1, keys };
  const threshold = smallNumber(chunks.at(-2));
  const isCounted = chunks.at(-1) === opcodes.OP_NUMEQUAL;
  return isCounted && threshold !== undefined && threshold <= keys.length
    ? { threshold, keys }
    : undefined;
};
