/** What these tests ask of whatever signs: the device, or a library in its place. */
import type { Outcome } from "../../protocol/errors.ts";
import type { Branch } from "../../firmware/bitcoin/index.ts";

/** What a wallet's owner may allow its signers. */
export type Allowance =
  | "amounts-unproved"
  | "fee-high"
  | "inputs-foreign"
  | "sighash-anyone-can-pay"
  | "sighash-none"
  | "sighash-single";

/** A wallet policy as it comes to the device, with what its owner allows. */
export interface PolicyText {
  readonly name: string;
  readonly template: string;
  readonly keys: readonly string[];
  readonly allows?: readonly Allowance[];
}

/** One signature, as the wire's records carry it. */
export interface SignatureRecord {
  readonly input: number;
  /** Index in the policy's keys. */
  readonly key: number;
  /** Index of the leaf in the template's order; none for anything but a script path. */
  readonly leaf?: number;
  /** 0 for taproot's DEFAULT. */
  readonly sighash: number;
  /** 64 bytes: R and S, big-endian, or BIP-340. */
  readonly signature: Uint8Array;
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
