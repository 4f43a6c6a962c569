import { describe, expect, test } from "bun:test";
import { Transaction } from "bitcoinjs-lib";
import fc from "fast-check";
import { inputDigests, legacyDigest } from "../../host/vault/combine-digest.ts";
import { taprootDigests } from "../../host/vault/combine-digest-taproot.ts";
import { keyHashScript } from "../../host/vault/combine-script.ts";
import { printedSeed } from "./three-keys.ts";

const ECDSA_TYPES = [1, 2, 3, 0x81, 0x82, 0x83];
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const amounts = fc.bigInt({ min: 0n, max: 2_100_000_000_000_000n });

/** Transactions with what they spend. */
const casesWith = (scripts: fc.Arbitrary<Uint8Array>) =>
  fc.record({
    inputs: fc.array(
      fc.record({
        hash: bytes(32),
        index: fc.integer({ min: 0, max: 0xffff_ffff }),
        sequence: fc.integer({ min: 0, max: 0xffff_ffff }),
        value: amounts,
        script: scripts,
      }),
      { minLength: 1, maxLength: 4 },
    ),
    outputs: fc.array(fc.tuple(fc.uint8Array({ maxLength: 300 }), amounts), {
      minLength: 1,
      maxLength: 3,
    }),
    locktime: fc.integer({ min: 0, max: 0xffff_ffff }),
    version: fc.integer({ min: 0, max: 0xffff_ffff }),
    leafHash: bytes(32),
    code: bytes(20).map(keyHashScript),
  });
const anyScript = casesWith(fc.uint8Array({ maxLength: 300 }));

type Case = typeof anyScript extends fc.Arbitrary<infer T> ? T : never;

const transactionOf = ({ inputs, outputs, locktime, version }: Case): Transaction => {
  const transaction = new Transaction();
  transaction.version = version;
  transaction.locktime = locktime;
  for (const { hash, index, sequence } of inputs) transaction.addInput(hash, index, sequence);
  for (const [script, value] of outputs) transaction.addOutput(script, value);
  return transaction;
};

/** Whether the type asks for the output of an input's position, and there is none. */
const isUnmatched = (type: number, input: number, { outputs }: Case): boolean =>
  (type & 3) === 3 && input >= outputs.length;

/** Every input with every type, and theirs of it where there is one. */
const expectAll = (
  one: Case,
  types: readonly number[],
  digestOf: (input: number, type: number) => Uint8Array | undefined,
  theirs: (input: number, type: number) => Uint8Array,
) => {
  for (const input of one.inputs.keys())
    for (const type of types) {
      const expected = isUnmatched(type, input, one) ? undefined : theirs(input, type);
      expect([input, type, digestOf(input, type)]).toEqual([input, type, expected]);
    }
  for (const type of [4, 0x80, 0x84, 0xff]) expect(digestOf(0, type)).toBeUndefined();
  for (const type of [1, 0x81]) expect(digestOf(one.inputs.length, type)).toBeUndefined();
};

/** Holds a property over random transactions. */
const hold = (claim: string, check: (one: Case) => void, cases = anyScript) => {
  fc.assert(fc.property(cases, check), { numRuns: 50, ...printedSeed(claim) });
};

describe("digests of every sighash type are bitcoinjs-lib's", () => {
  // bitcoinjs-lib has room for no other script than taproot's where anyone can pay.
  test.each([
    ["any scripts", [0, 1, 2, 3], anyScript],
    ["taproot's scripts", [0, ...ECDSA_TYPES], casesWith(bytes(34))],
  ] as const)("BIP-341 and BIP-342, %s", (claim, types, cases) => {
    const check = (one: Case) => {
      const transaction = transactionOf(one);
      const digestOf = taprootDigests(transaction, one.inputs);
      const scripts = one.inputs.map(({ script }) => script);
      const values = one.inputs.map(({ value }) => value);
      for (const leaf of [undefined, one.leafHash])
        expectAll(
          one,
          types,
          (input, type) => digestOf(input, type, leaf),
          (input, type) => transaction.hashForWitnessV1(input, scripts, values, type, leaf),
        );
    };
    hold(`BIP-341 digests of ${claim}`, check, cases);
  });

  test("BIP-143", () => {
    hold("BIP-143 digests of all types", (one) => {
      const transaction = transactionOf(one);
      const digestOf = inputDigests(transaction);
      const value = (input: number): bigint => one.inputs[input]?.value ?? 0n;
      expectAll(
        one,
        ECDSA_TYPES,
        (input, type) => digestOf(input, one.code, value(input), type),
        (input, type) => transaction.hashForWitnessV0(input, one.code, value(input), type),
      );
    });
  });

  test("before segwit", () => {
    hold("legacy digests", (one) => {
      const transaction = transactionOf(one);
      expectAll(
        one,
        ECDSA_TYPES,
        (input, type) => legacyDigest(transaction, input, one.code, type),
        (input, type) => transaction.hashForSignature(input, one.code, type),
      );
    });
  });
});
