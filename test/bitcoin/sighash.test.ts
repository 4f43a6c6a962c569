/** Digests of every kind and type: bitcoinjs-lib's on random transactions, and BIP-341's own. */
import { describe, expect, test } from "bun:test";
import { Transaction as JsTransaction } from "bitcoinjs-lib";
import fc from "fast-check";
import { concatBytes, sha256 } from "../../firmware/bitcoin/encoding/bytes.ts";
import { parsePsbt } from "../../firmware/bitcoin/index.ts";
import { transactionOf } from "../../firmware/bitcoin/review/digests.ts";
import { createLegacyDigest } from "../../firmware/bitcoin/transaction/sighash/legacy.ts";
import { createSegwitDigest } from "../../firmware/bitcoin/transaction/sighash/segwit-v0.ts";
import {
  readSighashType,
  readTaprootSighashType,
} from "../../firmware/bitcoin/transaction/sighash/sighash-type.ts";
import { createTaprootDigest } from "../../firmware/bitcoin/transaction/sighash/taproot.ts";
import {
  sizedScript,
  type Transaction,
  type TransactionOutput,
} from "../../firmware/bitcoin/transaction/transaction.ts";
import { field, hasNoVectors, listOf, readVectors, textField } from "../secrets/oracles/vectors.ts";
import { psbtOfTransaction } from "./by-hand.ts";
import { elementOf, seeded, unwrap } from "./expect-value.ts";
import { CONTEXT, crypto } from "./wallet-fixture.ts";

const TYPES = [1, 2, 3, 0x81, 0x82, 0x83] as const;

/** An unsigned transaction as the device reads it out of a PSBT. */
const ours = (theirs: JsTransaction): Transaction => {
  const maps = theirs.ins.length + theirs.outs.length;
  return transactionOf(unwrap(parsePsbt(psbtOfTransaction(theirs.toBuffer(), maps), CONTEXT)));
};

const spentCoins = (coins: readonly TransactionOutput[]) => ({
  amounts: coins.map(({ amountSats }) => amountSats),
  scriptsHash: sha256(crypto, concatBytes(...coins.map(({ script }) => sizedScript(script)))),
});

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const amount = fc.bigInt({ min: 0n, max: 2_100_000_000_000_000n });
const script = fc.uint8Array({ maxLength: 300 });
const draft = fc.record({
  version: fc.integer({ min: 0, max: 0x7fff_ffff }),
  lockTime: uint32,
  inputs: fc.array(fc.record({ hash: bytes(32), index: uint32, sequence: uint32 }), {
    minLength: 1,
    maxLength: 5,
  }),
  outputs: fc.array(fc.record({ script, amount }), { minLength: 1, maxLength: 5 }),
});
/** As many coins as any draft has inputs; bitcoinjs-lib takes scripts of P2TR's length only. */
const coins = fc.array(fc.record({ script: bytes(34), amount }), { minLength: 5, maxLength: 5 });
const spend = fc.record({ draft, coins, code: script, leaf: fc.option(bytes(32)) });

type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never;

const theirsOf = ({ version, lockTime, inputs, outputs }: Draft): JsTransaction => {
  const made = new JsTransaction();
  made.version = version;
  made.locktime = lockTime;
  for (const { hash, index, sequence } of inputs) made.addInput(hash, index, sequence);
  for (const output of outputs) made.addOutput(output.script, output.amount);
  return made;
};

const hexOf = (digest: Uint8Array | undefined): string => digest?.toHex() ?? "none";

/** Every input of a draft with every type. */
const casesOf = ({ inputs }: Draft, types: readonly number[]) =>
  inputs.flatMap((_, index) => types.map((byte) => [index, byte] as const));

/** SIGHASH_SINGLE of an input that has no output of its own. */
const isAlone = ({ outputs }: Draft, index: number, byte: number): boolean =>
  (byte & 3) === 3 && index >= outputs.length;

const typeOf = (byte: number) => {
  const type = readSighashType(byte);
  if (type === undefined) throw new Error(`a type: ${byte}`);
  return type;
};

const taprootTypeOf = (byte: number) => {
  const type = readTaprootSighashType(byte);
  if (type === undefined) throw new Error(`a type: ${byte}`);
  return type;
};

