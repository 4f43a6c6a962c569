/** PSBT files as people have them: binary, base64 or hex (BIP-174, "Specification"). */

import { hex } from "@scure/base";
import { Psbt } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import { VAULT_LIMITS } from "./wallet-limits.ts";

const MAGIC = [0x70, 0x73, 0x62, 0x74, 0xff] as const;
const HEX = /^70736274ff(?:[0-9a-f]{2})+$/i;
/** Every base64 text of the magic begins so. */
const BASE64 = /^cHNidP[89+/][A-Za-z0-9+/]*={0,2}$/;

const isBinary = (bytes: Uint8Array): boolean =>
  MAGIC.every((byte, position) => bytes[position] === byte);

const decodeText = (bytes: Uint8Array): Uint8Array | undefined => {
  const text = new TextDecoder().decode(bytes).replace(/\s+/g, "");
  if (HEX.test(text)) return hex.decode(text.toLowerCase());
  return BASE64.test(text) && text.length % 4 === 0 ? Buffer.from(text, "base64") : undefined;
};

/**
 * Reads a PSBT of version 0 from binary, base64 or hex; white space in text doesn't matter. The
 * file doesn't say its network: `txOutputs` shows mainnet's addresses.
 *
 * @returns `not_a_psbt` for anything else: other formats, a PSBT cut short or with bytes after its
 * end, without inputs or outputs, of version 2 (BIP-370), or more than
 * `VAULT_LIMITS.psbtFileBytes`
 */
export const readPsbt = (bytes: Uint8Array): Outcome<Psbt, "not_a_psbt"> => {
  if (bytes.length > VAULT_LIMITS.psbtFileBytes) return fail("not_a_psbt", { bytes: bytes.length });
  try {
    const binary = isBinary(bytes) ? bytes : decodeText(bytes);
    if (binary === undefined) return fail("not_a_psbt");
    const psbt = Psbt.fromBuffer(Uint8Array.from(binary));
    // bitcoinjs-lib ignores what follows the last map.
    return psbt.toBuffer().length === binary.length ? ok(psbt) : fail("not_a_psbt");
  } catch {
    return fail("not_a_psbt");
  }
};
