/** The outputs' half of the review: what leaves, what comes back, and what only says it does. */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { type AddressContext, describeOutput } from "../wallet/address.ts";
import { isSame } from "../encoding/bytes.ts";
import type { Psbt, PsbtOutput } from "../transaction/psbt.ts";
import type { RegisteredWallet } from "../wallet/registered-wallet.ts";
import { type Found, findPlace, type WalletPlace } from "./wallet.ts";
import type { Steps } from "../steps.ts";
import type { TransactionOutput } from "../transaction/transaction.ts";

/**
 * `change` returns to the wallet's change branch and is not shown unless it is far ahead; `self`
 * returns to its receive
 * branch, and is shown; a `payment` is everything else, also an output that is the wallet's
 * without saying so.
 */
export type OutputKind = "payment" | "change" | "self";

/** An output that was judged. */
export interface ReviewedOutput {
  readonly index: number;
  /** As `describeOutput` writes it. */
  readonly address: string;
  readonly amountSats: number;
  readonly kind: OutputKind;
  /** Where in the wallet, if it says so truly. */
  readonly place?: WalletPlace;
}

/** What outputs are judged by. */
export interface OutputContext extends AddressContext {
  /** 4 bytes: this device's master key's. */
  readonly fingerprint: Uint8Array;
}

/** Whether a hint says that a key of the wallet, or of this device, is in the output. */
const isClaimed = (
  output: PsbtOutput,
  wallet: RegisteredWallet,
  fingerprint: Uint8Array,
): boolean => {
  const ours = [fingerprint, ...wallet.policy.keys.map((key) => key.fingerprint)];
  return output.derivations.some((hint) => ours.some((one) => isSame(hint.fingerprint, one)));
};

const holds = (found: Found, output: PsbtOutput, paid: TransactionOutput): boolean => {
  const { witnessScript, hasRedeemScript } = output;
  return (
    isSame(found.script.scriptPubKey, paid.script) &&
    (witnessScript === undefined || isSame(witnessScript, found.script.scriptCode)) &&
    !hasRedeemScript
  );
};

/** Why an output is refused. */
export type OutputError = "psbt_malformed" | "change_foreign";

type Judgement = Pick<ReviewedOutput, "kind" | "place">;

const judgeOutput = (
  output: PsbtOutput,
  paid: TransactionOutput,
  wallet: RegisteredWallet,
  context: OutputContext,
): Outcome<Judgement, "change_foreign"> => {
  if (!isClaimed(output, wallet, context.fingerprint)) return ok({ kind: "payment" });
  const found = findPlace(output.derivations, wallet.policy.keys, wallet);
  if (found === undefined || !holds(found, output, paid)) return fail("change_foreign");
  const { branch, index } = found;
  return ok({ kind: branch === 1 ? "change" : "self", place: { branch, index } });
};

/**
 * Judges all outputs against one wallet, one a step; a refusal's details name the `output`.
 *
 * @yields after each output
 */
export function* reviewOutputs(
  psbt: Psbt,
  wallet: RegisteredWallet,
  context: OutputContext,
): Steps<Outcome<readonly ReviewedOutput[], OutputError>> {
  const reviewed: ReviewedOutput[] = [];
  for (const [index, paid] of psbt.transaction.outputs.entries()) {
    const output = psbt.outputs[index];
    if (output === undefined) return fail("psbt_malformed", { output: index });
    const judged = judgeOutput(output, paid, wallet, context);
    if (!judged.ok) return fail(judged.error, { output: index });
    const address = describeOutput(paid.script, context);
    reviewed.push({ index, address, amountSats: paid.amountSats, ...judged.value });
    yield;
  }
  return ok(reviewed);
}
