/** Attacks on what is charged: one transaction in several calls, each of which takes little. */
import { describe, expect, test } from "bun:test";
import type { Review } from "../../firmware/bitcoin/index.ts";
import { createLedger } from "../../firmware/ledger/ledger.ts";
import { chargeOf } from "../../firmware/handlers/signing.ts";
import { INPUT, type PsbtMaps } from "../agreement/psbt-maps.ts";
import { nextAccount } from "../agreement/shapes.ts";
import type { AgreementWallet } from "../agreement/wallets.ts";
import { allowing, judge, KINDS } from "../bitcoin/review/kinds.ts";
import { elementOf, unwrap } from "../bitcoin/expect-value.ts";
import { mixed } from "./inputs.ts";
import { COIN_SATS, editInput, goodPlan, mapsOf, outputAt, payment } from "./scene.ts";

const CHANGE = { branch: 1, index: 8 } as const;

/** What the device charges for these reviews, committed one after another. */
const chargesOf = (...reviews: readonly Review[]): readonly number[] => {
  const ledger = createLedger();
  return reviews.map((reviewed, at) => {
    const call = { caller: "ab", isHost: true, key: `${at}` };
    unwrap(ledger.begin(call, `${at}`, 0));
    const charged = unwrap(ledger.commit(call, chargeOf(reviewed), 0));
    ledger.end(call, true, 0);
    return charged;
  });
};

const withoutHints = (maps: PsbtMaps, input: number): PsbtMaps =>
  editInput(maps, input, (map) =>
    map.filter(({ key }) => key[0] !== INPUT.derivation && key[0] !== INPUT.taprootDerivation),
  );

/** Two coins of the wallet; one comes back, and the other is paid to somebody. */
const halfBack = (wallet: AgreementWallet): PsbtMaps =>
  mapsOf({
    ...goodPlan(wallet),
    outputs: [payment(COIN_SATS - 20_000), outputAt(wallet, CHANGE, COIN_SATS)],
  });

describe("a transaction in parts", () => {
  test("one input at a time, each as if the other were somebody else's", () => {
    for (const shape of KINDS.all) {
      const wallet = allowing(shape, "inputs-foreign");
      const maps = halfBack(wallet);
      const parts = [1, 0].map((input) => unwrap(judge(wallet, withoutHints(maps, input))));
      expect(parts.map(({ leavingSats }) => leavingSats)).toEqual([0, 0]);
      const whole = unwrap(judge(wallet, maps));
      expect(chargesOf(whole)).toEqual([COIN_SATS]);
      expect(chargesOf(...parts)).toEqual([0, COIN_SATS]);
      expect(chargesOf(...parts, ...parts)).toEqual([0, COIN_SATS, 0, 0]);
    }
  });

  test("by two wallets, each of which sees the other's inputs as somebody else's", () => {
    const wallet = allowing("wpkh", "inputs-foreign");
    const other = nextAccount(wallet);
    const maps = mixed(wallet, other);
    const silent = { ...maps, outputs: maps.outputs.map(() => []) };
    const reviews = [unwrap(judge(wallet, maps)), unwrap(judge(other, silent))];
    expect(chargesOf(...reviews)).toEqual([500_000, COIN_SATS]);
  });

  test("all of it first, and then with types that leave the outputs to others", () => {
    const wallet = allowing("wpkh", "sighash-none", "sighash-anyone-can-pay");
    const plan = goodPlan(wallet);
    const loose = plan.coins.map((coin) => ({ ...coin, sighash: 0x82 }));
    const reviews = [plan, { ...plan, coins: loose }].map((one) =>
      unwrap(judge(wallet, mapsOf(one))),
    );
    expect(chargesOf(...reviews)).toEqual([1_500_000, 2_000_000]);
  });

  test("the same again, with and without the words of its change, is charged once", () => {
    const wallet = allowing("wpkh");
    const maps = mapsOf(goodPlan(wallet));
    const silent = { ...maps, outputs: maps.outputs.map(() => []) };
    const reviews = [maps, silent, maps].map((one) => unwrap(judge(wallet, one)));
    expect(chargesOf(...reviews)).toEqual([1_500_000, 0, 0]);
  });
});

describe("what leaves where a type leaves outputs to others", () => {
  /** The good spend's two inputs with a type each. */
  const leaving = (first: number, second: number): number => {
    const wallet = allowing("wpkh", "sighash-none", "sighash-single", "sighash-anyone-can-pay");
    const plan = goodPlan(wallet);
    const coins = [first, second].map((sighash, at) => ({ ...elementOf(plan.coins, at), sighash }));
    return unwrap(judge(wallet, mapsOf({ ...plan, coins }))).leavingSats;
  };
  const NET = 1_500_000;

  test("is everything, unless another signature fixes them", () => {
    const [all, none, single, anyone] = [0x01, 0x02, 0x03, 0x80];
    expect(leaving(all, all)).toBe(NET);
    for (const type of [none, single]) {
      expect(leaving(type, type)).toBe(2 * COIN_SATS);
      expect(leaving(type | anyone, type | anyone)).toBe(2 * COIN_SATS);
      expect(leaving(all, type)).toBe(NET);
      expect(leaving(all | anyone, type)).toBe(NET);
      expect(leaving(all, type | anyone)).toBe(NET);
    }
  });

  test("is at least what can be spent without that signature", () => {
    const wallet = allowing("wpkh", "sighash-none", "sighash-anyone-can-pay");
    const plan = goodPlan(wallet);
    const coins = plan.coins.map((coin, at) => (at === 1 ? { ...coin, sighash: 0x82 } : coin));
    const outputs = [payment(480_000), outputAt(wallet, CHANGE, 1_500_000)];
    const reviewed = unwrap(judge(wallet, mapsOf({ ...plan, coins, outputs })));
    expect(reviewed.leavingSats).toBe(COIN_SATS);
  });
});
