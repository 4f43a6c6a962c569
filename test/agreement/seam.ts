/** What these tests ask of whatever signs: the device, or a library in its place. */
import type { Outcome } from "../../protocol/errors.ts";
import type { Branch } from "../../firmware/bitcoin/index.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import type { Allowance } from "../../protocol/wallet-policy.ts";

/** A wallet policy as it comes to the device, with what its owner allows. */
export interface PolicyText {
  readonly name: string;
  readonly template: string;
  readonly keys: readonly string[];
  readonly allows?: readonly Allowance[];
}

/** How a signer is asked to sign. */
export interface SigningOptions {
  /** Whether ECDSA signatures are ground until R is low. */
  readonly grind: boolean;
  /** Hears the lines of every screen that is shown before anything is signed. */
  readonly onScreen?: (lines: readonly string[]) => void;
}

/** Signs what is its own of a PSBT of a wallet that it knows; refusals by name. */
export type SignPsbt = (
  policy: PolicyText,
  ownSeed: Uint8Array,
  psbt: Uint8Array,
  options: SigningOptions,
) => Promise<Outcome<readonly SignatureRecord[]>>;

/** A place in a wallet. */
export interface Place {
  readonly branch: Branch;
  readonly index: number;
}

/** Records in the order in which they are compared: inputs, then leaves, then keys. */
export const inOrder = (records: readonly SignatureRecord[]): readonly SignatureRecord[] =>
  records.toSorted((a, b) => a.input - b.input || (a.leaf ?? -1) - (b.leaf ?? -1) || a.key - b.key);

/** Records as lines of text, in order: what differs is then read at once. */
export const linesOf = (records: readonly SignatureRecord[]): readonly string[] =>
  inOrder(records).map(
    ({ input, key, leaf, sighash, signature }) =>
      `input ${input} key ${key} leaf ${leaf ?? "none"} sighash ${sighash} ${signature.toHex()}`,
  );
