/** Every script a vault uses: merged and finalised as bitcoinjs-lib and @scure/btc-signer do. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Combiner, readPsbt } from "../../host/vault/index.ts";
import {
  finaliseByBitcoinjs,
  psbtByBitcoinjs,
  type Signed,
  signByBitcoinjs,
  signedIn,
} from "./by-bitcoinjs.ts";
import { finaliseByScure, signByScure, signedByScure, transactionByScure } from "./by-scure.ts";
import { coinOf, KINDS, type LockedCoin, spends } from "./locked-coins.ts";
import { at, printedSeed, unwrap } from "./three-keys.ts";

const RUNS = 12;
const froms = fc.nat({ max: 3 });

/** Adds what was signed, signer by signer. */
const addAll = (combiner: Combiner, signed: readonly Signed[]): Combiner => {
  for (const [fingerprint, own] of Map.groupBy(signed, (one) => one.fingerprint))
    unwrap(
      combiner.add(
        fingerprint,
        own.map(({ record }) => record),
      ),
    );
  return combiner;
};

const viaBitcoinjs = (coins: readonly LockedCoin[], from: number) => {
  const psbt = psbtByBitcoinjs(coins);
  const signed = signByBitcoinjs(psbt, coins, from);
  const records = signed.data.inputs.flatMap((fields, input) =>
    signedIn(fields, at(coins, input), input),
  );
  const combiner = addAll(unwrap(readPsbt(psbt.toBuffer())), records);
  return { combiner, signed, records, psbt };
};

const viaScure = (coins: readonly LockedCoin[], from: number, version: 0 | 2) => {
  const transaction = transactionByScure(coins);
  const signed = signByScure(transaction, coins, from);
  const records = signedByScure(signed, coins);
  const combiner = addAll(unwrap(readPsbt(transaction.toPSBT(version))), records);
  return { combiner, signed, records };
};

describe("built, signed and finalised", () => {
  test("by bitcoinjs-lib: the same PSBT and the same transaction", () => {
    fc.assert(
      fc.property(spends, froms, (coins, from) => {
        const { combiner, signed } = viaBitcoinjs(coins, from);
        expect(combiner.bytes()).toEqual(Uint8Array.from(signed.toBuffer()));
        expect(unwrap(combiner.finalise()).txHex).toBe(finaliseByBitcoinjs(signed, coins));
      }),
      { numRuns: RUNS, ...printedSeed("every script by bitcoinjs-lib") },
    );
  });

  test.each([0, 2] as const)(
    "by @scure/btc-signer, version %d: the same transaction",
    (version) => {
      fc.assert(
        fc.property(spends, froms, (coins, from) => {
          const { combiner, signed } = viaScure(coins, from, version);
          expect(unwrap(combiner.finalise()).txHex).toBe(finaliseByScure(signed));
          const again = unwrap(readPsbt(combiner.bytes()));
          expect(unwrap(again.finalise()).txHex).toBe(finaliseByScure(signed));
        }),
        { numRuns: RUNS, ...printedSeed("every script by @scure/btc-signer") },
      );
    },
  );

  test.each(KINDS)("%s by both: the same transaction", (kind) => {
    const coins = [0, 1].map((index) =>
      coinOf({ kind, index, keys: 3, threshold: 2, isSorted: index === 1 }),
    );
    const first = viaBitcoinjs(coins, 1);
    const second = viaScure(coins, 1, 2);
    expect(unwrap(first.combiner.finalise()).signedBy).toEqual(
      [...new Set(first.records.map(({ fingerprint }) => fingerprint))].toSorted(),
    );
    expect(finaliseByBitcoinjs(first.signed, coins)).toBe(unwrap(first.combiner.finalise()).txHex);
    expect(finaliseByScure(second.signed)).toBe(unwrap(second.combiner.finalise()).txHex);
  });
});
