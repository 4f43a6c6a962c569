/** A review in steps: what makes a step, and that no place is derived twice. */
import { expect, test } from "bun:test";
import {
  BITCOIN_LIMITS,
  createDeriver,
  review,
  reviewSteps,
} from "../../firmware/bitcoin/index.ts";
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
