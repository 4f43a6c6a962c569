/** What makes a step, what is done as bytes come, and that no place is derived twice. */
import { describe, expect, test } from "bun:test";
import { Transaction } from "bitcoinjs-lib";
import {
  BITCOIN_LIMITS,
  createDeriver,
  createPsbtReader,
  parsePsbt,
  type Review,
  review,
  reviewSteps,
} from "../../firmware/bitcoin/index.ts";
import { transactionOf } from "../../firmware/bitcoin/review/digests.ts";
import { transactionIdSteps } from "../../firmware/bitcoin/transaction/transaction-id.ts";
import type { Hash } from "../../firmware/hal.ts";
import { CHANGE, COIN, PAYMENT } from "./attacked-draft.ts";
import { psbtOfTransaction } from "./by-hand.ts";
import { elementOf, errorOf, unwrap } from "./expect-value.ts";
import { buildPsbt, fundingOf, inputMap, unsignedOf } from "./psbt-fixture.ts";
import { COLD, CONTEXT, crypto, HOT } from "./wallet-fixture.ts";

const COINS = Array.from({ length: 6 }, (_, index) => ({ ...COIN, index }));
const PAID = { ...PAYMENT, amountSats: 5_000_000 };
const BYTES = buildPsbt({ coins: COINS, outputs: [PAID, CHANGE] }).toBuffer();
const WALLETS = [COLD.registered, HOT.registered];

const linesOf = ({ screens }: Review): readonly string[] => screens.flatMap(({ lines }) => lines);

const countOf = (bytes: Uint8Array, walletId: Uint8Array | undefined): number => {
  const psbt = unwrap(parsePsbt(bytes, CONTEXT));
  const steps = reviewSteps(psbt, WALLETS, walletId, CONTEXT);
  let count = 0;
  let step = steps.next();
  // Wishes for places that come next are no work yet.
  for (; step.done !== true; step = steps.next()) count += step.value === undefined ? 1 : 0;
  const atOnce = unwrap(review(bytes, WALLETS, walletId, CONTEXT));
  const reviewed = unwrap(step.value);
  expect(linesOf(reviewed)).toEqual(linesOf(atOnce));
  expect([...reviewed.inputs.tasks()]).toEqual([...atOnce.inputs.tasks()]);
  return count;
};

test("steps: each wallet looked through, each input, each output", () => {
  expect(countOf(BYTES, HOT.registered.id)).toBe(6 + 2);
  expect(countOf(BYTES, undefined)).toBe(2 + 6 + 2);
});

test("screens take steps, too: one for each 256", () => {
  const small = { ...PAYMENT, amountSats: 9_000 };
  const outputs = Array.from({ length: 600 }, () => small);
  const bytes = buildPsbt({ coins: COINS, outputs }).toBuffer();
  expect(countOf(bytes, HOT.registered.id)).toBe(6 + 600 + 2);
});

test("and the transaction's id: one for each 1,024 inputs", () => {
  const transaction = new Transaction();
  for (let at = 0; at < 3_000; at += 1) transaction.addInput(new Uint8Array(32).fill(7), at);
  transaction.addOutput(PAYMENT.script, 1n);
  const psbt = unwrap(parsePsbt(psbtOfTransaction(transaction.toBuffer(), 3_001), CONTEXT));
  const steps = transactionIdSteps(transactionOf(psbt), crypto);
  let count = 0;
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) count += 1;
  expect(count).toBe(2);
  expect(step.value.toHex()).toBe(transaction.getHash().toHex());
});

describe("what a peer makes long is read as it comes:", () => {
  const MANY = 20_000;
  const PIECE = 4_096;
  const NOTHING = new Uint8Array(0);

  /** Bytes that are hashed before the last piece has come, and after it; the most that wait. */
  const readingOf = (bytes: Uint8Array) => {
    const figures = { before: 0, after: 0, held: 0 };
    let isEnding = false;
    const counted = (hash: Hash): Hash => ({
      update: (part) => {
        figures[isEnding ? "after" : "before"] += part.length;
        return counted(hash.update(part));
      },
      digest: () => hash.digest(),
    });
    const counting = { ...crypto, sha256: () => counted(crypto.sha256()) };
    const reader = createPsbtReader({ ...CONTEXT, crypto: counting });
    for (let at = 0; at < bytes.length; at += PIECE) {
      reader.take(bytes.slice(at, at + PIECE));
      figures.held = Math.max(figures.held, reader.heldBytes());
    }
    isEnding = true;
    expect(errorOf(reader.end())).toBe("not refused");
    return figures;
  };

  /** The reading of a PSBT whose one previous transaction is long. */
  const readingOfLong = (lengthen: (previous: Transaction) => void) => {
    const psbt = buildPsbt({ coins: [COIN], outputs: [PAYMENT] });
    const previous = fundingOf(COIN, 0);
    lengthen(previous);
    const input = inputMap(psbt);
    input.nonWitnessUtxo = previous.toBuffer();
    const transaction = unsignedOf(psbt);
    elementOf(transaction.ins, 0).hash = previous.getHash();
    psbt.data.globalMap.unsignedTx.toBuffer = () => transaction.toBuffer();
    return { ...readingOf(psbt.toBuffer()), size: previous.byteLength(false) };
  };

  const lengths: readonly (readonly [string, (previous: Transaction) => void])[] = [
    [
      "inputs",
      (previous) => {
        const hash = new Uint8Array(32);
        for (let index = 0; index < MANY; index += 1) previous.addInput(hash, index);
      },
    ],
    [
      "outputs",
      (previous) => {
        for (let index = 0; index < MANY; index += 1) previous.addOutput(NOTHING, 0n);
      },
    ],
    [
      "witness items",
      (previous) =>
        previous.setWitness(
          0,
          Array.from({ length: MANY }, () => NOTHING),
        ),
    ],
    ["one long script", (previous) => previous.addOutput(new Uint8Array(1_000_000), 0n)],
  ];
  for (const [name, lengthen] of lengths) {
    test(`a previous transaction's ${name}`, () => {
      const { before, after, held, size } = readingOfLong(lengthen);
      expect(before).toBeGreaterThanOrEqual(size);
      expect(after).toBe(0);
      expect(held).toBeLessThan(200);
    });
  }

  test("entries of maps that nobody reads", () => {
    const psbt = buildPsbt({ coins: COINS, outputs: [PAID] });
    for (const input of psbt.data.inputs) {
      input.unknownKeyVals = Array.from({ length: 900 }, (_, at) => ({
        key: Uint8Array.of(0xfc, at, at >>> 8),
        value: new Uint8Array(200),
      }));
    }
    const { after, held } = readingOf(psbt.toBuffer());
    expect(after).toBe(0);
    expect(held).toBeLessThan(200);
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
