/**
 * Proof of funds (BIP-322, "Full (Proof of Funds)"): `to_sign` with coins as further inputs, as a
 * PSBT. It proves who could spend them; that they are there, only the chain says.
 */

import { Psbt, Transaction } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { assemble, type AssembleError, type Unlocking } from "./assemble.ts";
import type { Scripts } from "./condition.ts";
import type { SignedInput, SpentOutput } from "./input-signatures.ts";
import { isSame } from "./output-script.ts";
import { readStack, writeStack } from "./serialisation.ts";
import { PROOF_SCRIPT, toSpendOf } from "./virtual.ts";

type PsbtInput = Psbt["data"]["inputs"][number];

/** A coin that a proof names, to be looked up on the chain. */
export interface ProvedCoin {
  /** 64 hex digits, in the order block explorers show. */
  readonly txid: string;
  readonly vout: number;
  readonly amountSats: number;
  readonly scriptHex: string;
}

/** A proof as a transaction, with what its inputs spend. */
export interface Proof {
  readonly transaction: Transaction;
  readonly spent: readonly SpentOutput[];
  readonly coins: readonly ProvedCoin[];
}

/** A signature of 64 bytes, and the input it is of. */
export interface ProofSignature {
  readonly input: number;
  /** Whether it is of a leaf of taproot's script tree. */
  readonly isLeaf: boolean;
  readonly signature: Uint8Array;
}

/** What somebody put into a PSBT to sign a coin, for another transaction than a proof. */
const SIGNING_FIELDS = [
  "partialSig",
  "tapKeySig",
  "tapScriptSig",
  "sighashType",
  "finalScriptSig",
  "finalScriptWitness",
] as const satisfies readonly (keyof PsbtInput)[];

/** The transactions that a PSBT brings, by id: one that several inputs spend is there once. */
const previousOf = (psbt: Psbt): ReadonlyMap<string, Transaction> =>
  new Map(
    psbt.data.inputs.flatMap(({ nonWitnessUtxo }) => {
      if (nonWitnessUtxo === undefined) return [];
      const previous = Transaction.fromBuffer(nonWitnessUtxo);
      return [[previous.getHash().toHex(), previous]];
    }),
  );

/** The previous transaction's word where there is one: `undefined` where the two differ. */
const outputOf = (
  { witnessUtxo }: PsbtInput,
  previous: Transaction | undefined,
  index: number,
): SpentOutput | undefined => {
  const output = previous?.outs[index];
  if (output === undefined || witnessUtxo === undefined) return output ?? witnessUtxo;
  const isAgreed = witnessUtxo.value === output.value && isSame(witnessUtxo.script, output.script);
  return isAgreed ? output : undefined;
};

/** The unsigned transaction of a PSBT that has at least one input. */
const transactionOf = (psbt: Psbt): Transaction =>
  Transaction.fromBuffer(psbt.data.getTransaction());

/**
 * The outputs that a proof's inputs spend; the first is the address's own, whatever the PSBT says.
 * `undefined` where a coin's is not there, or is another than its transaction's.
 */
const spentBy = (
  psbt: Psbt,
  transaction: Transaction,
  scriptPubKey: Uint8Array,
): readonly SpentOutput[] | undefined => {
  const spent: SpentOutput[] = [{ script: scriptPubKey, value: 0n }];
  const known = previousOf(psbt);
  for (const [input, { hash, index }] of transaction.ins.entries()) {
    if (input === 0) continue;
    const map = psbt.data.inputs[input];
    const output = map && outputOf(map, known.get(hash.toHex()), index);
    if (output === undefined) return undefined;
    spent.push(output);
  }
  return spent;
};

const unlock = (transaction: Transaction, input: number, unlocking: Unlocking): void => {
  transaction.setInputScript(input, unlocking.scriptSig);
  transaction.setWitness(input, [...unlocking.witness]);
};

const unlockingOf = (map: PsbtInput): Unlocking | undefined => {
  const { finalScriptSig = new Uint8Array(0), finalScriptWitness } = map;
  const witness = finalScriptWitness === undefined ? [] : readStack(finalScriptWitness);
  return witness && { scriptSig: finalScriptSig, witness };
};

const read = (psbt: Psbt, scriptPubKey: Uint8Array): Proof | undefined => {
  const transaction = transactionOf(psbt);
  const spent = spentBy(psbt, transaction, scriptPubKey);
  if (spent === undefined || spent.length < 2) return undefined;
  const known = previousOf(psbt);
  for (const [input, map] of psbt.data.inputs.entries()) {
    const unlocking = unlockingOf(map);
    if (unlocking === undefined) return undefined;
    // Signed without its amount, as before segwit, a coin has what its own transaction says.
    const hash = transaction.ins[input]?.hash.toHex() ?? "";
    const isAmountTold = unlocking.witness.length > 0 || known.has(hash);
    if (input > 0 && !isAmountTold) return undefined;
    unlock(transaction, input, unlocking);
  }
  const coins = spent.slice(1).map(({ script, value }, at) => ({
    txid: Uint8Array.from(transaction.ins[at + 1]?.hash ?? [])
      .toReversed()
      .toHex(),
    vout: transaction.ins[at + 1]?.index ?? 0,
    amountSats: Number(value),
    scriptHex: script.toHex(),
  }));
  return { transaction, spent, coins };
};

