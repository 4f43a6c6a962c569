/** What a wallet allows its signers: refused without it, and told on a screen with it. */
import { describe, expect, test } from "bun:test";
import { formatAddress } from "../../../firmware/bitcoin/index.ts";
import type { Allowance } from "../../../protocol/wallet-policy.ts";
import type { Plan } from "../../agreement/plans.ts";
import { type PsbtMaps, unsignedOf, withTransaction } from "../../agreement/psbt-maps.ts";
import { strangersWallet } from "../../agreement/shapes.ts";
import type { AgreementWallet } from "../../agreement/wallets.ts";
import { mixed } from "../../attacks/inputs.ts";
import { COIN_SATS, coinAt, goodPlan, mapsOf, outputAt, payment } from "../../attacks/scene.ts";
import { elementOf, unwrap } from "../expect-value.ts";
import { STRANGER_ADDRESS } from "../psbt-fixture.ts";
import { allowing, judge, KINDS, screensOf, tasksOf } from "./kinds.ts";

const VERSIONS = [0, 2] as const;
const BITCOIN = 100_000_000;

const summary = (inputs: string, leaving: string, fee: string): readonly string[] => [
  "Spend from",
  "Wallet: Plain",
  inputs,
  `Leaving ${leaving} BTC`,
  `Fee ${fee} BTC`,
];
const pay = (amount: string): readonly string[] => [
  "Pay 1 of 1",
  `${amount} BTC`,
  ...formatAddress(STRANGER_ADDRESS),
];
const feeOf = (amount: string, rate: number): readonly string[] => [
  "Fee",
  `${amount} BTC`,
  `about ${rate.toFixed(1)} sat/vB`,
];

/** The screens of a review but for the last one, whose rate depends on the kind. */
const shown = (wallet: AgreementWallet, maps: PsbtMaps, version: 0 | 2) => {
  const reviewed = unwrap(judge(wallet, maps, version));
  const screens = screensOf(reviewed);
  const fee = (reviewed.feeSats / BITCOIN).toFixed(8);
  expect(elementOf(screens, screens.length - 1)).toEqual(feeOf(fee, reviewed.feeRate));
  return screens.slice(0, -1);
};