describe("digests as bitcoinjs-lib has them, for every type", () => {
  test("from before segwit; SIGHASH_SINGLE without an output of its own is refused", () => {
    const property = fc.property(spend, ({ draft: made, code }) => {
      // bitcoinjs-lib reads the code as a script and writes it anew: P2PKH, of any hash.
      const hash = Uint8Array.from({ length: 20 }, (_, i) => code[i] ?? i);
      const scriptCode = Uint8Array.of(0x76, 0xa9, 20, ...hash, 0x88, 0xac);
      const theirs = theirsOf(made);
      const digestOf = createLegacyDigest(ours(theirs), crypto);
      for (const [index, byte] of made.inputs.flatMap((_, i) =>
        TYPES.map((t) => [i, t] as const),
      )) {
        const wanted = isAlone(made, index, byte)
          ? "none"
          : hexOf(theirs.hashForSignature(index, Uint8Array.of(...scriptCode), byte));
        expect(hexOf(digestOf(index, scriptCode, typeOf(byte)))).toBe(wanted);
      }
    });
    fc.assert(property, seeded("legacy digests", 60));
  });

  test("BIP-143", () => {
    const property = fc.property(spend, amount, ({ draft: made, code }, sats) => {
      const theirs = theirsOf(made);
      const digestOf = createSegwitDigest(ours(theirs), crypto);
      for (const [index, byte] of made.inputs.flatMap((_, i) =>
        TYPES.map((t) => [i, t] as const),
      )) {
        const wanted = theirs.hashForWitnessV0(index, code, sats, byte);
        expect(hexOf(digestOf(index, code, Number(sats), typeOf(byte)))).toBe(hexOf(wanted));
      }
    });
    fc.assert(property, seeded("BIP-143 digests", 60));
  });

  test("BIP-341 and BIP-342", () => {
    const property = fc.property(spend, ({ draft: made, coins: all, leaf }) => {
      const theirs = theirsOf(made);
      const own = all.slice(0, made.inputs.length);
      const spent = own.map((coin) => ({ script: coin.script, amountSats: Number(coin.amount) }));
      const digestOf = createTaprootDigest(ours(theirs), spentCoins(spent), crypto);
      const scripts = own.map((coin) => coin.script);
      const amounts = own.map((coin) => coin.amount);
      for (const [index, byte] of casesOf(made, [0, ...TYPES])) {
        const leafHash = leaf ?? undefined;
        const wanted = isAlone(made, index, byte)
          ? "none"
          : hexOf(theirs.hashForWitnessV1(index, scripts, amounts, byte, leafHash));
        const given = digestOf(index, {
          type: taprootTypeOf(byte),
          leafHash,
          coin: elementOf(spent, index),
        });
        expect([index, byte, hexOf(given)]).toEqual([index, byte, wanted]);
      }
    });
    fc.assert(property, seeded("BIP-341 digests", 60));
  });
});

describe("types", () => {
  test("those of BIP-143 and BIP-341, and no other byte", () => {
    const all = Array.from({ length: 300 }, (_, byte) => byte);
    expect(all.filter((byte) => readSighashType(byte) !== undefined)).toEqual([...TYPES]);
    expect(all.filter((byte) => readTaprootSighashType(byte) !== undefined)).toEqual([0, ...TYPES]);
  });
});

test.skipIf(hasNoVectors)("BIP-341, wallet test vectors (needs MAYFLY_VECTORS)", async () => {
  const [vector] = listOf(field(await readVectors("bip341-wallet.json"), "keyPathSpending"));
  const given = field(vector, "given");
  const raw = Uint8Array.fromHex(textField(given, "rawUnsignedTx"));
  const spent = listOf(field(given, "utxosSpent")).map((coin) => ({
    script: Uint8Array.fromHex(textField(coin, "scriptPubKey")),
    amountSats: Number(field(coin, "amountSats")),
  }));
  const digestOf = createTaprootDigest(
    ours(JsTransaction.fromBuffer(raw)),
    spentCoins(spent),
    crypto,
  );
  const spendings = listOf(field(vector, "inputSpending"));
  expect(spendings.length).toBe(7);
  for (const one of spendings) {
    const index = Number(field(field(one, "given"), "txinIndex"));
    const type = taprootTypeOf(Number(field(field(one, "given"), "hashType")));
    const wanted = textField(field(one, "intermediary"), "sigHash");
    expect([index, hexOf(digestOf(index, { type, coin: elementOf(spent, index) }))]).toEqual([
      index,
      wanted,
    ]);
  }
});
