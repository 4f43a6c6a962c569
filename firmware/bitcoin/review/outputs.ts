/** The outputs' half of the review: what leaves, what comes back, and what only says it does. */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { isSame } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { PsbtOutput } from "../psbt/output-map.ts";
import type { Steps } from "../steps.ts";
import { type AddressContext, describeOutput } from "../wallet/address.ts";
import type { RegisteredWallet } from "../wallet/registered-wallet.ts";
import type { DerivedScript } from "../wallet/script.ts";
import { findPlace, type WalletPlace } from "./places.ts";

/**
 * `change` returns to the wallet's change branch and is not shown unless it is far ahead; `self`
 * returns to its receive branch, and is shown; a `payment` is everything else, also an output that
 * is the wallet's without saying so.
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

/** Why an output is refused. */
export type OutputError = "change_foreign" | "change_branch" | "change_gap";

type Judgement = Pick<ReviewedOutput, "kind" | "place">;

/** Whether a hint says that a key of the wallet is in the output. */
const isWalletClaimed = ({ hints }: PsbtOutput, { policy }: RegisteredWallet): boolean =>
  hints.some((hint) => policy.keys.some((key) => isSame(hint.fingerprint, key.fingerprint)));

const isOwnClaimed = ({ hints }: PsbtOutput, fingerprint: Uint8Array): boolean =>
  hints.some((hint) => isSame(hint.fingerprint, fingerprint));

const isSameOrAbsent = (claimed: Uint8Array | undefined, derived: Uint8Array | undefined) =>
  claimed === undefined || (derived !== undefined && isSame(claimed, derived));

/** Whether what stands at a place is what the output pays to, and says of itself. */
const holds = (script: DerivedScript, output: PsbtOutput): boolean =>
  isSame(script.scriptPubKey, output.script) &&
  isSameOrAbsent(output.redeemScript, script.redeemScript) &&
  isSameOrAbsent(output.witnessScript, script.witnessScript) &&
  isSameOrAbsent(output.internalKey, script.taproot?.internalKey);

const judgeOutput = (
  output: PsbtOutput,
  wallet: RegisteredWallet,
  fingerprint: Uint8Array,
  highestIndex: number,
): Outcome<Judgement, OutputError> => {
  const isOwn = isOwnClaimed(output, fingerprint);
  if (!isOwn && !isWalletClaimed(output, wallet)) return ok({ kind: "payment" });
  const place = findPlace(wallet, output.hints);
  if (place === undefined) return fail(isOwn ? "change_branch" : "change_foreign");
  const script = wallet.deriver.derive(place.branch, place.index);
  if (!script.ok || !holds(script.value, output)) return fail("change_foreign");
  if (place.index > highestIndex + BITCOIN_LIMITS.changeReach) {
    return fail("change_gap", { index: place.index });
  }
  return ok({ kind: place.branch === 1 ? "change" : "self", place });
};

/**
 * Judges all outputs against one wallet, one a step; a refusal's details name the `output`.
 * `highestIndex` is that of the inputs.
 *
 * @yields after each output
 */
export function* reviewOutputs(
  outputs: readonly PsbtOutput[],
  wallet: RegisteredWallet,
  highestIndex: number,
  context: OutputContext,
): Steps<Outcome<readonly ReviewedOutput[], OutputError>> {
  const reviewed: ReviewedOutput[] = [];
  for (const [index, output] of outputs.entries()) {
    const judged = judgeOutput(output, wallet, context.fingerprint, highestIndex);
    if (!judged.ok) return fail(judged.error, { output: index, ...judged.details });
    const address = describeOutput(output.script, context);
    reviewed.push({ index, address, amountSats: output.amountSats, ...judged.value });
    yield;
  }
  return ok(reviewed);
}