/** A PSBT with the inputs of another behind its own, all but the first of them. */
const withInputsOf = (own: PsbtMaps, other: PsbtMaps): PsbtMaps => {
  const transaction = unsignedOf(own);
  for (const { hash, index, sequence } of unsignedOf(other).ins.slice(1)) {
    transaction.addInput(hash, index, sequence);
  }
  const inputs = [...own.inputs, ...other.inputs.slice(1)];
  return withTransaction({ ...own, inputs }, transaction);
};

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
        expect(judge(allowing(shape), maps) as unknown).toEqual({
          ok: false,
          error: "previous_transaction_missing",
          details: { input: inputs[0] },
        });
      }
    }
  });

  test("of wallets from before segwit: refused all the same, a witness UTXO notwithstanding", () => {
    for (const shape of KINDS.legacy) {
      const wallet = allowing(shape, "amounts-unproved");
      expect(judge(wallet, mapsOf(without(wallet, 1))) as unknown).toEqual({
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
        expect(judge(allowing(shape), maps, version) as unknown).toEqual(refused);
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

  test("with none of ours: nothing is signed, and that is said", () => {
    const wallet = allowing("wpkh", "inputs-foreign");
    const stranger = strangersWallet(wallet);
    const maps = mapsOf({ ...goodPlan(stranger), outputs: [payment(1_980_000)] });
    const reviewed = unwrap(judge(wallet, maps));
    expect(elementOf(screensOf(reviewed), 0)).toEqual(
      summary("0 inputs", "0.00000000", "0.00020000"),
    );
    expect(tasksOf(reviewed)).toEqual([]);
  });

  test("another's amount needs its proof, too", () => {
    const wallet = allowing("wpkh", "inputs-foreign");
    const maps = mixed(wallet, strangersWallet(wallet));
    const [first, second] = maps.inputs;
    const inputs = [first ?? [], (second ?? []).filter(({ key }) => key[0] !== 0)];
    expect(judge(wallet, { ...maps, inputs }) as unknown).toEqual({
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
        expect(judge(allowing(shape), maps) as unknown).toEqual({
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

describe("sighash types", () => {
  const NONE = ["sighash-none"] as const;
  const SINGLE = ["sighash-single"] as const;
  const ANYONE = ["sighash-anyone-can-pay"] as const;
  const table: readonly (readonly [number, string, readonly Allowance[]])[] = [
    [0x02, "SIGHASH_NONE", NONE],
    [0x03, "SIGHASH_SINGLE", SINGLE],
    [0x81, "SIGHASH_ALL|ANYONECANPAY", ANYONE],
    [0x82, "SIGHASH_NONE|ANYONECANPAY", [...NONE, ...ANYONE]],
    [0x83, "SIGHASH_SINGLE|ANYONECANPAY", [...SINGLE, ...ANYONE]],
  ];
  const OTHERS: readonly Allowance[] = ["amounts-unproved", "inputs-foreign", "fee-high"];
  const typed = (wallet: AgreementWallet, sighash: number) => {
    const plan = goodPlan(wallet);
    const coins = plan.coins.map((coin, at) => (at === 1 ? { ...coin, sighash } : coin));
    return mapsOf({ ...plan, coins });
  };

  /** Input and type of what is signed, each once. */
  const typesOf = (wallet: AgreementWallet, maps: PsbtMaps) => {
    const tasks = tasksOf(unwrap(judge(wallet, maps)));
    return [
      ...new Map(
        tasks.map(({ input, sighash }) => [`${input} ${sighash}`, [input, sighash]]),
      ).values(),
    ];
  };

  for (const [sighash, name, allows] of table) {
    test(`${name}: told with its number of inputs; sighash_refused without all it takes`, () => {
      for (const shape of KINDS.all) {
        const wallet = allowing(shape, ...allows);
        const maps = typed(wallet, sighash);
        expect(shown(wallet, maps, 0)).toEqual([
          summary("2 inputs", "0.01500000", "0.00020000"),
          [`Signs ${name}`, "1 input", "Others may change the rest"],
          pay("0.01480000"),
        ]);
        expect(typesOf(wallet, maps)).toEqual([
          [0, wallet.kind === "tr" ? 0 : 1],
          [1, sighash],
        ]);
        const all: readonly Allowance[] = [...NONE, ...SINGLE, ...ANYONE, ...OTHERS];
        for (const one of allows) {
          const lacking = allowing(shape, ...all.filter((allowance) => allowance !== one));
          expect(judge(lacking, maps) as unknown).toEqual({
            ok: false,
            error: "sighash_refused",
            details: { input: 1, sighash },
          });
        }
      }
    });
  }

  test("all notices of one transaction, in their order", () => {
    const wallet = allowing("wpkh", ...OTHERS, ...NONE, ...ANYONE);
    const maps = mixed(wallet, strangersWallet(wallet));
    const plan = goodPlan(wallet);
    const own = mapsOf({
      ...plan,
      coins: [{ ...elementOf(plan.coins, 0), sighash: 0x82, hasPrevious: false }],
      outputs: [payment(1_400_000)],
    });
    expect(shown(wallet, withInputsOf(own, maps), 0)).toEqual([
      summary("1 input", "0.01000000", "0.00600000"),
      ["With 1 input of others", "0.01000000 BTC"],
      ["Amounts not proved", "1 input"],
      ["Signs SIGHASH_NONE|ANYONECANPAY", "1 input", "Others may change the rest"],
      ["High fee", "0.00600000 BTC", "30 % of what is spent"],
      pay("0.01400000"),
    ]);
  });
});
