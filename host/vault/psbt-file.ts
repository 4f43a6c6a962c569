/** PSBT files as people have them: binary, base64 or hex (BIP-174, "Specification"). */

import { hex } from "@scure/base";
import { Psbt } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import { isSame } from "./byte-parts.ts";
import { type Combiner, createCombiner } from "./combine.ts";
import { MAGIC } from "./psbt-fields.ts";
import { readMaps } from "./psbt-map.ts";
import { unsignedTransaction } from "./psbt-transaction.ts";
import { VAULT_LIMITS } from "./wallet-limits.ts";

/** No group is repeated: Bun gives up on that in a text of some megabytes. */
const HEX = /^70736274ff[0-9a-f]+$/i;
/** Every base64 text of the magic begins so. */
const BASE64 = /^cHNidP[89+/][A-Za-z0-9+/]*={0,2}$/;

const isBinary = (bytes: Uint8Array): boolean => isSame(bytes.subarray(0, MAGIC.length), MAGIC);

const decodeText = (bytes: Uint8Array): Uint8Array | undefined => {
  const text = new TextDecoder().decode(bytes).replace(/\s+/g, "");
  if (HEX.test(text) && text.length % 2 === 0) return hex.decode(text.toLowerCase());
  return BASE64.test(text) && text.length % 4 === 0 ? Buffer.from(text, "base64") : undefined;
};

/**
 * Reads a PSBT of version 0 or 2 from binary, base64 or hex; white space in text doesn't matter.
 *
 * @returns `not_a_psbt` for anything else: other formats, a PSBT cut short or with bytes after its
 * end, without inputs or outputs, of another version, or more than `VAULT_LIMITS.psbtFileBytes`
 */
export const readPsbt = (bytes: Uint8Array): Outcome<Combiner, "not_a_psbt"> => {
  if (bytes.length > VAULT_LIMITS.psbtFileBytes) return fail("not_a_psbt", { bytes: bytes.length });
  const binary = isBinary(bytes) ? bytes : decodeText(bytes);
  if (binary === undefined) return fail("not_a_psbt");
  const maps = readMaps(Uint8Array.from(binary));
  if (!maps.ok) return maps;
  const transaction = unsignedTransaction(maps.value);
  return transaction.ok ? ok(createCombiner(maps.value, transaction.value)) : transaction;
};

/** Reads a PSBT of version 0, the one that bitcoinjs-lib knows; `not_a_psbt` as `readPsbt`. */
export const readPsbtVersion0 = (bytes: Uint8Array): Outcome<Psbt, "not_a_psbt"> => {
  const read = readPsbt(bytes);
  if (!read.ok) return read;
  try {
    return ok(Psbt.fromBuffer(read.value.bytes()));
  } catch {
    return fail("not_a_psbt", { why: "it is of version 2" });
  }
};
