/**
 * Asking a quorum: as many signers as the threshold at once, and the next in line for each that
 * fails. What comes back is verified before it counts; one good answer per signer, nothing twice.
 */
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import type { AddedSignature, Combiner } from "./combine.ts";
import { uploadForm } from "./upload-form.ts";

/** A signer that may be asked. */
export interface QuorumSigner {
  readonly name: string;
  /** Of its master key: 8 hex digits. */
  readonly fingerprint: string;
  readonly sign: (psbt: Uint8Array) => Promise<Outcome<readonly SignatureRecord[]>>;
}

/** What happens while a quorum is asked. */
export type QuorumEvent =
  | { readonly kind: "asked"; readonly name: string }
  | { readonly kind: "signed"; readonly name: string; readonly signatures: number }
  | { readonly kind: "failed"; readonly name: string; readonly failure: Failure };

/** Signatures that were added to the PSBT, by signer. */
export type QuorumResult = ReadonlyMap<string, readonly AddedSignature[]>;

/** Whether a signer signed every input: with less, the transaction would not be complete. */
const checkCount = (
  added: Outcome<readonly AddedSignature[], "signature_invalid">,
  inputs: number,
): Outcome<readonly AddedSignature[], "signature_invalid"> => {
  if (!added.ok) return added;
  return new Set(added.value.map(({ input }) => input)).size === inputs
    ? added
    : fail("signature_invalid", { signed: added.value.length, inputs });
};

/**
 * Signs `psbt` in place by `threshold` of the signers, asked in their order. `signers_missing`
 * tells in `details` how many signed and who failed with what.
 */
export const askQuorum = async (
  psbt: Combiner,
  signers: readonly QuorumSigner[],
  threshold: number,
  onEvent: (event: QuorumEvent) => void = () => undefined,
): Promise<Outcome<QuorumResult, "signers_missing">> => {
  const draft = uploadForm(psbt.bytes());
  const waiting = [...signers];
  const signed = new Map<string, readonly AddedSignature[]>();
  const failures: Record<string, string> = {};

  const ask = async (signer: QuorumSigner): Promise<boolean> => {
    onEvent({ kind: "asked", name: signer.name });
    const reply = await signer.sign(draft);
    const added = reply.ok
      ? checkCount(psbt.add(signer.fingerprint, reply.value), psbt.inputCount)
      : reply;
    if (added.ok) {
      signed.set(signer.name, added.value);
      onEvent({ kind: "signed", name: signer.name, signatures: added.value.length });
      return true;
    }
    failures[signer.name] = added.error;
    onEvent({ kind: "failed", name: signer.name, failure: added });
    return false;
  };
  /** One seat of the quorum: filled by the first in line who signs. */
  const fillSeat = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (await ask(next)) return;
    }
  };
  await Promise.all(Array.from({ length: threshold }, fillSeat));
  return signed.size >= threshold
    ? ok(signed)
    : fail("signers_missing", { have: signed.size, need: threshold, ...failures });
};
