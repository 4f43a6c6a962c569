/**
 * The final check before broadcast: a signed transaction against what was approved, on a code path
 * of its own. It shares no Bitcoin code with drafting and takes nothing from it on trust: scripts
 * are derived again from the descriptor, amounts read from the previous transactions, signatures
 * verified. It spends no coin and keeps no state.
 */

import { attempt } from "../attempt.ts";
import { parseDescriptor, type Wallet } from "./descriptor.ts";
import {
  judgeLowS,
  judgePrevouts,
  judgeScripts,
  judgeSighash,
  judgeSigners,
  judgeWitnesses,
  type Objection,
} from "./input-points.ts";
import { judgeLockTime } from "./lock-time.ts";
import {
  changeScript,
  judgeChange,
  judgeFee,
  judgePayments,
  settle,
  type Settlement,
} from "./output-points.ts";
import { got, type Reading, unread } from "./reading.ts";
import {
  CHECK_POINTS,
  type CheckPoint,
  type CheckReport,
  type CheckRequest,
  type PointName,
} from "./report.ts";
import { gatherSpends, type Spend, signersOf } from "./spends.ts";
import { decodeTransaction, type TransactionView } from "./transaction.ts";

interface Opened {
  readonly tx: TransactionView;
  readonly spends: readonly Spend[];
  readonly settlement: Settlement;
  readonly change: string | undefined;
}

interface Facts {
  readonly request: CheckRequest;
  readonly wallet: Reading<Wallet>;
  readonly opened: Reading<Opened>;
}

type Judge = (facts: Facts) => Objection;

const open = (request: CheckRequest, wallet: Wallet | undefined): Reading<Opened> => {
  const tx = decodeTransaction(request.txHex);
  if (tx === undefined) return unread("The hex is not a transaction.");
  if (tx.inputs.length === 0 || tx.outputs.length === 0) {
    return unread("The transaction lacks inputs or outputs.");
  }
  return got({
    tx,
    spends: gatherSpends(tx, request.prevouts, wallet),
    settlement: settle(tx.outputs, request.payments, request.network),
    change: changeScript(wallet, request.change),
  });
};

const gather = (request: CheckRequest): Facts => {
  const wallet =
    attempt(() => parseDescriptor(request.descriptor, request.network)) ??
    unread("The descriptor cannot be read.");
  const opened =
    attempt(() => open(request, wallet.ok ? wallet.value : undefined)) ??
    unread("The request cannot be read.");
  return { request, wallet, opened };
};

const onTransaction =
  (judge: (opened: Opened, request: CheckRequest) => Objection): Judge =>
  ({ opened, request }) =>
    opened.ok ? judge(opened.value, request) : "Not judged without the transaction.";

const onWallet =
  (judge: (opened: Opened, wallet: Wallet, request: CheckRequest) => Objection): Judge =>
  (facts) => {
    const { wallet } = facts;
    if (!wallet.ok) return "Not judged without the descriptor.";
    return onTransaction((opened, request) => judge(opened, wallet.value, request))(facts);
  };

const JUDGES = {
  parse: ({ opened }) => (opened.ok ? undefined : opened.why),
  descriptor: ({ wallet }) => (wallet.ok ? undefined : wallet.why),
  prevouts: onTransaction(({ spends }, { prevouts }) => judgePrevouts(spends, prevouts)),
  scripts: onWallet(({ spends }) => judgeScripts(spends)),
  witness: onWallet(({ spends }, { threshold }) => judgeWitnesses(spends, threshold)),
  "low-s": onTransaction(({ spends }) => judgeLowS(spends)),
  sighash: onTransaction(({ spends }) => judgeSighash(spends)),
  payments: onTransaction(({ settlement, change }) => judgePayments(settlement, change)),
  change: onTransaction(({ settlement, change }, request) =>
    judgeChange(settlement, request.change, change),
  ),
  fee: onTransaction(({ spends, tx }, { maxFeeSats }) => judgeFee(spends, tx, maxFeeSats)),
  "lock-time": onTransaction(({ tx }, { lockTime }) => judgeLockTime(tx, lockTime)),
  "distinct-signers": onWallet(({ spends }, { threshold }, { minimumSigners, fingerprints }) =>
    judgeSigners(spends, { threshold, minimumSigners, fingerprints }),
  ),
} as const satisfies Record<PointName, Judge>;

const judgePoint = (point: PointName, facts: Facts): CheckPoint => {
  const judged = attempt(() => ({ why: JUDGES[point](facts) }));
  const why = judged === undefined ? "Not judged: the request cannot be read." : judged.why;
  return why === undefined ? { point, ok: true } : { point, ok: false, why };
};

const signersOfAll = ({ wallet, opened }: Facts): readonly string[] => {
  if (!wallet.ok || !opened.ok) return [];
  const signers = opened.value.spends.map(signersOf);
  const fingerprints = new Set(wallet.value.keys.map(({ fingerprint }) => fingerprint));
  return [...fingerprints].filter((one) => signers.every((others) => others.includes(one)));
};

/**
 * Checks a signed transaction on every point, those after a failed one too; what cannot be judged
 * for want of another point fails and says so. Never throws.
 */
export const checkTransaction = (request: CheckRequest): CheckReport => {
  const facts = gather(request);
  const points = CHECK_POINTS.map((point) => judgePoint(point, facts));
  return { ok: points.every(({ ok }) => ok), points, signedBy: signersOfAll(facts) };
};
