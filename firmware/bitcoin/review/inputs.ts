/**
 * The inputs' half of the review: each is proved to be the wallet's by deriving the script of its
 * place, all holders' keys included, and its amount by its previous transaction.
 */
import type { WishfulSteps } from "../../signing/work.ts";
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Allowance } from "../../../protocol/wallet-policy.ts";
import type { Crypto } from "../../hal.ts";
import { isSame } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import { isCoinOf } from "../psbt/coins.ts";
import { COIN_HASH_BYTES, INPUT_FLAG } from "../psbt/input-table.ts";
import type { Psbt } from "../psbt/psbt.ts";
import { claimTag } from "../psbt/tap-claims.ts";
import type { SighashType } from "../transaction/sighash/sighash-type.ts";
import type { RegisteredWallet } from "../wallet/registered-wallet.ts";
import type { DerivedScript } from "../wallet/script.ts";
import { createDigests, isLegacyKind } from "./digests.ts";
import { branchOfWay, type WalletPlace } from "./places.ts";
import { chooseSighash, formatSighash } from "./sighash-choice.ts";
import { createSigners } from "./signers.ts";
import { createTaskTable, type TaskTable } from "./task-table.ts";
import { createWishes, firstStretch, stretchAfter } from "./wishes.ts";

/** A sighash type, and how many inputs are signed with it. */
export interface SighashUse {
  readonly type: SighashType;
  readonly signed: number;
}

/** What the inputs come to. */
export interface ReviewedInputs extends Pick<TaskTable, "tasks"> {
  /** The wallet's. */
  readonly own: number;
  readonly ownSats: number;
  /** Others', where the wallet allows them. */
  readonly foreign: number;
  readonly foreignSats: number;
  /** Of the wallet's inputs. */
  readonly highestIndex: number;
  readonly lowestIndex: number;
  /** Whether one of the wallet's signatures fixes all outputs of whatever it is in. */
  readonly areOutputsFixed: boolean;
  /** What the wallet's inputs bring that fix neither outputs nor other inputs. */
  readonly looseSats: number;
  /** Inputs whose amount nothing proves, where the wallet allows them. */
  readonly unproved: number;
  /** Sighash types other than ALL and DEFAULT, by their names, with their inputs' number. */
  readonly sighashes: ReadonlyMap<string, SighashUse>;
}

/** Why an input is refused. */
export type InputError =
  | "previous_transaction_missing"
  | "amount_out_of_range"
  | "sighash_refused"
  | "input_foreign"
  | "leaf_foreign"
  | "taproot_mismatch"
  | "too_many_inputs";

/** A place of the wallet, and what stands there. */
export interface Found extends WalletPlace {
  readonly script: DerivedScript;
}

/** Finds the wallet's inputs by their hints and their coins. */
export const createFinder = (psbt: Psbt, wallet: RegisteredWallet, crypto: Crypto) => {
  const { inputs } = psbt;
  const branches = psbt.ways.map((way) => branchOfWay(wallet, way));
  return (input: number): Found | undefined => {
    const hasPlace = (inputs.flagsAt(input) & INPUT_FLAG.hasPlace) !== 0;
    const branch = hasPlace ? branches[inputs.wayAt(input)] : undefined;
    if (branch === undefined) return undefined;
    const index = inputs.indexAt(input);
    const script = wallet.deriver.derive(branch, index);
    const isOwn = script.ok && isCoinOf(inputs, input, script.value.scriptPubKey, crypto);
    return isOwn ? { branch, index, script: script.value } : undefined;
  };
};

/** Whether an amount lacks a proof that it needs: those before segwit do, whatever is allowed. */
const isProofLacking = (
  flags: number,
  { policy }: RegisteredWallet,
  allows: ReadonlySet<Allowance>,
): boolean => {
  if ((flags & INPUT_FLAG.isProved) !== 0 || policy.kind === "tr") return false;
  return isLegacyKind(policy.kind) || !allows.has("amounts-unproved");
};

/** Counts what screens tell of. */
const createTotals = () => {
  const totals = { own: 0, ownSats: 0, foreign: 0, foreignSats: 0, highestIndex: 0, unproved: 0 };
  const signed = { lowestIndex: 0, areOutputsFixed: false, looseSats: 0 };
  let signatures = 0;
  const sighashes = new Map<string, SighashUse>();
  return {
    add: (isOwn: boolean, amountSats: number, isUnproved: boolean): boolean => {
      if (isOwn) totals.own += 1;
      else totals.foreign += 1;
      if (isOwn) totals.ownSats += amountSats;
      else totals.foreignSats += amountSats;
      if (isUnproved) totals.unproved += 1;
      return totals.ownSats + totals.foreignSats <= BITCOIN_LIMITS.amountSats;
    },
    /** False for more signatures than there may be. */
    hasRoom: (more: number): boolean => {
      signatures += more;
      return signatures <= BITCOIN_LIMITS.signatures;
    },
    sign: (type: SighashType, index: number, amountSats: number): void => {
      totals.highestIndex = Math.max(totals.highestIndex, index);
      signed.lowestIndex = totals.own === 1 ? index : Math.min(signed.lowestIndex, index);
      if (type.outputs === "all") signed.areOutputsFixed = true;
      else if (type.isAnyoneCanPay) signed.looseSats += amountSats;
      if (type.outputs === "all" && !type.isAnyoneCanPay) return;
      const name = formatSighash(type);
      sighashes.set(name, { type, signed: (sighashes.get(name)?.signed ?? 0) + 1 });
    },
    all: () => ({ ...totals, ...signed, sighashes }),
  };
};

