/**
 * The signed message from before BIP-322: 65 bytes, a header and R and S, from which the key is
 * recovered. The header says which of four keys, and of which kind the address is (BIP-137).
 */

import { recover } from "@bitcoinerlab/secp256k1";
import { crypto } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { isSame, readOutputScript } from "./output-script.ts";
import { compactSize } from "./serialisation.ts";

const MAGIC = new TextEncoder().encode("\u0018Bitcoin Signed Message:\n");
const RECOVERY_IDS = [0, 1, 2, 3] as const;

/** Headers of recovery id 0. `p2pkhUncompressed` is verified only: nothing here makes such keys. */
const HEADERS = { p2pkhUncompressed: 27, p2pkh: 31, nested: 35, p2wpkh: 39 } as const;
const HEADER_END = 43;
/** Bytes of header and signature. */
export const LEGACY_BYTES = 65;

/** What is signed: 32 bytes. */
export const legacyDigest = (message: string): Uint8Array => {
  const bytes = new TextEncoder().encode(message);
  return crypto.hash256(Buffer.concat([MAGIC, compactSize(bytes.length), bytes]));
};

const recoverKey = (
  digest: Uint8Array,
  signature: Uint8Array,
  id: (typeof RECOVERY_IDS)[number],
  isCompressed = true,
): Uint8Array | undefined => {
  try {
    return recover(digest, signature, id, isCompressed) ?? undefined;
  } catch {
    return undefined; // R and S that are no signature
  }
};

/** The one compressed key with a hash that may have made a 64-byte signature over a digest. */
export const recoverByHash = (
  digest: Uint8Array,
  signature: Uint8Array,
  keyHash: Uint8Array,
): { readonly publicKey: Uint8Array; readonly id: number } | undefined => {
  for (const id of RECOVERY_IDS) {
    const publicKey = recoverKey(digest, signature, id);
    if (publicKey !== undefined && isSame(crypto.hash160(publicKey), keyHash)) {
      return { publicKey, id };
    }
  }
  return undefined;
};

/** The redeem script of P2SH-P2WPKH. */
const nestedScript = (publicKey: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(0, 20), crypto.hash160(publicKey)]);

const headerOf = (scriptPubKey: Uint8Array, publicKey: Uint8Array): number | undefined => {
  const output = readOutputScript(scriptPubKey);
  const hash = crypto.hash160(publicKey);
  if (output?.kind === "p2pkh") return isSame(hash, output.payload) ? HEADERS.p2pkh : undefined;
  if (output?.kind === "p2wpkh") return isSame(hash, output.payload) ? HEADERS.p2wpkh : undefined;
  const nested = crypto.hash160(nestedScript(publicKey));
  return output?.kind === "p2sh" && isSame(nested, output.payload) ? HEADERS.nested : undefined;
};

/**
 * A device's 64 bytes with their header: the recovery id is found by trying. `signature_invalid`
 * where none gives the address's key.
 */
export const encodeLegacy = (
  message: string,
  scriptPubKey: Uint8Array,
  signature: Uint8Array,
): Outcome<Uint8Array, "signature_invalid"> => {
  const digest = legacyDigest(message);
  for (const id of RECOVERY_IDS) {
    const publicKey = recoverKey(digest, signature, id);
    const header = publicKey && headerOf(scriptPubKey, publicKey);
    if (header !== undefined) return ok(Uint8Array.of(header + id, ...signature));
  }
  return fail("signature_invalid");
};

/**
 * Judges 65 bytes: with BIP-137's header of the address's kind, or with P2PKH's for any kind, as
 * Electrum writes it.
 */
export const verifyLegacy = (
  message: string,
  scriptPubKey: Uint8Array,
  encoded: Uint8Array,
): Outcome<void, "signature_invalid"> => {
  const [header = 0] = encoded;
  const isShaped =
    encoded.length === LEGACY_BYTES && header >= HEADERS.p2pkhUncompressed && header < HEADER_END;
  if (!isShaped) return fail("signature_invalid");
  const id = RECOVERY_IDS[(header - HEADERS.p2pkhUncompressed) % RECOVERY_IDS.length] ?? 0;
  const isCompressed = header >= HEADERS.p2pkh;
  const publicKey = recoverKey(legacyDigest(message), encoded.slice(1), id, isCompressed);
  const own = publicKey && headerOf(scriptPubKey, publicKey);
  if (own === undefined) return fail("signature_invalid");
  const said = header - id;
  const isOfKind = isCompressed ? said === own || said === HEADERS.p2pkh : own === HEADERS.p2pkh;
  return isOfKind ? ok(undefined) : fail("signature_invalid");
};
