/** A review in steps: what makes a step, and that no place is derived twice. */
import { expect, test } from "bun:test";
import {
  BITCOIN_LIMITS,
  createDeriver,
  review,
  reviewSteps,
} from "../../firmware/bitcoin/index.ts";
import { doubleSha256 } from "../../firmware/bitcoin/bytes.ts";
import {
  parseTransaction,
  readTransactionSteps,
  transactionId,
  transactionIdSteps,
} from "../../firmware/bitcoin/transaction.ts";
import { CHANGE, COIN, PAYMENT } from "./attacked-draft.ts";
import { unwrap } from "./expect-value.ts";
import { buildPsbt } from "./psbt-fixture.ts";
import { COLD, CONTEXT, crypto, HOT } from "./wallet-fixture.ts";

const COINS = Array.from({ length: 6 }, (_, index) => ({ ...COIN, index }));
const BYTES = buildPsbt({ coins: COINS, outputs: [PAYMENT, CHANGE] }).toBuffer();
const WALLETS = [COLD.registered, HOT.registered];

test("steps: reading, each wallet looked through, each input, each output", () => {
  const countOf = (walletId: Uint8Array | undefined): number => {
    const steps = reviewSteps(BYTES, WALLETS, walletId, CONTEXT);
    let count = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) count += 1;
    expect(step.value).toEqual(review(BYTES, WALLETS, walletId, CONTEXT));
    return count;
  };
  expect(countOf(HOT.registered.id)).toBe(1 + 6 + 2);
  expect(countOf(undefined)).toBe(1 + 2 + 6 + 2);
});

/** A transaction of so many outputs of nothing and so many empty witness items, by hand. */
const largeTransaction = (outputs: number, items: number): Uint8Array => {
  const count = (value: number): readonly number[] => [0xfd, value & 0xff, value >> 8];
  const input = [...new Uint8Array(36), 0, 0xff, 0xff, 0xff, 0xff];
  const [head, tail] = [
    [2, 0, 0, 0, 0, 1, 1],
    [0, 0, 0, 0],
  ];
  const made = [...count(outputs), ...new Uint8Array(9 * outputs)];
  const witness = [...count(items), ...new Uint8Array(items)];
  return Uint8Array.from([head, input, made, witness, tail].flat());
};

test("a large previous transaction takes steps: 512 outputs or witness items, and its hash", () => {
  const limits = { inputs: 10, outputs: 10_000 };
  const bytes = largeTransaction(2000, 3000);
  const steps = readTransactionSteps(bytes, "any", limits);
  const read = [...{ [Symbol.iterator]: () => steps }].length;
  expect(read).toBe(Math.floor(2000 / 512) + Math.floor(3000 / 512));
  const whole = unwrap(parseTransaction(bytes, "any", limits));
  expect([whole.outputs.length, whole.inputs.length]).toEqual([2000, 1]);
  const large = unwrap(parseTransaction(largeTransaction(9999, 300), "any", limits));
  const repeated = { ...large, idParts: Array.from({ length: 5 }, () => new Uint8Array(1 << 18)) };
  const hashing = transactionIdSteps(repeated, crypto);
  expect([...{ [Symbol.iterator]: () => hashing }].length).toBe(5);
  expect(transactionId(repeated, crypto)).toEqual(doubleSha256(crypto, ...repeated.idParts));
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
