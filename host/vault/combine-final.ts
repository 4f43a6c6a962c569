/**
 * Finalising: the step from a PSBT with enough signatures to the transaction that is broadcast
 * (BIP-174, "Input Finalizer" and "Transaction Extractor"). The PSBT itself is left as it is.
 */

import { hex } from "@scure/base";
import type { Transaction } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import { compactSize } from "./byte-parts.ts";
import type { FinalScripts, PathKey, SpendPath } from "./combine-path.ts";
import { INPUT } from "./psbt-fields.ts";
import type { PsbtMap } from "./psbt-map.ts";

/** A transaction ready to be checked and broadcast. */
export interface FinalTransaction {
  readonly txHex: string;
  /** 64 hex digits, in the order block explorers show. */
  readonly txid: string;
  /** Fingerprints of the masters whose signatures are in it, sorted. */
  readonly signedBy: readonly string[];
}

/** Whether the bytes are the key's good signature on that way to spend the input. */
export type SignatureCheck = (
  input: number,
  path: SpendPath,
  key: PathKey,
  signature: Uint8Array,
) => boolean;

/** A PSBT as the finaliser needs it. */
export interface FinalSource {
  readonly transaction: Transaction;
  readonly inputs: readonly PsbtMap[];
  readonly pathsOf: (input: number) => readonly SpendPath[];
  readonly isGood: SignatureCheck;
}

interface KeySignature {
  readonly key: PathKey;
  readonly signature: Uint8Array;
}

/** A way to spend an input with its signatures: verified, in the script's order. */
interface SignedPath {
  readonly path: SpendPath;
  readonly signatures: readonly KeySignature[];
}

type FinalError = "signature_invalid" | "signers_missing";

const SIGNATURE_TYPES: readonly number[] = [
  INPUT.partialSignature,
  INPUT.tapKeySignature,
  INPUT.tapScriptSignature,
];

const signedPath = (path: SpendPath, present: ReadonlyMap<string, Uint8Array>): SignedPath => ({
  path,
  signatures: path.keys.flatMap((key) => {
    const signature = present.get(hex.encode(path.fieldKey(key)));
    return signature === undefined ? [] : [{ key, signature }];
  }),
});

/** The ways to spend an input that have signatures enough. */
const verifyInput = (
  { inputs, pathsOf, isGood }: FinalSource,
  input: number,
): Outcome<readonly SignedPath[], FinalError> => {
  const present = new Map(
    (inputs[input] ?? [])
      .filter(({ type }) => SIGNATURE_TYPES.includes(type))
      .map(({ key, value }) => [hex.encode(key), value]),
  );
  const paths = pathsOf(input).map((path) => signedPath(path, present));
  const taken = new Set(
    paths.flatMap(({ path, signatures }) =>
      signatures.map(({ key }) => hex.encode(path.fieldKey(key))),
    ),
  );
  const areGood =
    paths.length > 0 &&
    taken.size === present.size &&
    paths.every(({ path, signatures }) =>
      signatures.every(({ key, signature }) => isGood(input, path, key, signature)),
    );
  if (!areGood) return fail("signature_invalid", { input });
  const complete = paths.filter(({ path, signatures }) => signatures.length >= path.threshold);
  if (complete.length > 0) return ok(complete);
  const [nearest] = paths.toSorted(
    (left, right) =>
      left.path.threshold - left.signatures.length - right.path.threshold + right.signatures.length,
  );
  const have = nearest?.signatures.length ?? 0;
  return fail("signers_missing", { input, have, need: nearest?.path.threshold ?? 1 });
};

/** Who signed: the master, or where that isn't told, the key alone. */
const signerOf = ({ key }: KeySignature): string => key.fingerprint ?? key.publicKey;

/** Signers in the order of preference: who signed most inputs first, then by fingerprint. */
const rankSigners = (inputs: readonly (readonly SignedPath[])[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const paths of inputs) {
    const signers = new Set(paths.flatMap(({ signatures }) => signatures.map(signerOf)));
    for (const signer of signers) counts.set(signer, (counts.get(signer) ?? 0) + 1);
  }
  const ranked = [...counts].toSorted(([left, leftCount], [right, rightCount]) =>
    leftCount === rightCount ? (left < right ? -1 : 1) : rightCount - leftCount,
  );
  return new Map(ranked.map(([signer], rank) => [signer, rank]));
};

/** Exactly the threshold's number of signatures, by the preferred signers, in script order. */
const trim = (
  { path, signatures }: SignedPath,
  ranking: ReadonlyMap<string, number>,
): readonly KeySignature[] => {
  const rankOf = (one: KeySignature): number => ranking.get(signerOf(one)) ?? ranking.size;
  const kept = new Set(
    signatures.toSorted((left, right) => rankOf(left) - rankOf(right)).slice(0, path.threshold),
  );
  return signatures.filter((one) => kept.has(one));
};

/** How an input is spent. */
interface Spend {
  readonly signatures: readonly KeySignature[];
  readonly scripts: FinalScripts;
}

const sizeOf = ({ scripts: { scriptSig, witness } }: Spend): number =>
  witness.reduce(
    (sum, { length }) => sum + compactSize(length).length + length,
    4 * scriptSig.length,
  );

const spendBy = (signed: SignedPath, ranking: ReadonlyMap<string, number>): Spend => {
  const signatures = trim(signed, ranking);
  const { path } = signed;
  const byKey = new Map(signatures.map(({ key, signature }) => [key, signature]));
  return { signatures, scripts: path.satisfy(path.keys.map((key) => byKey.get(key))) };
};

/** The way that weighs least; among equals the first. */
const lightest = (spends: readonly Spend[]): Spend | undefined =>
  spends.toSorted((left, right) => sizeOf(left) - sizeOf(right))[0];

const mastersOf = (spends: readonly Spend[]): readonly string[] =>
  [
    ...new Set(
      spends.flatMap(({ signatures }) => signatures.flatMap(({ key }) => key.fingerprint ?? [])),
    ),
  ].toSorted();

/**
 * Verifies every signature in the PSBT and makes the transaction. Of several ways to spend a
 * taproot input that have signatures enough, the lightest is taken. Surplus signatures are trimmed
 * to the threshold: the signers of most inputs stay, at a tie those with the lower fingerprints,
 * so that the same PSBT always gives the same bytes.
 *
 * @returns `signers_missing` with `details.input`, `have` and `need`; `signature_invalid` with
 * `details.input` where a signature doesn't verify, belongs to no key of the input, or the input
 * is of no kind that the vault knows
 */
export const finalise = (source: FinalSource): Outcome<FinalTransaction, FinalError> => {
  const inputs: (readonly SignedPath[])[] = [];
  for (const input of source.inputs.keys()) {
    const verified = verifyInput(source, input);
    if (!verified.ok) return verified;
    inputs.push(verified.value);
  }
  const ranking = rankSigners(inputs);
  const spends = inputs.flatMap(
    (paths) => lightest(paths.map((signed) => spendBy(signed, ranking))) ?? [],
  );
  const transaction = source.transaction.clone();
  for (const [position, { scripts }] of spends.entries()) {
    transaction.setInputScript(position, scripts.scriptSig);
    transaction.setWitness(position, [...scripts.witness]);
  }
  return ok({
    txHex: transaction.toHex(),
    txid: transaction.getId(),
    signedBy: mastersOf(spends),
  });
};
