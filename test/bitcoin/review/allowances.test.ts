/** What a wallet allows its signers: refused without it, and told on a screen with it. */
import { describe, expect, test } from "bun:test";
import type { Plan } from "../../agreement/plans.ts";
import { strangersWallet } from "../../agreement/shapes.ts";
import type { AgreementWallet } from "../../agreement/wallets.ts";
import { mixed } from "../../attacks/inputs.ts";
import { COIN_SATS, coinAt, goodPlan, mapsOf, outputAt, payment } from "../../attacks/scene.ts";
import { elementOf, unwrap } from "../expect-value.ts";
import { allowing, judge, KINDS, tasksOf, refusalOf } from "./kinds.ts";
import { pay, shown, summary, withInputsOf } from "./shown.ts";

const VERSIONS = [0, 2] as const;
const BITCOIN = 100_000_000;

test("what needs no allowance is told of by its own screens alone, of every kind", () => {
  for (const shape of KINDS.all) {
    for (const version of VERSIONS) {
      const wallet = allowing(shape);
      expect([shape, shown(wallet, mapsOf(goodPlan(wallet)), version)]).toEqual([
        shape,
        [summary("2 inputs", "0.01500000", "0.00020000"), pay("0.01480000")],
      ]);
    }
  }
});

describe("amounts-unproved", () => {
  const without = (wallet: AgreementWallet, ...inputs: readonly number[]): Plan => {
    const plan = goodPlan(wallet);
    const coins = plan.coins.map((coin, at) =>
      inputs.includes(at) ? { ...coin, hasPrevious: false, hasWitnessUtxo: true } : coin,
    );
    return { ...plan, coins };
  };

  test("of segwit v0: told with their number; previous_transaction_missing without it", () => {
    for (const shape of KINDS.segwit) {
      const wallet = allowing(shape, "amounts-unproved");
      for (const [inputs, line] of [
        [[0, 1], "2 inputs"],
        [[1], "1 input"],
      ] as const) {
        const maps = mapsOf(without(wallet, ...inputs));
        expect(shown(wallet, maps, 0)).toEqual([
          summary("2 inputs", "0.01500000", "0.00020000"),
          ["Amounts not proved", line],
          pay("0.01480000"),
        ]);
        expect(refusalOf(allowing(shape), maps)).toEqual({
          ok: false,
          error: "previous_transaction_missing",
          details: { input: inputs[0] },
        });
      }
    }
  });

  test("from before segwit: refused all the same, a witness UTXO notwithstanding", () => {
    for (const shape of KINDS.legacy) {
      const wallet = allowing(shape, "amounts-unproved");
      expect(refusalOf(wallet, mapsOf(without(wallet, 1)))).toEqual({
        ok: false,
        error: "previous_transaction_missing",
        details: { input: 1 },
      });
    }
  });

  test("of taproot, whose signatures commit to all amounts: not needed, and not told", () => {
    for (const shape of KINDS.taproot) {
      const wallet = allowing(shape);
      expect(shown(wallet, mapsOf(without(wallet, 0, 1)), 0)).toHaveLength(2);
    }
  });
});

