/** Numbers and outputs as digests have them, little-endian. */
import { concatBytes } from "../../encoding/bytes.ts";
import { encodeCompactSize } from "../../encoding/reader.ts";
import type { TransactionOutput } from "../transaction.ts";

/** Numbers as 4 bytes each. */
export const uint32s = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return bytes;
};

/** Amounts as 8 bytes each. */
export const amountBytes = (...amounts: readonly number[]): Uint8Array =>
  uint32s(...amounts.flatMap((sats) => [sats % 0x100000000, Math.floor(sats / 0x100000000)]));

/** A script with its length before it. */
export const sizedScript = (script: Uint8Array): Uint8Array =>
  concatBytes(encodeCompactSize(script.length), script);

/** An output as it is serialised. */
export const outputBytesOf = ({ amountSats, script }: TransactionOutput): Uint8Array =>
  concatBytes(amountBytes(amountSats), sizedScript(script));
