/**
 * Signing: read as it comes, review, consent, commit, sign, reply. What is signed is what `review`
 * computed. Review and signing are cut into slices so that the line stays served, and stop as soon
 * as the device holds other keys or none.
 */
import { fail, ok } from "../../protocol/errors.ts";
import { encodeRecords } from "../../protocol/signature-record.ts";
import {
  createPsbtReader,
  type Psbt,
  type Review,
  reviewSteps,
  signableOf,
} from "../bitcoin/index.ts";
import type { Keys } from "../device.ts";
import type { Context, Receivers, Reply } from "../dispatch.ts";
import type { Screen } from "../hal.ts";
import type { Charge } from "../ledger/ledger.ts";
import { receiveUpload } from "../signing/receive-upload.ts";
import { runReview } from "../signing/run-review.ts";
import { signAll } from "../signing/sign-all.ts";
import { holdsStill } from "../signing/turns.ts";

/** What leaves; what is signed of a transaction that was signed otherwise before, in full. */
export const chargeOf = ({ txid, leavingSats, part, inputs }: Review): Charge => ({
  txid,
  amountSats: leavingSats,
  part: { name: part, amountSats: inputs.ownSats },
});

const consentTo = ({ screens }: Review): Screen => ({
  kind: "transaction",
  lines: screens.flatMap(({ lines }) => lines),
});

/** A repeat of a committed call was consented to: it is reviewed and signed again, not asked. */
const signReviewed = async (
  context: Context,
  keys: Keys,
  reviewed: Review,
): Promise<Reply<"signPsbt">> => {
  const { ask, commit, isCommitted } = context;
  const consent = isCommitted() ? ok(undefined) : await ask(consentTo(reviewed));
  if (!consent.ok) return consent;
  if (!holdsStill(context, keys)) return fail("cancelled");
  const committed = commit(chargeOf(reviewed));
  if (!committed.ok) return committed;
  const records = await signAll(context, keys, signableOf(reviewed));
  if (!records.ok) return records;
  return ok({ walletId: reviewed.wallet.id, signatures: encodeRecords(records.value) });
};

/** Reviews a PSBT that was read, and signs it. */
const signRead = async (
  context: Context,
  keys: Keys,
  psbt: Psbt,
  walletId: Uint8Array | undefined,
): Promise<Reply<"signPsbt">> => {
  const { hal, network } = context;
  const bearings = { crypto: hal.crypto, network, fingerprint: keys.fingerprint };
  const steps = reviewSteps(psbt, keys.wallets, walletId, bearings);
  const reviewed = await runReview(context, keys, psbt.inputs.count(), steps);
  return reviewed.ok ? signReviewed(context, keys, reviewed.value) : reviewed;
};

const signPsbt: Receivers["signPsbt"] = (device, { walletId }) =>
  receiveUpload(device, {
    open: ({ fingerprint }) => createPsbtReader({ crypto: device.hal.crypto, fingerprint }),
    call: async (context, keys, psbt) =>
      psbt.ok ? signRead(context, keys, psbt.value, walletId) : psbt,
  });

/** Handlers of protocol/commands/signing.ts. */
export const signingHandlers: Pick<Receivers, "signPsbt"> = { signPsbt };
