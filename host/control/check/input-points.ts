/** The points about what is spent and who signed: each gives why it does not hold. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { ListedPrevout } from "./report.ts";
import { SIGHASH_ALL } from "./sighash.ts";
import {
  endsWithScript,
  type FoundSignature,
  outpointOf,
  type Spend,
  satsOf,
  signersOf,
} from "./spends.ts";
import { decodeTransaction, type TransactionView } from "./transaction.ts";

/** Why a point does not hold; `undefined` where it does. */
export type Objection = string | undefined;

const firstObjection = (
  spends: readonly Spend[],
  judge: (spend: Spend) => Objection,
): Objection => {
  for (const spend of spends) {
    const why = judge(spend);
    if (why !== undefined) return `Input ${spend.index}: ${why}`;
  }
  return undefined;
};

const judgePrevious = (listed: ListedPrevout, previous: TransactionView | undefined): Objection => {
  if (previous === undefined) return "the previous transaction is not one.";
  if (previous.txid !== listed.txid) return "the previous transaction has another txid.";
  const output = previous.outputs[listed.vout];
  if (output === undefined) return "the previous transaction has no such output.";
  if (output.amountSats !== satsOf(listed.amountSats))
    return "the previous output's amount differs.";
  return output.scriptHex === listed.scriptHex
    ? undefined
    : "the previous output's script differs.";
};

/** Every input is one listed prevout, none twice, none left over, and each is as it is listed. */
export const judgePrevouts = (
  spends: readonly Spend[],
  prevouts: readonly ListedPrevout[],
): Objection => {
  if (new Set(spends.map(({ input }) => outpointOf(input))).size < spends.length) {
    return "Two inputs spend the same coin.";
  }
  const previousOf = new Map<string, TransactionView | undefined>();
  const decode = ({ previousTxHex: hex }: ListedPrevout): TransactionView | undefined => {
    if (!previousOf.has(hex)) previousOf.set(hex, decodeTransaction(hex));
    return previousOf.get(hex);
  };
  const why = firstObjection(spends, ({ listed: [listed, ...others] }) => {
    if (listed === undefined) return "it is not a listed prevout.";
    return others.length > 0 ? "it is listed twice." : judgePrevious(listed, decode(listed));
  });
  if (why !== undefined) return why;
  return prevouts.length > spends.length ? "A listed prevout is not spent." : undefined;
};

const judgeScript = (spend: Spend): Objection => {
  const { script, listed, input } = spend;
  if (script === undefined) return "no script can be derived: its prevout or path is unknown.";
  if (script.scriptHex !== listed[0]?.scriptHex) {
    return `the descriptor has another script at ${listed[0]?.path ?? "its path"}.`;
  }
  const program = `0020${bytesToHex(sha256(input.witness.at(-1) ?? new Uint8Array(0)))}`;
  return program === script.scriptHex ? undefined : "the witness script has another hash.";
};

/** Every coin is the wallet's at its path, and the witness script is what the coin commits to. */
export const judgeScripts = (spends: readonly Spend[]): Objection =>
  firstObjection(spends, judgeScript);

const isAscending = (places: readonly (number | undefined)[]): boolean =>
  places.every((place, at) => {
    const before = at === 0 ? -1 : places[at - 1];
    return place !== undefined && before !== undefined && place > before;
  });

const judgeWitness = (spend: Spend, threshold: number): Objection => {
  const { input, signatures } = spend;
  if (input.scriptSig.length > 0) return "its scriptSig is not empty.";
  if (input.witness.length !== threshold + 2) {
    return `the witness is not a dummy, ${threshold} signatures and a script.`;
  }
  if (input.witness[0]?.length !== 0) return "the dummy is not empty.";
  if (!endsWithScript(spend)) return "the witness does not end with the wallet's script.";
  if (signatures.some(({ keyIndex }) => keyIndex === undefined)) {
    return "a signature is not valid for any key.";
  }
  return isAscending(signatures.map(({ keyIndex }) => keyIndex))
    ? undefined
    : "the signatures are not of distinct keys in the script's order.";
};

/** Dummy, exactly as many valid signatures as the threshold, in the script's order, script. */
export const judgeWitnesses = (spends: readonly Spend[], threshold: number): Objection =>
  firstObjection(spends, (spend) => judgeWitness(spend, threshold));

const judgeSignatures = (
  spends: readonly Spend[],
  judge: (found: FoundSignature) => Objection,
): Objection =>
  firstObjection(spends, ({ signatures }) =>
    signatures.length === 0
      ? "it has no signatures."
      : signatures.map(judge).find((why) => why !== undefined),
  );

/** Every signature's s is in the lower half (BIP-146). */
export const judgeLowS = (spends: readonly Spend[]): Objection =>
  judgeSignatures(spends, ({ signature }) => {
    if (signature === undefined) return "a signature cannot be read.";
    return signature.isLowS ? undefined : "a signature's s is high.";
  });

/** Every signature is strict DER (BIP-66) and commits to all inputs and outputs. */
export const judgeSighash = (spends: readonly Spend[]): Objection =>
  judgeSignatures(spends, ({ signature }) => {
    if (signature === undefined) return "a signature is not strict DER.";
    return signature.sighash === SIGHASH_ALL ? undefined : "a signature is not SIGHASH_ALL.";
  });

/** How many must sign, by the descriptor and by agreement; without `fingerprints`, anybody may. */
export interface SignerDemands {
  readonly threshold: number;
  readonly minimumSigners: number;
  readonly fingerprints: readonly string[] | undefined;
}

/** Every input has as many signers as threshold and minimum ask for, each one that may sign. */
export const judgeSigners = (
  spends: readonly Spend[],
  { threshold, minimumSigners, fingerprints }: SignerDemands,
): Objection => {
  if (!Number.isSafeInteger(minimumSigners) || minimumSigners < 1) {
    return "The minimum of signers is not a positive whole number.";
  }
  const needed = Math.max(threshold, minimumSigners);
  return firstObjection(spends, (spend) => {
    const signers = signersOf(spend);
    if (signers.length < needed) return `${signers.length} distinct signers, ${needed} are needed.`;
    const stranger = signers.find((signer) => !(fingerprints ?? signers).includes(signer));
    return stranger === undefined ? undefined : `${stranger} is none of the expected signers.`;
  });
};