describe("inputs-foreign", () => {
  const refused = { ok: false, error: "input_foreign", details: { input: 1 } };

  test("with a stranger's input: told with what it brings, and only ours is signed", () => {
    for (const shape of KINDS.all) {
      for (const version of VERSIONS) {
        const wallet = allowing(shape, "inputs-foreign");
        const maps = mixed(wallet, strangersWallet(wallet));
        expect([shape, shown(wallet, maps, version)]).toEqual([
          shape,
          [
            summary("1 input", "0.00500000", "0.00020000"),
            ["With 1 input of others", "0.01000000 BTC"],
            pay("0.01480000"),
          ],
        ]);
        const reviewed = unwrap(judge(wallet, maps, version));
        expect(new Set(tasksOf(reviewed).map(({ input }) => input))).toEqual(new Set([0]));
        expect(refusalOf(allowing(shape), maps, version)).toEqual(refused);
      }
    }
  });

  test("what leaves is what the wallet has less, and never below nothing", () => {
    for (const shape of KINDS.all) {
      const wallet = allowing(shape, "inputs-foreign");
      const change = (amountSats: number) => {
        const maps = mixed(wallet, strangersWallet(wallet));
        const plan = goodPlan(wallet);
        const back = outputAt(wallet, { branch: 1, index: 8 }, amountSats);
        const outputs = [payment(1_980_000 - amountSats), back];
        const own = mapsOf({ ...plan, coins: [elementOf(plan.coins, 0)], outputs });
        return unwrap(judge(wallet, withInputsOf(own, maps)));
      };
      expect(change(999_999).leavingSats).toBe(1);
      expect(change(1_000_000).leavingSats).toBe(0);
      const gaining = change(1_500_000);
      expect(gaining.leavingSats).toBe(0);
      expect(gaining.feeSats).toBe(20_000);
      expect(gaining.inputs).toMatchObject({ ownSats: COIN_SATS, foreignSats: COIN_SATS });
    }
  });

  test("with none of ours: input_foreign, for nothing would be signed", () => {
    const wallet = allowing("wpkh", "inputs-foreign");
    const stranger = strangersWallet(wallet);
    const maps = mapsOf({ ...goodPlan(stranger), outputs: [payment(1_980_000)] });
    expect(refusalOf(wallet, maps)).toEqual({
      ok: false,
      error: "input_foreign",
      details: { input: 0 },
    });
  });

  test("another's amount needs its proof, too", () => {
    const wallet = allowing("wpkh", "inputs-foreign");
    const maps = mixed(wallet, strangersWallet(wallet));
    const [first, second] = maps.inputs;
    const inputs = [first ?? [], (second ?? []).filter(({ key }) => key[0] !== 0)];
    expect(refusalOf(wallet, { ...maps, inputs })).toEqual({
      ok: false,
      error: "previous_transaction_missing",
      details: { input: 1 },
    });
    const both = allowing("wpkh", "inputs-foreign", "amounts-unproved");
    expect(shown(both, { ...maps, inputs }, 0)).toEqual([
      summary("1 input", "0.00500000", "0.00020000"),
      ["With 1 input of others", "0.01000000 BTC"],
      ["Amounts not proved", "1 input"],
      pay("0.01480000"),
    ]);
  });
});

describe("fee-high", () => {
  const paying = (wallet: AgreementWallet, totalSats: number, feeSats: number): Plan => ({
    ...goodPlan(wallet),
    coins: [coinAt(wallet, { branch: 0, index: 5 }, totalSats)],
    outputs: [payment(totalSats - feeSats)],
  });
  const table = [
    ["above 25 %", COIN_SATS, 250_001, 25, "0.01000000", "0.00250001", "0.00749999"],
    ["30 %", COIN_SATS, 300_000, 30, "0.01000000", "0.00300000", "0.00700000"],
    ["all of it", COIN_SATS, COIN_SATS, 100, "0.01000000", "0.01000000", "0.00000000"],
    ["above 1 BTC", 500 * BITCOIN, BITCOIN + 1, 0, "500.00000000", "1.00000001", "498.99999999"],
  ] as const;
  for (const [name, total, feeSats, percent, leaving, fee, paid] of table) {
    test(`${name}: told with its part of what is spent; fee_high without it`, () => {
      for (const shape of KINDS.all) {
        const wallet = allowing(shape, "fee-high");
        const maps = mapsOf(paying(wallet, total, feeSats));
        expect(shown(wallet, maps, 0)).toEqual([
          summary("1 input", leaving, fee),
          ["High fee", `${fee} BTC`, `${percent} % of what is spent`],
          pay(paid),
        ]);
        expect(refusalOf(allowing(shape), maps)).toEqual({
          ok: false,
          error: "fee_high",
          details: { feeSats, percent },
        });
      }
    });
  }

  test("25 % and 1 BTC need it not", () => {
    for (const shape of KINDS.all) {
      const wallet = allowing(shape);
      for (const [total, feeSats] of [
        [COIN_SATS, 250_000],
        [400 * BITCOIN, BITCOIN],
      ] as const) {
        expect(shown(wallet, mapsOf(paying(wallet, total, feeSats)), 0)).toHaveLength(2);
      }
    }
  });
});
