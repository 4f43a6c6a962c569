import { describe, expect, test } from "bun:test";
import { Transaction } from "bitcoinjs-lib";
import { dustLimitSats, transactionWeight, virtualBytes } from "../../host/vault/draft-size.ts";
import { inputWeight } from "../../host/vault/draft-input-size.ts";

/** A P2WSH multisig of so many keys. */
const spendOf = (keys: number) => ({
  kind: "wsh" as const,
  witnessScript: new Uint8Array(3 + 34 * keys),
});

/** A transaction with signatures of the greatest length, as bitcoinjs-lib weighs it. */
const largest = (inputs: number, keys: number, threshold: number, scripts: readonly number[]) => {
  const transaction = new Transaction();
  const signatures = Array.from({ length: threshold }, () => new Uint8Array(72));
  for (let index = 0; index < inputs; index += 1) {
    transaction.addInput(new Uint8Array(32), index);
    const witnessScript = new Uint8Array(3 + 34 * keys);
    transaction.setWitness(index, [new Uint8Array(0), ...signatures, witnessScript]);
  }
  for (const length of scripts) transaction.addOutput(new Uint8Array(length), 0n);
  return transaction;
};

describe("BIP-141 sizes", () => {
  test.each([
    [1, 3, 2, [34]],
    [2, 1, 1, [22, 34]],
    [252, 3, 2, [34]],
    [253, 3, 2, [34]],
    [3, 7, 4, [25, 23, 34]],
    [3, 8, 8, [34]],
    [2, 16, 16, [34]],
    [1, 3, 2, Array.from({ length: 253 }, () => 22)],
  ] as const)("of %d inputs with %d keys and %d signatures", (inputs, keys, threshold, scripts) => {
    const transaction = largest(inputs, keys, threshold, scripts);
    const each = inputWeight(spendOf(keys), threshold);
    const weight = transactionWeight(inputs, each, scripts);
    expect(weight).toBe(transaction.weight());
    expect(virtualBytes(weight)).toBe(transaction.virtualSize());
  });

  test("of a 2-of-3 input: 418 weight units", () => {
    expect(inputWeight(spendOf(3), 2)).toBe(418);
  });
});

describe("Bitcoin Core's dust limits", () => {
  test.each([
    ["P2PKH", 25, false, 546],
    ["P2SH", 23, false, 540],
    ["P2WPKH", 22, true, 294],
    ["P2WSH and P2TR", 34, true, 330],
  ] as const)("of %s", (_, scriptBytes, isWitness, limit) => {
    expect(dustLimitSats(scriptBytes, isWitness)).toBe(limit);
  });
});
