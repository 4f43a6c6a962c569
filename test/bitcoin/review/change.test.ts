/** What comes back: unsaid, told, or refused, for every kind of wallet. */
import { describe, expect, test } from "bun:test";
import { BITCOIN_LIMITS, formatAddress } from "../../../firmware/bitcoin/index.ts";
import type { Plan } from "../../agreement/plans.ts";
import {
  OUTPUT,
  pair,
  type PairMap,
  replace,
  unsignedOf,
  withTransaction,
} from "../../agreement/psbt-maps.ts";
import type { Place } from "../../agreement/seam.ts";
import { nextAccount, otherCompany, strangersWallet } from "../../agreement/shapes.ts";
import type { AgreementWallet } from "../../agreement/wallets.ts";
import { mixed } from "../../attacks/inputs.ts";
import {
  CHANGE_OUTPUT,
  coinAt,
  editOutput,
  goodPlan,
  mapsOf,
  outputAt,
  payment,
} from "../../attacks/scene.ts";
import { elementOf, unwrap } from "../expect-value.ts";
import { allowing, judge, KINDS, registeredOf, screensOf, refusalOf } from "./kinds.ts";
import { pay, summary } from "./shown.ts";

const { changeGap, changeReach } = BITCOIN_LIMITS;
/** Of the good spend's coins. */
const HIGHEST = 6;
const LAST = 2 ** 31 - 1;

const backTo = (wallet: AgreementWallet, place: Place, highest = HIGHEST): Plan => ({
  ...goodPlan(wallet),
  coins: [
    coinAt(wallet, { branch: 0, index: highest }, 1_000_000),
    coinAt(wallet, { branch: 1, index: 5 }, 1_000_000, 1),
  ],
  outputs: [payment(1_480_000), outputAt(wallet, place, 500_000)],
});

/** All screens but the last, of the fee. */
const linesOf = (wallet: AgreementWallet, plan: Plan) =>
  screensOf(unwrap(judge(wallet, mapsOf(plan)))).slice(0, -1);

const FIRST = summary("2 inputs", "0.01500000", "0.00020000");
const PAID = pay("0.01480000");

describe("to the change branch", () => {
  test("up to 1,000 ahead of the inputs: unsaid", () => {
    for (const shape of KINDS.all) {
      const wallet = allowing(shape);
      for (const index of [0, HIGHEST, HIGHEST + changeGap]) {
        expect(linesOf(wallet, backTo(wallet, { branch: 1, index }))).toEqual([FIRST, PAID]);
      }
    }
  });

  test("up to 20,000 ahead: told with its place", () => {
    for (const shape of KINDS.all) {
      const wallet = allowing(shape);
      for (const index of [HIGHEST + changeGap + 1, HIGHEST + changeReach]) {
        const told = [`Change to address 1/${index}`, "0.00500000 BTC"];
        expect(linesOf(wallet, backTo(wallet, { branch: 1, index }))).toEqual([FIRST, PAID, told]);
      }
    }
  });

  test("further ahead: change_gap, on either branch", () => {
    for (const shape of KINDS.all) {
      const wallet = allowing(shape);
      for (const branch of [0, 1] as const) {
        for (const index of [HIGHEST + changeReach + 1, LAST]) {
          expect(refusalOf(wallet, mapsOf(backTo(wallet, { branch, index })))).toEqual({
            ok: false,
            error: "change_gap",
            details: { output: CHANGE_OUTPUT, index },
          });
        }
      }
    }
  });

  test("more than 20,000 ahead of the lowest input: told, wherever the highest is", () => {
    for (const shape of KINDS.all) {
      const wallet = allowing(shape);
      // The lowest is at 5; the other one may be dust that anybody sent far ahead.
      for (const [index, told] of [
        [5 + changeReach, []],
        [5 + changeReach + 1, [[`Change to address 1/${5 + changeReach + 1}`, "0.00500000 BTC"]]],
      ] as const) {
        const lines = linesOf(wallet, backTo(wallet, { branch: 1, index }, LAST - 1));
        expect([shape, lines]).toEqual([shape, [FIRST, PAID, ...told]]);
      }
    }
  });

  test("is measured from the highest of the wallet's own inputs", () => {
    const wallet = allowing("wpkh");
    const high = LAST - changeReach;
    // One input up there may be anybody's gift: the other one is far below, so it is told.
    expect(linesOf(wallet, backTo(wallet, { branch: 1, index: high }, high))).toHaveLength(3);
    expect(linesOf(wallet, backTo(wallet, { branch: 1, index: LAST }, high))).toHaveLength(3);
    // A stranger's input at index 6 says nothing of ours at 5.
    const mixing = allowing("wpkh", "inputs-foreign");
    const far = outputAt(mixing, { branch: 1, index: 5 + changeReach + 1 }, 500_000);
    const maps = mixed(mixing, strangersWallet(mixing));
    const plan = { ...goodPlan(mixing), outputs: [payment(1_480_000), far] };
    const { outputs } = mapsOf(plan);
    const transaction = unsignedOf(maps);
    elementOf(transaction.outs, CHANGE_OUTPUT).script = far.script;
    expect(refusalOf(mixing, withTransaction({ ...maps, outputs }, transaction))).toEqual({
      ok: false,
      error: "change_gap",
      details: { output: CHANGE_OUTPUT, index: 5 + changeReach + 1 },
    });
  });
});