/** Reads a finalised proof; its signatures and its message are still to be verified. */
export const readProof = (
  psbt: Psbt,
  scriptPubKey: Uint8Array,
): Outcome<Proof, "signature_invalid"> => {
  try {
    const proof = read(psbt, scriptPubKey);
    return proof === undefined
      ? fail("signature_invalid", { why: "a coin is not proved" })
      : ok(proof);
  } catch {
    return fail("signature_invalid", { why: "it is no proof of funds" });
  }
};

/** What is told of a coin that is to be proved. */
const bareCoin = (map: PsbtInput): PsbtInput => {
  const bare = { ...map };
  for (const field of SIGNING_FIELDS) delete bare[field];
  return bare;
};

/**
 * The unsigned proof of a message and an address over the inputs of a PSBT; its outputs do not
 * count. `not_a_psbt` where it has no inputs.
 */
export const draftProof = (
  message: string,
  { scriptPubKey, redeemScript, witnessScript }: Scripts,
  funds: Psbt,
): Outcome<Psbt, "not_a_psbt"> => {
  if (funds.inputCount === 0) return fail("not_a_psbt");
  const toSpend = toSpendOf(message, scriptPubKey);
  const psbt = new Psbt();
  psbt.setVersion(0);
  psbt.addInput({
    hash: toSpend.getHash(),
    index: 0,
    sequence: 0,
    nonWitnessUtxo: toSpend.toBuffer(),
    witnessUtxo: { script: scriptPubKey, value: 0n },
    ...(redeemScript === undefined ? {} : { redeemScript }),
    ...(witnessScript === undefined ? {} : { witnessScript }),
  });
  for (const [input, { hash, index, sequence }] of funds.txInputs.entries()) {
    const map = funds.data.inputs[input] ?? {};
    psbt.addInput({ ...bareCoin(map), hash, index, sequence: sequence ?? 0xffff_ffff });
  }
  psbt.addOutput({ script: PROOF_SCRIPT, value: 0n });
  return ok(psbt);
};

/** The ways in which the scripts of an input may open it: a leaf each, or the one there is. */
const scriptsOf = (map: PsbtInput, script: Uint8Array, isLeaf: boolean): readonly Scripts[] => {
  const { redeemScript, witnessScript, tapLeafScript = [] } = map;
  if (!isLeaf) return [{ scriptPubKey: script, redeemScript, witnessScript }];
  return tapLeafScript.map((leaf) => ({
    scriptPubKey: script,
    leaf: { script: leaf.script, controlBlock: leaf.controlBlock },
  }));
};

/** The first way that the signatures open; else why the last does not. */
const assembleInput = (
  signed: SignedInput,
  map: PsbtInput,
  signatures: readonly ProofSignature[],
): Outcome<Unlocking, AssembleError> => {
  const script = signed.spent[signed.input]?.script ?? new Uint8Array(0);
  const isLeaf = signatures.length > 0 && signatures.every((one) => one.isLeaf);
  const compacts = signatures.filter((one) => one.isLeaf === isLeaf).map((one) => one.signature);
  let outcome: Outcome<Unlocking, AssembleError> = fail("signature_invalid");
  for (const scripts of scriptsOf(map, script, isLeaf)) {
    outcome = assemble(signed, scripts, compacts);
    if (outcome.ok) return outcome;
  }
  return outcome;
};

/** An input as a finalised PSBT has it: what it spends, and what opens that. */
const finalInput = (
  map: PsbtInput,
  { scriptSig, witness }: Unlocking,
): Pick<PsbtInput, "nonWitnessUtxo" | "witnessUtxo" | "finalScriptSig" | "finalScriptWitness"> => {
  const { nonWitnessUtxo, witnessUtxo } = map;
  const isSegwit = witness.length > 0 && witnessUtxo !== undefined;
  return {
    ...(isSegwit ? { witnessUtxo } : {}),
    ...(isSegwit || nonWitnessUtxo === undefined ? {} : { nonWitnessUtxo }),
    ...(scriptSig.length === 0 ? {} : { finalScriptSig: scriptSig }),
    ...(witness.length === 0 ? {} : { finalScriptWitness: writeStack(witness) }),
  };
};

/**
 * Makes the finalised proof of a draft and signatures of 64 bytes each. All are verified; details
 * of a refusal name the `input`.
 */
export const finaliseProof = (
  draft: Psbt,
  scriptPubKey: Uint8Array,
  signatures: readonly ProofSignature[],
): Outcome<Psbt, AssembleError> => {
  const transaction = transactionOf(draft);
  const spent = spentBy(draft, transaction, scriptPubKey);
  if (spent === undefined) return fail("signature_invalid", { why: "a coin is not known" });
  const final = new Psbt();
  final.setVersion(transaction.version);
  final.setLocktime(transaction.locktime);
  for (const { hash, index, sequence } of transaction.ins)
    final.addInput({ hash, index, sequence });
  for (const { script, value } of transaction.outs) final.addOutput({ script, value });
  for (const [input, map] of draft.data.inputs.entries()) {
    const own = signatures.filter((one) => one.input === input);
    const unlocking = assembleInput({ transaction, input, spent }, map, own);
    if (!unlocking.ok) return fail(unlocking.error, { ...unlocking.details, input });
    final.updateInput(input, finalInput(map, unlocking.value));
  }
  return ok(final);
};
