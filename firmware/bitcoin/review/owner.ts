/** The wallet that a PSBT spends from, where nobody names it. */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto } from "../../hal.ts";
import { INPUT_FLAG } from "../psbt/input-table.ts";
import type { Psbt } from "../psbt/psbt.ts";
import type { Steps } from "../steps.ts";
import type { RegisteredWallet } from "../wallet/registered-wallet.ts";
import { createFinder } from "./inputs.ts";

/** Inputs by which wallets are told apart that share places. */
const COMPARED_INPUTS = 8;

/** How many of the first inputs are a wallet's. */
const ownedOf = (psbt: Psbt, wallet: RegisteredWallet, crypto: Crypto): number => {
  const find = createFinder(psbt, wallet, crypto);
  const inputs = Array.from({ length: Math.min(COMPARED_INPUTS, psbt.inputs.count()) });
  return inputs.filter((_, input) => find(input) !== undefined).length;
};

/** A wallet, and how much of a PSBT is its. */
interface Candidate {
  readonly wallet: RegisteredWallet;
  readonly owned: number;
}

/** More inputs first; of equals the wallet that allows less, which is the safer mistake. */
const byClaim = (one: Candidate, other: Candidate): number =>
  other.owned - one.owned || one.wallet.policy.allows.length - other.wallet.policy.allows.length;

/**
 * The wallet that owns the first input. Several may: of the same keys in another order, or with
 * other allowances; then the one that owns most of the first inputs, and of those the one that
 * allows least. One wallet a step. Of an input whose coin nothing tells no wallet could be found:
 * that is said instead.
 *
 * @yields before each wallet
 */
export function* findOwner(
  psbt: Psbt,
  wallets: readonly RegisteredWallet[],
  crypto: Crypto,
): Steps<Outcome<RegisteredWallet, "wallet_unknown" | "previous_transaction_missing">> {
  if ((psbt.inputs.flagsAt(0) & INPUT_FLAG.hasCoin) === 0) {
    return fail("previous_transaction_missing", { input: 0 });
  }
  const owners: RegisteredWallet[] = [];
  for (const wallet of wallets) {
    yield;
    if (createFinder(psbt, wallet, crypto)(0) !== undefined) owners.push(wallet);
  }
  const [only, ...others] = owners;
  if (only === undefined) return fail("wallet_unknown");
  if (others.length === 0) return ok(only);
  const candidates: Candidate[] = [];
  for (const wallet of owners) {
    yield;
    candidates.push({ wallet, owned: ownedOf(psbt, wallet, crypto) });
  }
  return ok(candidates.toSorted(byClaim)[0]?.wallet ?? only);
}