/** What inputs are judged with. */
const createCourt = (psbt: Psbt, wallet: RegisteredWallet, crypto: Crypto) => {
  const digests = createDigests(psbt, wallet.policy.kind, crypto);
  return {
    psbt,
    wallet,
    crypto,
    allows: new Set(wallet.policy.allows),
    find: createFinder(psbt, wallet, crypto),
    signersOf: createSigners(wallet, crypto),
    table: createTaskTable(psbt, wallet, digests),
    totals: createTotals(),
  };
};

type Court = ReturnType<typeof createCourt>;

/** Whether what a PSBT claims of taproot is what the wallet derives; leaves bring proofs along. */
const isClaimTrue = (
  { psbt, crypto }: Court,
  input: number,
  { taproot }: DerivedScript,
  hasLeaves: boolean,
): boolean => {
  const flags = psbt.inputs.flagsAt(input);
  const { hasInternalKey, hasMerkleRoot } = INPUT_FLAG;
  if (taproot === undefined || (flags & (hasInternalKey | hasMerkleRoot)) === 0) return true;
  const { internalKey, merkleRoot, parity } = taproot;
  const claims = {
    internalKey: (flags & hasInternalKey) === 0 ? undefined : internalKey,
    merkleRoot: (flags & hasMerkleRoot) === 0 ? undefined : merkleRoot,
    parity: hasLeaves ? parity : undefined,
  };
  const claimed = psbt.inputs.coinAt(input).subarray(COIN_HASH_BYTES);
  return isSame(claimTag(claims, crypto), claimed);
};

const chosenSighash = (
  { psbt: { inputs, outputs }, wallet }: Court,
  input: number,
): Outcome<SighashType, "sighash_refused"> => {
  const isAsked = (inputs.flagsAt(input) & INPUT_FLAG.hasSighash) !== 0;
  const asked = isAsked ? inputs.sighashAt(input) : undefined;
  return chooseSighash(asked, wallet.policy, input < outputs.length);
};

/** An input that is the wallet's: how it is signed, and what it claims. */
const judgeOwn = (
  court: Court,
  input: number,
  { script, ...place }: Found,
  tags: Uint32Array,
): Outcome<void, InputError> => {
  const { table, totals, signersOf } = court;
  const signers = signersOf(script, tags);
  if (!signers.ok) return signers;
  if (!totals.hasRoom(signers.value.length)) return fail("too_many_inputs");
  if (!isClaimTrue(court, input, script, tags.length > 0)) return fail("taproot_mismatch");
  const type = chosenSighash(court, input);
  if (!type.ok) return type;
  const isAdded = table.add({ input, place, script, type: type.value, signers: signers.value });
  if (!isAdded) return fail("previous_transaction_missing");
  totals.sign(type.value, place.index, court.psbt.inputs.amountAt(input));
  return ok(undefined);
};

/** Whether an input may be there, and whose it is. */
const admit = (court: Court, input: number): Outcome<Found | undefined, InputError> => {
  const { psbt, wallet, allows, find } = court;
  const flags = psbt.inputs.flagsAt(input);
  if ((flags & INPUT_FLAG.hasCoin) === 0) return fail("previous_transaction_missing");
  const found = find(input);
  if (found === undefined && !allows.has("inputs-foreign")) return fail("input_foreign");
  return isProofLacking(flags, wallet, allows) ? fail("previous_transaction_missing") : ok(found);
};

const judge = (court: Court, input: number, tags: Uint32Array): Outcome<void, InputError> => {
  const { psbt, wallet, totals } = court;
  const admitted = admit(court, input);
  if (!admitted.ok) return admitted;
  const { value: found } = admitted;
  const isProved = (psbt.inputs.flagsAt(input) & INPUT_FLAG.isProved) !== 0;
  const isUnproved = !isProved && wallet.policy.kind !== "tr";
  const isInRange = totals.add(found !== undefined, psbt.inputs.amountAt(input), isUnproved);
  if (!isInRange) return fail("amount_out_of_range");
  return found === undefined ? ok(undefined) : judgeOwn(court, input, found, tags);
};

/**
 * Reviews all inputs against one wallet, one a step; a refusal's details name the `input`. What was
 * read of an input gives its place to what is signed.
 *
 * @yields after each input, and now and then the places that come next
 */
export function* reviewInputs(
  psbt: Psbt,
  wallet: RegisteredWallet,
  crypto: Crypto,
): WishfulSteps<Outcome<ReviewedInputs, InputError>> {
  const count = psbt.inputs.count();
  if (isLegacyKind(wallet.policy.kind) && count > BITCOIN_LIMITS.legacyInputs) {
    return fail("too_many_inputs", { inputs: count, most: BITCOIN_LIMITS.legacyInputs });
  }
  const court = createCourt(psbt, wallet, crypto);
  const leavesOfNext = psbt.inputs.leavesInTurn();
  const wishesFor = createWishes(psbt, wallet);
  let ahead = firstStretch(wallet);
  yield wishesFor(ahead);
  for (let input = 0; input < count; input += 1) {
    if (input === ahead.from) {
      ahead = stretchAfter(ahead);
      yield wishesFor(ahead);
    }
    const judged = judge(court, input, leavesOfNext());
    if (!judged.ok) return fail(judged.error, { input, ...judged.details });
    yield;
  }
  const totals = court.totals.all();
  // Where others' inputs are allowed, one at least is the wallet's.
  if (totals.own === 0) return fail("input_foreign", { input: 0 });
  return ok({ ...totals, tasks: court.table.tasks });
}
