/** Which sighash types are signed, for which wallets, and how that is told. */
import { describe, expect, test } from "bun:test";
import { chooseSighash } from "../../../firmware/bitcoin/review/sighash-choice.ts";
import { ALLOWANCES, type Allowance } from "../../../protocol/wallet-policy.ts";
import type { PsbtMaps } from "../../agreement/psbt-maps.ts";
import { strangersWallet } from "../../agreement/shapes.ts";
import type { AgreementWallet } from "../../agreement/wallets.ts";
import { mixed } from "../../attacks/inputs.ts";
import { goodPlan, mapsOf, payment } from "../../attacks/scene.ts";
import { elementOf, unwrap } from "../expect-value.ts";
import { allowing, judge, KINDS, registeredOf, tasksOf, refusalOf } from "./kinds.ts";
import { pay, shown, summary, withInputsOf } from "./shown.ts";

describe("sighash types", () => {
  const NONE = ["sighash-none"] as const;
  const SINGLE = ["sighash-single"] as const;
  const ANYONE = ["sighash-anyone-can-pay"] as const;
  const NO_OUTPUT = "No output is fixed";
  const ONE_OUTPUT = "Other outputs are not fixed";
  const INPUTS = "Others may add inputs";
  type Row = readonly [
    byte: number,
    name: string,
    allows: readonly Allowance[],
    open: readonly string[],
  ];
  const table: readonly Row[] = [
    [0x02, "SIGHASH_NONE", NONE, [NO_OUTPUT]],
    [0x03, "SIGHASH_SINGLE", SINGLE, [ONE_OUTPUT]],
    [0x81, "SIGHASH_ALL|ANYONECANPAY", ANYONE, [INPUTS]],
    [0x82, "SIGHASH_NONE|ANYONECANPAY", [...NONE, ...ANYONE], [NO_OUTPUT, INPUTS]],
    [0x83, "SIGHASH_SINGLE|ANYONECANPAY", [...SINGLE, ...ANYONE], [ONE_OUTPUT, INPUTS]],
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

  for (const [sighash, name, allows, open] of table) {
    test(`${name}: told with its number of inputs and what it leaves open`, () => {
      for (const shape of KINDS.all) {
        const wallet = allowing(shape, ...allows);
        const maps = typed(wallet, sighash);
        expect(shown(wallet, maps, 0)).toEqual([
          summary("2 inputs", "0.01500000", "0.00020000"),
          [`Signs ${name}`, "1 input", ...open],
          pay("0.01480000"),
        ]);
        expect(typesOf(wallet, maps)).toEqual([
          [0, wallet.kind === "tr" ? 0 : 1],
          [1, sighash],
        ]);
      }
    });

    test(`${name}: sighash_refused without all that it takes`, () => {
      const lacking = allows.map((one) => ALLOWANCES.filter((allowance) => allowance !== one));
      for (const [shape, some] of KINDS.all.flatMap((one) =>
        lacking.map((l) => [one, l] as const),
      )) {
        const wallet = allowing(shape, ...some);
        expect(refusalOf(wallet, typed(wallet, sighash))).toEqual({
          ok: false,
          error: "sighash_refused",
          details: { input: 1, sighash },
        });
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
      ["Signs SIGHASH_NONE|ANYONECANPAY", "1 input", NO_OUTPUT, INPUTS],
      ["High fee", "0.00600000 BTC", "30 % of what is spent"],
      pay("0.01400000"),
    ]);
  });
});

/** All sets of what concerns types. */
const ALLOWED_SETS: readonly (readonly Allowance[])[] = Array.from({ length: 8 }, (_, bits) =>
  (["sighash-none", "sighash-single", "sighash-anyone-can-pay"] as const).filter(
    (_name, at) => (bits & (1 << at)) !== 0,
  ),
);

/** What each byte needs; undefined for one that is no type. */
const needsOf = (byte: number, isTaproot: boolean): readonly Allowance[] | undefined => {
  const table: Readonly<Record<number, readonly Allowance[]>> = {
    ...(isTaproot ? { 0: [] } : {}),
    1: [],
    2: ["sighash-none"],
    3: ["sighash-single"],
    129: ["sighash-anyone-can-pay"],
    130: ["sighash-none", "sighash-anyone-can-pay"],
    131: ["sighash-single", "sighash-anyone-can-pay"],
  };
  return table[byte];
};

describe("the choice of a type", () => {
  const bytes = Array.from({ length: 260 }, (_, byte) => byte);
  const policies = (["pkh", "wsh sortedmulti", "sh-wpkh", "tr"] as const).flatMap((shape) =>
    ALLOWED_SETS.map((allows) => registeredOf(allowing(shape, ...allows)).policy),
  );

  test("takes each byte that the wallet allows, and no other", () => {
    for (const policy of policies) {
      const isTaken = (byte: number): boolean =>
        needsOf(byte, policy.kind === "tr")?.every((need) => policy.allows.includes(need)) ?? false;
      const taken = bytes.filter((byte) => chooseSighash(byte, policy, true).ok);
      expect([policy.kind, policy.allows, taken]).toEqual([
        policy.kind,
        policy.allows,
        bytes.filter(isTaken),
      ]);
    }
  });

  test("is ALL, of taproot DEFAULT, where nothing is said", () => {
    for (const policy of policies) {
      const { byte } = unwrap(chooseSighash(undefined, policy, false));
      expect(byte).toBe(policy.kind === "tr" ? 0 : 1);
    }
  });

  test("takes SINGLE only with an output of the input's number", () => {
    for (const policy of policies.filter(({ allows }) => allows.length === 3)) {
      const taken = (hasOwnOutput: boolean) =>
        [1, 2, 3, 0x81, 0x82, 0x83].filter((byte) => chooseSighash(byte, policy, hasOwnOutput).ok);
      expect(taken(true)).toEqual([1, 2, 3, 0x81, 0x82, 0x83]);
      expect(taken(false)).toEqual([1, 2, 0x81, 0x82]);
    }
    for (const shape of KINDS.all) {
      const wallet = allowing(shape, "sighash-single");
      const plan = goodPlan(wallet);
      const coins = plan.coins.map((coin) => ({ ...coin, sighash: 3 }));
      const alone = mapsOf({ ...plan, coins, outputs: [payment(1_980_000)] });
      expect(refusalOf(wallet, alone)).toEqual({
        ok: false,
        error: "sighash_refused",
        details: { input: 1, sighash: 3 },
      });
    }
  });
});
