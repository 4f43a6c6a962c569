import { describe, expect, test } from "bun:test";
import {
  CHECK_POINTS,
  type CheckRequest,
  checkTransaction,
  type PointName,
} from "../../host/control/index.ts";
import { LOCK_CHANGES, LOCKS_THAT_PASS } from "./lock-changes.ts";
import { OUTPUT_CHANGES } from "./output-changes.ts";
import { REFERENCE_CHANGES } from "./reference-changes.ts";
import { ONE_SIGNER_AGREED, SIGNER_COUNT_CHANGES } from "./signer-count-changes.ts";
import { SIGNATURE_CHANGES } from "./signature-changes.ts";
import {
  CHANGE_PATH,
  checkRequest,
  editTransaction,
  foreignAddress,
  OUTPUTS,
  PAYMENTS,
  PREVOUTS,
  SIGNERS,
  scriptOf,
  signSpend,
  TX_HEX,
  walletScript,
} from "./signed-spend.ts";

const failedPoints = (request: CheckRequest): readonly PointName[] =>
  checkTransaction(request)
    .points.filter(({ ok }) => !ok)
    .map(({ point }) => point);

const ALL_CHANGES = [
  ...SIGNATURE_CHANGES,
  ...OUTPUT_CHANGES,
  ...REFERENCE_CHANGES,
  ...LOCK_CHANGES,
  ...SIGNER_COUNT_CHANGES,
];
const [A = "", B = "", C = ""] = SIGNERS.map(({ fingerprint }) => fingerprint);

describe("a valid spend", () => {
  test("passes every point, and its signers are named", () => {
    const report = checkTransaction(checkRequest());
    expect(report.points).toEqual(CHECK_POINTS.map((point) => ({ point, ok: true })));
    expect(report).toMatchObject({ ok: true, signedBy: [A, B] });
  });

  test.each([
    [
      [0, 1],
      [A, B],
    ],
    [
      [0, 2],
      [A, C],
    ],
    [
      [1, 2],
      [B, C],
    ],
  ])("passes with the signers %p", (signers, signedBy) => {
    const report = checkTransaction(checkRequest({ txHex: signSpend(OUTPUTS, signers) }));
    expect(report).toMatchObject({ ok: true, signedBy });
  });

  test("passes with its outputs and prevouts in another order", () => {
    const txHex = signSpend(OUTPUTS.toReversed());
    expect(failedPoints(checkRequest({ txHex, prevouts: PREVOUTS.toReversed() }))).toEqual([]);
  });

  test.each(LOCKS_THAT_PASS)("passes with $name", ({ changes }) => {
    expect(failedPoints(checkRequest(changes))).toEqual([]);
  });

  test("passes with one signer of a 1-of-3 wallet where one is agreed on", () => {
    expect(failedPoints(checkRequest(ONE_SIGNER_AGREED))).toEqual([]);
  });

  test("passes without change where none is agreed on", () => {
    const payments = [...PAYMENTS, { address: foreignAddress(0x53), amountSats: 2_995_000 }];
    const txHex = signSpend(
      payments.map(({ address, amountSats }) => ({ script: scriptOf(address), amountSats })),
    );
    expect(failedPoints(checkRequest({ txHex, payments, change: undefined }))).toEqual([]);
  });

  test("passes with two equal payments, each made once", () => {
    const payments = [...PAYMENTS, { ...PAYMENTS[1] }];
    const twice = { script: scriptOf(PAYMENTS[1].address), amountSats: PAYMENTS[1].amountSats };
    const change = { script: walletScript(CHANGE_PATH).script, amountSats: 1_995_000 };
    const txHex = signSpend([...OUTPUTS.slice(0, 2), twice, change]);
    expect(failedPoints(checkRequest({ txHex, payments }))).toEqual([]);
    expect(failedPoints(checkRequest({ txHex }))).toEqual(["payments"]);
    expect(failedPoints(checkRequest({ payments }))).toEqual(["payments"]);
  });

  test("names only the signers of every input where inputs differ", () => {
    const other = signSpend(OUTPUTS, [0, 2]);
    const txHex = editTransaction(TX_HEX, (tx) => {
      editTransaction(other, ({ witnesses }) => {
        tx.witnesses?.splice(1, 2, ...(witnesses?.slice(1) ?? []));
      });
    });
    expect(checkTransaction(checkRequest({ txHex }))).toMatchObject({ ok: true, signedBy: [A] });
  });
});

describe("a changed spend is refused", () => {
  test.each(ALL_CHANGES)("$name", ({ fails, changes }) => {
    const request = checkRequest(changes);
    expect(failedPoints(request)).toEqual(CHECK_POINTS.filter((point) => fails.includes(point)));
    expect(checkTransaction(request).ok).toBe(false);
  });

  test("every point has a change that it refuses", () => {
    const all = ALL_CHANGES.flatMap(({ fails }) => fails);
    expect(CHECK_POINTS.filter((point) => !all.includes(point))).toEqual([]);
  });

  test("a lock is told by its number, a relative one by its input", () => {
    const whys = LOCK_CHANGES.map(({ changes }) =>
      checkTransaction(checkRequest(changes)).points.flatMap(({ why }) => why ?? []),
    );
    expect(whys).toContainEqual(["The lock time is 4000000000, not 0."]);
    expect(whys).toContainEqual(["Input 2: its sequence enables a relative lock."]);
  });

  test("what cannot be judged says so", () => {
    const { points } = checkTransaction(checkRequest({ txHex: "" }));
    expect(points).toContainEqual({
      point: "fee",
      ok: false,
      why: "Not judged without the transaction.",
    });
  });
});
