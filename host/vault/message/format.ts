/** Signed messages as text: a prefix of three letters says which form it is (BIP-322). */

import { Psbt, Transaction } from "bitcoinjs-lib";
import { LEGACY_BYTES } from "./legacy.ts";
import { readStack, writeStack } from "./serialisation.ts";

/** A signature in one of its forms. */
export type MessageSignature =
  | { readonly form: "legacy"; readonly bytes: Uint8Array }
  /** The witness of `to_sign`; everything else is as it always is. */
  | { readonly form: "simple"; readonly witness: readonly Uint8Array[] }
  | { readonly form: "full"; readonly transaction: Transaction }
  /** `to_sign` with coins, finalised. */
  | { readonly form: "funds"; readonly psbt: Psbt };

const PREFIXES = { simple: "smp", full: "ful", funds: "pof" } as const;
const PREFIX_LENGTH = 3;
/** Bytes of the largest signature that is read: a proof of some thousand coins. */
const SIGNATURE_BYTES = 1 << 22;

/** Writes a signature. */
export const formatSignature = (signature: MessageSignature): string => {
  switch (signature.form) {
    case "legacy":
      return signature.bytes.toBase64();
    case "simple":
      return `${PREFIXES.simple}${writeStack(signature.witness).toBase64()}`;
    case "full":
      return `${PREFIXES.full}${Uint8Array.from(signature.transaction.toBuffer()).toBase64()}`;
    case "funds":
      return `${PREFIXES.funds}${signature.psbt.toBase64()}`;
  }
};

const decodeBase64 = (text: string): Uint8Array | undefined => {
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  const isShort = text.length <= (SIGNATURE_BYTES / 3) * 4;
  return isBase64 && isShort ? Uint8Array.from(Buffer.from(text, "base64")) : undefined;
};

const readSimple = (bytes: Uint8Array): MessageSignature | undefined => {
  const witness = readStack(bytes);
  return witness && { form: "simple", witness };
};

const readFull = (bytes: Uint8Array): MessageSignature | undefined => {
  try {
    return { form: "full", transaction: Transaction.fromBuffer(bytes) };
  } catch {
    return undefined;
  }
};

const readFunds = (bytes: Uint8Array): MessageSignature | undefined => {
  try {
    const psbt = Psbt.fromBuffer(bytes);
    // bitcoinjs-lib ignores what follows the last map.
    return psbt.toBuffer().length === bytes.length ? { form: "funds", psbt } : undefined;
  } catch {
    return undefined;
  }
};

const readBody = (prefix: string, bytes: Uint8Array): MessageSignature | undefined => {
  if (prefix === PREFIXES.full) return readFull(bytes);
  return prefix === PREFIXES.funds ? readFunds(bytes) : readSimple(bytes);
};

/**
 * Reads a signature. Without a prefix 65 bytes are a legacy one, and anything else a simple one as
 * it was written before there were prefixes: neither base64 begins with the letters of a prefix.
 *
 * @returns `undefined` for a text that is none of them
 */
export const parseSignature = (text: string): MessageSignature | undefined => {
  const prefix = Object.values(PREFIXES).find((one) => text.startsWith(one));
  const bytes = decodeBase64(prefix === undefined ? text : text.slice(PREFIX_LENGTH));
  if (bytes === undefined) return undefined;
  if (prefix !== undefined) return readBody(prefix, bytes);
  return bytes.length === LEGACY_BYTES ? { form: "legacy", bytes } : readSimple(bytes);
};
