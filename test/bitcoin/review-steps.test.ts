/** A review in steps: what makes a step, and that no place is derived twice. */
import { describe, expect, test } from "bun:test";
import type { Transaction } from "bitcoinjs-lib";
import {
  BITCOIN_LIMITS,
  createDeriver,
  review,
  reviewSteps,
} from "../../firmware/bitcoin/index.ts";
import { CHANGE, COIN, PAYMENT } from "./attacked-draft.ts";
import { unwrap } from "./expect-value.ts";
import { buildPsbt, fundingOf, inputMap } from "./psbt-fixture.ts";
import { COLD, CONTEXT, crypto, HOT } from "./wallet-fixture.ts";

const COINS = Array.from({ length: 6 }, (_, index) => ({ ...COIN, index }));
const BYTES = buildPsbt({ coins: COINS, outputs: [PAYMENT, CHANGE] }).toBuffer();
const SMALL = { ...PAYMENT, amountSats: 1_000 };
const WALLETS = [COLD.registered, HOT.registered];

const countOf = (bytes: Uint8Array, walletId: Uint8Array | undefined): number => {
  const steps = reviewSteps(bytes, WALLETS, walletId, CONTEXT);
  let count = 0;
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) count += 1;
  expect(step.value).toEqual(review(bytes, WALLETS, walletId, CONTEXT));
  return count;
};

test("steps: reading, each wallet looked through, each input, each output", () => {
  expect(countOf(BYTES, HOT.registered.id)).toBe(1 + 6 + 2);
  expect(countOf(BYTES, undefined)).toBe(1 + 2 + 6 + 2);
});

describe("what a peer makes long takes many steps:", () => {
  const MANY = 20_000;
  const NOTHING = new Uint8Array(0);

  /** The steps of a review whose one previous transaction is long. */
  const stepsOf = (lengthen: (previous: Transaction) => void): number => {
    const psbt = buildPsbt({ coins: [COIN], outputs: [PAYMENT] });
    const previous = fundingOf(COIN, 0);
    lengthen(previous);
    inputMap(psbt).nonWitnessUtxo = previous.toBuffer();
    return countOf(psbt.toBuffer(), HOT.registered.id);
  };

  test("a previous transaction's inputs, outputs and witness items", () => {
    const hash = new Uint8Array(32);
    const steps = [
      stepsOf((previous) => {
        for (let index = 0; index < MANY; index += 1) previous.addInput(hash, index);
      }),
      stepsOf((previous) => {
        for (let index = 0; index < MANY; index += 1) previous.addOutput(NOTHING, 0n);
      }),
      stepsOf((previous) =>
        previous.setWitness(
          0,
          Array.from({ length: MANY }, () => NOTHING),
        ),
      ),
    ];
    for (const count of steps) expect(count).toBeGreaterThan(MANY / 2048);
  });

  test("its bytes, as they are hashed", () => {
    const count = stepsOf((previous) => previous.addOutput(new Uint8Array(1_000_000), 0n));
    expect(count).toBeGreaterThan(1_000_000 / (1 << 17));
  });

  test("entries of few maps, and screens", () => {
    const psbt = buildPsbt({ coins: COINS, outputs: Array.from({ length: 600 }, () => SMALL) });
    const before = countOf(psbt.toBuffer(), HOT.registered.id);
    expect(before).toBe(Math.floor((6 + 600) / 32) + 1 + 6 + 600 + 2);
    for (const input of psbt.data.inputs) {
      input.unknownKeyVals = Array.from({ length: 900 }, (_, at) => ({
        key: Uint8Array.of(0xfc, at, at >>> 8),
        value: NOTHING,
      }));
    }
    expect(countOf(psbt.toBuffer(), HOT.registered.id)).toBe(before + 3);
  });
});

test("equal places are derived once, and what is remembered is bounded", () => {
  let tweaks = 0;
  const counting = {
    ...crypto,
    addTweak: (key: Uint8Array, tweak: Uint8Array) => {
      tweaks += 1;
      return crypto.addTweak(key, tweak);
    },
  };
  const deriver = createDeriver(HOT.registered.policy, "regtest", counting);
  const first = unwrap(deriver.derive(1, 0));
  const once = tweaks;
  for (let i = 0; i < 50; i += 1) expect(unwrap(deriver.derive(1, 0))).toEqual(first);
  expect(tweaks).toBe(once);
  for (let i = 1; i <= BITCOIN_LIMITS.rememberedPlaces; i += 1) deriver.derive(1, i);
  const many = tweaks;
  expect(unwrap(deriver.derive(1, 0))).toEqual(first);
  expect(tweaks).toBe(many + HOT.cosigners.length);
});
