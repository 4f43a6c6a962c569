/** Signatures as `signPsbt` returns them, as the records that a combiner takes. */

import { script } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";

/** One signature of the reply. */
export interface ReturnedSignature {
  readonly input: number;
  readonly key: number;
  /** Strict DER, then the sighash byte. */
  readonly signature: Uint8Array;
}

const recordOf = ({ input, key, signature }: ReturnedSignature): SignatureRecord | undefined => {
  try {
    const { signature: plain, hashType } = script.signature.decode(signature);
    return { input, key, sighash: hashType, signature: plain };
  } catch {
    return undefined;
  }
};

/** Reads a reply; `signature_invalid` with `details.input` where one is no strict DER. */
export const readRecords = (
  signatures: readonly ReturnedSignature[],
): Outcome<readonly SignatureRecord[], "signature_invalid"> => {
  const records: SignatureRecord[] = [];
  for (const returned of signatures) {
    const record = recordOf(returned);
    if (record === undefined) return fail("signature_invalid", { input: returned.input });
    records.push(record);
  }
  return ok(records);
};
