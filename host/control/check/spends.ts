/** What each input spends, by what script, and who signed it: gathered for the points to judge. */

import { bytesToHex } from "@noble/hashes/utils.js";
import { attempt } from "../attempt.ts";
import { CONTROL_LIMITS } from "../limits.ts";
import { deriveScript, parsePath, type Wallet, type WalletScript } from "./descriptor.ts";
import type { ListedPrevout } from "./report.ts";
import { type WitnessDigest, witnessDigests } from "./sighash.ts";
import { isSignedBy, parseSignature, type WitnessSignature } from "./signature.ts";
import type { TransactionInput, TransactionView } from "./transaction.ts";

/**
 * A signature in a witness: `undefined` where its encoding is not strict; `keyIndex` is the place
 * in the script of the key that made it, `undefined` where none did.
 */
export interface FoundSignature {
  readonly signature: WitnessSignature | undefined;
  readonly keyIndex: number | undefined;
}

/** An input with the prevouts listed for it, and the wallet's script where one can be derived. */
export interface Spend {
  readonly index: number;
  readonly input: TransactionInput;
  readonly listed: readonly ListedPrevout[];
  readonly script: WalletScript | undefined;
  readonly signatures: readonly FoundSignature[];
}

/** An amount as a bigint; `undefined` where it is no amount of satoshi. */
export const satsOf = (amountSats: number): bigint | undefined =>
  Number.isSafeInteger(amountSats) && amountSats >= 0 ? BigInt(amountSats) : undefined;

// The next key in the script's order is the likely one; the others only tell what went wrong.
const findKey = (
  signature: WitnessSignature,
  digest: Uint8Array,
  { keys }: WalletScript,
  next: number,
): number | undefined => {
  const places = [...keys.keys()];
  return [...places.slice(next), ...places.slice(0, next)].find((place) => {
    const key = keys[place];
    return key !== undefined && isSignedBy(signature, digest, key.publicKey);
  });
};

const findSignatures = (
  items: readonly Uint8Array[],
  digest: Uint8Array | undefined,
  script: WalletScript | undefined,
): readonly FoundSignature[] => {
  let next = 0;
  return items.map((item) => {
    const signature = parseSignature(item);
    const isJudged = signature !== undefined && digest !== undefined && script !== undefined;
    const keyIndex = isJudged ? findKey(signature, digest, script, next) : undefined;
    next = keyIndex === undefined ? next : keyIndex + 1;
    return { signature, keyIndex };
  });
};

const digestOf = (
  digests: WitnessDigest,
  index: number,
  script: WalletScript | undefined,
  listed: ListedPrevout | undefined,
): Uint8Array | undefined => {
  const amountSats = listed === undefined ? undefined : satsOf(listed.amountSats);
  return script === undefined || amountSats === undefined
    ? undefined
    : attempt(() => digests(index, script.witnessScript, amountSats));
};

const scriptAt = (
  wallet: Wallet | undefined,
  listed: ListedPrevout | undefined,
): WalletScript | undefined => {
  const path = listed === undefined ? undefined : parsePath(listed.path);
  return wallet === undefined || path === undefined ? undefined : deriveScript(wallet, path);
};

/** The outpoint of an input or prevout, as one text. */
export const outpointOf = ({ txid, vout }: { txid: string; vout: number }): string =>
  `${txid}:${vout}`;

// Between the dummy and the script stand the signatures; what is too many is not worth verifying.
const signatureItems = ({ witness }: TransactionInput): readonly Uint8Array[] =>
  witness.slice(1, -1).slice(0, CONTROL_LIMITS.descriptorKeys);

/** Looks at every input; without a wallet there are no scripts and no signers. */
export const gatherSpends = (
  tx: TransactionView,
  prevouts: readonly ListedPrevout[],
  wallet: Wallet | undefined,
): readonly Spend[] => {
  const listedAt = Map.groupBy(prevouts, outpointOf);
  const digests = witnessDigests(tx);
  return tx.inputs.map((input, index) => {
    const listed = listedAt.get(outpointOf(input)) ?? [];
    const script = scriptAt(wallet, listed[0]);
    const digest = digestOf(digests, index, script, listed[0]);
    const signatures = findSignatures(signatureItems(input), digest, script);
    return { index, input, listed, script, signatures };
  });
};

/** The fingerprints whose valid signatures stand on an input, each once, in the script's order. */
export const signersOf = ({ script, signatures }: Spend): readonly string[] => {
  const places = new Set(signatures.flatMap(({ keyIndex }) => keyIndex ?? []));
  const keys = script?.keys.filter((_, place) => places.has(place)) ?? [];
  return [...new Set(keys.map(({ fingerprint }) => fingerprint))];
};

/** Whether the last item of an input's witness is the wallet's script. */
export const endsWithScript = ({ input, script }: Spend): boolean => {
  const last = input.witness.at(-1);
  return (
    last !== undefined &&
    script !== undefined &&
    bytesToHex(last) === bytesToHex(script.witnessScript)
  );
};
