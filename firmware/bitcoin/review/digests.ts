/** What is signed of a transaction, whatever kind of wallet spends. */
import type { Crypto } from "../../hal.ts";
import type { Psbt } from "../psbt/psbt.ts";
import { createLegacyDigest } from "../transaction/sighash/legacy.ts";
import { createSegwitDigest } from "../transaction/sighash/segwit-v0.ts";
import type { SighashType } from "../transaction/sighash/sighash-type.ts";
import { createTaprootDigest, type TaprootDigest } from "../transaction/sighash/taproot.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { ScriptKind } from "../wallet/template/template.ts";

/** Kinds whose signatures commit to no amount, and hash the whole transaction for each input. */
export const isLegacyKind = (kind: ScriptKind): boolean => kind === "pkh" || kind === "sh";

/** The transaction of a PSBT; its outpoints are the table's own. */
export const transactionOf = ({ version, lockTime, inputs, outputs }: Psbt): Transaction => ({
  version,
  lockTime,
  outpoints: inputs.outpoints(),
  sequences: inputs.sequences(),
  outputs,
});

/** The digest of an input before taproot; undefined for SIGHASH_SINGLE without its output. */
export type ScriptDigest = (
  input: number,
  scriptCode: Uint8Array,
  type: SighashType,
) => Uint8Array | undefined;

/** The digests of ECDSA. Those of legacy inputs need all outpoints to the end: they keep a copy. */
const createScriptDigest = (psbt: Psbt, kind: ScriptKind, crypto: Crypto): ScriptDigest => {
  const transaction = transactionOf(psbt);
  if (isLegacyKind(kind)) {
    return createLegacyDigest({ ...transaction, outpoints: transaction.outpoints.slice() }, crypto);
  }
  const digestOf = createSegwitDigest(transaction, crypto);
  return (input, scriptCode, type) =>
    digestOf(input, scriptCode, psbt.inputs.amountAt(input), type);
};

/** The digests of taproot; none where a coin's script is not known. */
const createKeyDigest = (psbt: Psbt, crypto: Crypto): TaprootDigest => {
  const { scriptsHash, inputs } = psbt;
  if (scriptsHash === undefined) return () => undefined;
  return createTaprootDigest(
    transactionOf(psbt),
    { amounts: inputs.amounts(), scriptsHash },
    crypto,
  );
};

/** The digests that a review may need. */
export interface WalletDigests {
  readonly ofScript: ScriptDigest;
  readonly ofTaproot: TaprootDigest;
}

/** What a wallet's kind needs no digests for is not hashed. */
const NONE = (): undefined => undefined;

/** Those of a wallet's kind. */
export const createDigests = (psbt: Psbt, kind: ScriptKind, crypto: Crypto): WalletDigests =>
  kind === "tr"
    ? { ofScript: NONE, ofTaproot: createKeyDigest(psbt, crypto) }
    : { ofScript: createScriptDigest(psbt, kind, crypto), ofTaproot: NONE };