test("to the receive branch: told as the wallet's own, and does not leave", () => {
  for (const shape of KINDS.all) {
    const wallet = allowing(shape);
    const plan = backTo(wallet, { branch: 0, index: 9 });
    const { deriver } = registeredOf(wallet);
    const address = deriver.addressOf(elementOf(plan.outputs, CHANGE_OUTPUT).script);
    const [first = "", ...rest] = PAID;
    expect(linesOf(wallet, plan)).toEqual([
      FIRST,
      [first.replace("of 1", "of 2"), ...rest],
      ["To this wallet 2 of 2", "0.00500000 BTC", ...formatAddress(address)],
    ]);
  }
});

test("without a word of it: a payment like any other", () => {
  for (const shape of KINDS.all) {
    const wallet = allowing(shape);
    const maps = editOutput(mapsOf(goodPlan(wallet)), CHANGE_OUTPUT, () => []);
    const reviewed = unwrap(judge(wallet, maps));
    expect(reviewed.outputs.map(({ kind }) => kind)).toEqual(["payment", "payment"]);
    expect([reviewed.leavingSats, reviewed.changeSats]).toEqual([2_000_000, 0]);
  }
});

describe("that only says it does", () => {
  /** The good spend whose change is said to be what stands at a place of some wallet. */
  const saying = (wallet: AgreementWallet, script: Uint8Array, map: PairMap): unknown => {
    const plan = goodPlan(wallet);
    const outputs = [elementOf(plan.outputs, 0), { amountSats: 500_000, script }];
    return judge(
      wallet,
      editOutput(mapsOf({ ...plan, outputs }), CHANGE_OUTPUT, () => map),
    );
  };
  const at = (wallet: AgreementWallet, place: Place) => {
    const plan = backTo(wallet, place);
    const { script } = elementOf(plan.outputs, CHANGE_OUTPUT);
    return [script, elementOf(mapsOf(plan).outputs, CHANGE_OUTPUT)] as const;
  };
  const refused = (error: string) => ({ ok: false, error, details: { output: CHANGE_OUTPUT } });

  test("at a place of the next account: change_branch", () => {
    for (const shape of KINDS.all) {
      const wallet = allowing(shape);
      for (const branch of [0, 1] as const) {
        const other = at(nextAccount(wallet), { branch, index: 8 });
        expect(saying(wallet, ...other)).toEqual(refused("change_branch"));
      }
    }
  });

  test("with our place's words at another's script, or another of ours: change_foreign", () => {
    for (const shape of KINDS.all) {
      const wallet = allowing(shape);
      const [, words] = at(wallet, { branch: 1, index: 8 });
      for (const [script] of [
        at(strangersWallet(wallet), { branch: 1, index: 8 }),
        at(wallet, { branch: 1, index: 9 }),
        at(wallet, { branch: 0, index: 8 }),
      ]) {
        expect(saying(wallet, script, words)).toEqual(refused("change_foreign"));
      }
    }
  });

  test("in other company: change_foreign", () => {
    const several = KINDS.all.filter((shape) => shape.includes("multi"));
    expect(several.length).toBeGreaterThan(5);
    for (const shape of several) {
      const wallet = allowing(shape);
      const other = at(otherCompany(wallet), { branch: 1, index: 8 });
      expect(saying(wallet, ...other)).toEqual(refused("change_foreign"));
    }
  });

  test("with a redeem script, a witness script or an internal key that it has not", () => {
    for (const shape of KINDS.all) {
      const wallet = allowing(shape);
      const [script, map] = at(wallet, { branch: 1, index: 8 });
      for (const type of [OUTPUT.redeemScript, OUTPUT.witnessScript, OUTPUT.internalKey]) {
        const other = pair(type, new Uint8Array(32).fill(2));
        expect(saying(wallet, script, replace(map, type, other))).toEqual(
          refused("change_foreign"),
        );
      }
    }
  });
});
