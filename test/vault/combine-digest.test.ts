import { describe, expect, test } from "bun:test";
import { Transaction } from "bitcoinjs-lib";
import fc from "fast-check";
import { inputDigests } from "../../host/vault/combine-digest.ts";
import { printedSeed } from "./three-keys.ts";

describe("inputDigests", () => {
  test("are those of bitcoinjs-lib, for any script length, amount and transaction", () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const outpoint = fc.tuple(bytes(32), fc.integer({ min: 0, max: 0xffff_ffff }));
    const output = fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.bigInt({ min: 0n, max: 21n }));
    fc.assert(
      fc.property(
        fc.array(outpoint, { minLength: 1, maxLength: 4 }),
        fc.array(output, { minLength: 1, maxLength: 4 }),
        fc.uint8Array({ minLength: 1, maxLength: 600 }),
        fc.bigInt({ min: 0n, max: 2_100_000_000_000_000n }),
        (outpoints, outputs, code, amount) => {
          const transaction = new Transaction();
          transaction.locktime = code.length;
          for (const [hash, index] of outpoints) transaction.addInput(hash, index, index);
          for (const [to, value] of outputs) transaction.addOutput(to, value);
          const digestOf = inputDigests(transaction);
          for (const position of outpoints.keys()) {
            const theirs = transaction.hashForWitnessV0(position, code, amount, 1);
            expect(digestOf(position, code, amount)).toEqual(theirs);
          }
          expect(digestOf(outpoints.length, code, amount)).toBeUndefined();
        },
      ),
      { numRuns: 200, ...printedSeed("BIP-143 digests") },
    );
  });
});
