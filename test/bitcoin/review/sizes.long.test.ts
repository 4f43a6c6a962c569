/** The size that a fee rate is shown by, beside that of what bitcoinjs-lib signs. */
import { describe, expect, test } from "bun:test";
import { Transaction } from "bitcoinjs-lib";
import {
  finaliseByBitcoinjs,
  psbtByBitcoinjs,
  signExpression,
} from "../../agreement/by-bitcoinjs.ts";
import { createHolder, createUnspendable, hardened } from "../../agreement/holders.ts";
import type { Plan } from "../../agreement/plans.ts";
import { readMaps } from "../../agreement/psbt-maps.ts";
import { randomWallet, SHAPES } from "../../agreement/shapes.ts";
import { spendingExpressions } from "../../agreement/spending.ts";
import { type AgreementWallet, createWallet } from "../../agreement/wallets.ts";
import { coinAt, outputAt, payment } from "../../attacks/scene.ts";
import { createRandom } from "../../protocol/random.ts";
import { unwrap } from "../expect-value.ts";
import { judge } from "./kinds.ts";

/** So many coins at even places, which the tests' spends sign with the output's own key if ours. */
const planOf = (wallet: AgreementWallet, inputs: number, outputs: number): Plan => {
  const coins = Array.from({ length: inputs }, (_, at) =>
    coinAt(wallet, { branch: 0, index: 2 * at }, 1_000_000),
  );
  const share = Math.floor((inputs * 950_000) / outputs);
  const back = outputAt(wallet, { branch: 1, index: 4 }, share);
  const paid = Array.from({ length: outputs - 1 }, () => payment(share));
  return { wallet, version: 2, lockTime: 0, coins, outputs: [back, ...paid] };
};

/** Virtual bytes of the transaction that bitcoinjs-lib finalises, and those of the review. */
const sizesOf = (plan: Plan): readonly [theirs: number, ours: number] => {
  const psbt = psbtByBitcoinjs(plan);
  const { feeSats, feeRate } = unwrap(judge(plan.wallet, readMaps(psbt.toBuffer())));
  for (const [input, { place }] of plan.coins.entries()) {
    for (const at of spendingExpressions(plan.wallet, place)) {
      signExpression(psbt, plan, input, at);
    }
  }
  const signed = Transaction.fromHex(finaliseByBitcoinjs(psbt.toBuffer(), plan, []));
  return [signed.virtualSize(), feeSats / feeRate];
};

/** Within one in a hundred and 3 bytes above, one in a hundred and one byte below. */
const claim = (name: string, plan: Plan): void => {
  const [theirs, ours] = sizesOf(plan);
  const label = `${name}: ${plan.coins.length} inputs, ${theirs} vB, shown by ${ours}`;
  expect([label, ours >= theirs - theirs / 100 - 1]).toEqual([label, true]);
  expect([label, ours <= theirs + theirs / 100 + 3]).toEqual([label, true]);
};

type Counts = readonly (readonly [inputs: number, outputs: number])[];

const COUNTS: Counts = [
  [1, 1],
  [1, 2],
  [2, 2],
  [3, 5],
  [12, 2],
];

const claimAll = (wallet: AgreementWallet, counts: Counts): void => {
  for (const [inputs, outputs] of counts) {
    claim(wallet.policy.template, planOf(wallet, inputs, outputs));
  }
};

describe("sizes", () => {
  for (const shape of SHAPES) {
    test(`of ${shape}, with 2 to 15 keys where it has several`, () => {
      const random = createRandom(7);
      for (const keys of [2, 3, 7]) claimAll(randomWallet(shape, random, keys), COUNTS);
      claimAll(randomWallet(shape, random, 15), [[12, 2]]);
    });
  }

  test("of a deep tree whose leaves differ, by the first leaf that has the device's key", () => {
    const origin = hardened(48, 1, 0, 2);
    const holders = Array.from({ length: 8 }, (_, at) =>
      createHolder(new Uint8Array(32).fill(at + 1), origin),
    );
    const [own, ...others] = holders;
    if (own === undefined) throw new Error("there are holders");
    const quorum = (threshold: number, ...some: typeof holders) =>
      ({ sorted: true, threshold, holders: some }) as const;
    const leaves = [
      quorum(2, ...others.slice(0, 2)),
      quorum(1, ...others.slice(2, 4)),
      quorum(3, own, ...others.slice(4, 7)),
    ];
    const internal = createUnspendable(new Uint8Array(32).fill(9));
    for (const first of [0, 1, 2]) {
      const turned = [...leaves.slice(first), ...leaves.slice(0, first)];
      const wallet = createWallet("Tree", { kind: "tr", internal, leaves: turned }, own);
      claimAll(wallet, COUNTS);
    }
  });

  test("of 300 inputs, whose count takes three bytes", () => {
    const wallet = randomWallet("wpkh", createRandom(3), 1);
    claim("wpkh", planOf(wallet, 300, 2));
  });
});
