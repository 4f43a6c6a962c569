/** What is sent to a signer: the same transaction, with no more than a signer needs. */
import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { Psbt, Transaction } from "bitcoinjs-lib";
import fc from "fast-check";
import { readPsbt, uploadForm } from "../../host/vault/index.ts";
import {
  fieldsIn,
  type PsbtMaps,
  psbtField,
  readMaps,
  writeMaps,
} from "../../host/vault/psbt-map.ts";
import { finaliseByBitcoinjs, psbtByBitcoinjs, signByBitcoinjs, signedIn } from "./by-bitcoinjs.ts";
import { transactionByScure } from "./by-scure.ts";
import { type CoinKind, coinOf, isWitness, type LockedCoin, spends } from "./locked-coins.ts";
import { at, printedSeed, unwrap } from "./three-keys.ts";

const mapsOf = (bytes: Uint8Array): PsbtMaps => unwrap(readMaps(bytes));
const bytesOf = (length: number): Uint8Array => new Uint8Array(length).fill(7);

/** The coins as outputs of one transaction, which has witnesses. */
const together = (coins: readonly LockedCoin[]): readonly LockedCoin[] => {
  const previous = new Transaction();
  previous.addInput(bytesOf(32), 3);
  previous.setWitness(0, [bytesOf(72), bytesOf(33)]);
  for (const { script, amountSats } of coins) previous.addOutput(script, amountSats);
  return coins.map((coin, vout) => ({ ...coin, previous, vout }));
};

/** What wallets add, and a signer has no use for. */
const BALLAST = {
  global: [
    psbtField(0x01, bytesOf(8), bytesOf(78)),
    psbtField(0xfc, bytesOf(9), bytesOf(3)),
    psbtField(0x77, bytesOf(1)),
  ],
  input: [
    psbtField(0x07, bytesOf(4)),
    psbtField(0x08, bytesOf(4)),
    psbtField(0x09, bytesOf(4)),
    psbtField(0x0a, bytesOf(4), bytesOf(20)),
    psbtField(0x0d, bytesOf(4), bytesOf(32)),
    psbtField(0x1a, bytesOf(66), bytesOf(33)),
    psbtField(0x1b, bytesOf(66), bytesOf(66)),
    psbtField(0x1c, bytesOf(32), bytesOf(66)),
    psbtField(0x77, bytesOf(1)),
    psbtField(0xfc, bytesOf(9), bytesOf(3)),
  ],
  output: [
    psbtField(0x08, bytesOf(66), bytesOf(33)),
    psbtField(0x77, bytesOf(1)),
    psbtField(0xfc, bytesOf(9), bytesOf(3)),
  ],
} as const;

const withBallast = (bytes: Uint8Array): Uint8Array => {
  const { version, global, inputs, outputs } = mapsOf(bytes);
  return writeMaps({
    version,
    global: [...global, ...BALLAST.global],
    inputs: inputs.map((map) => [...map, ...BALLAST.input]),
    outputs: outputs.map((map) => [...map, ...BALLAST.output]),
  });
};

const carriers = (bytes: Uint8Array): readonly boolean[] =>
  mapsOf(bytes).inputs.map((map) => fieldsIn(map, 0x00).length > 0);

const unsigned = (bytes: Uint8Array): string =>
  hex.encode(Psbt.fromBuffer(bytes).data.globalMap.unsignedTx.toBuffer());

describe("the upload form", () => {
  test("is a smaller PSBT of the same transaction, and what is signed on it merges", () => {
    fc.assert(
      fc.property(spends, fc.boolean(), fc.nat({ max: 3 }), (separate, isTogether, from) => {
        const coins = isTogether ? together(separate) : separate;
        const psbt = psbtByBitcoinjs(coins);
        const whole = withBallast(psbt.toBuffer());
        const form = uploadForm(whole);
        expect(form.length).toBeLessThan(whole.length);
        expect(unsigned(form)).toBe(unsigned(psbt.toBuffer()));
        expect(uploadForm(form)).toEqual(form);
        // Of an input before taproot bitcoinjs-lib wants the previous transaction itself.
        const carried = carriers(form).every((one, input) => one || isWitness(at(coins, input)));
        expect(carried).toBeTrue();
        const signed = signByBitcoinjs(Psbt.fromBuffer(form), coins, from);
        const records = signed.data.inputs.flatMap((fields, input) =>
          signedIn(fields, at(coins, input), input),
        );
        const combiner = unwrap(readPsbt(whole));
        for (const { fingerprint, record } of records) unwrap(combiner.add(fingerprint, [record]));
        const { txHex } = unwrap(combiner.finalise());
        expect(txHex).toBe(finaliseByBitcoinjs(signed, coins));
      }),
      { numRuns: 20, ...printedSeed("upload form") },
    );
  });

  test("keeps what is needed to sign, and nothing of what a signer has no use for", () => {
    fc.assert(
      fc.property(spends, (coins) => {
        for (const bare of [
          psbtByBitcoinjs(coins).toBuffer(),
          transactionByScure(coins).toPSBT(2),
        ]) {
          const signed = withBallast(bare);
          expect(uploadForm(signed)).toEqual(Uint8Array.from(bare));
        }
      }),
      { numRuns: 20, ...printedSeed("upload form's fields") },
    );
  });

  test("leaves signatures at home", () => {
    const coins = (["wsh", "tr", "tr-tree"] as const).map(coinAt);
    const psbt = psbtByBitcoinjs(coins);
    expect(uploadForm(signByBitcoinjs(psbt, coins, 0).toBuffer())).toEqual(
      Uint8Array.from(psbt.toBuffer()),
    );
  });

  test("sends previous transactions without their witnesses", () => {
    const coins = together([coinAt("pkh", 0)]);
    const [input] = Psbt.fromBuffer(uploadForm(psbtByBitcoinjs(coins).toBuffer())).data.inputs;
    const sent = Transaction.fromBuffer(input?.nonWitnessUtxo ?? new Uint8Array(0));
    expect(sent.hasWitnesses()).toBeFalse();
    expect(sent.getId()).toBe(at(coins, 0).previous.getId());
  });
});

const coinAt = (kind: CoinKind, index: number): LockedCoin =>
  coinOf({ kind, index, keys: 3, threshold: 2, isSorted: true });

describe("a previous transaction that several inputs spend", () => {
  const [a, b] = [["wsh", "wsh"] as const, ["wsh", "wsh", "wsh"] as const].map((kinds) =>
    together(kinds.map(coinAt)),
  );
  if (a === undefined || b === undefined) throw new Error("two transactions");
  const mixed = [at(b, 0), at(a, 0), at(b, 1), at(b, 2), at(a, 1)];
  const carriedIn = (version: 0 | 2, coins: readonly LockedCoin[]) => {
    const bytes =
      version === 0 ? psbtByBitcoinjs(coins).toBuffer() : transactionByScure(coins).toPSBT(2);
    return carriers(uploadForm(bytes));
  };

  test("goes once in version 0", () => {
    expect(carriedIn(0, mixed)).toEqual([true, true, false, false, false]);
  });

  test("goes again in version 2 where another one came between", () => {
    expect(carriedIn(2, mixed)).toEqual([true, true, true, false, true]);
    expect(carriedIn(2, b)).toEqual([true, false, false]);
  });

  test("goes with each input that has no witness UTXO", () => {
    for (const version of [0, 2] as const) {
      const bytes = version === 0 ? psbtByBitcoinjs(b).toBuffer() : transactionByScure(b).toPSBT(2);
      const { inputs, ...maps } = mapsOf(bytes);
      const bare = inputs.map((map) => map.filter(({ type }) => type !== 0x01));
      expect(carriers(uploadForm(writeMaps({ ...maps, inputs: bare })))).toEqual([
        true,
        true,
        true,
      ]);
    }
  });

  test("goes with each input where its bytes differ: the signer is to see both", () => {
    const { inputs, ...maps } = mapsOf(psbtByBitcoinjs(b).toBuffer());
    const other = at(a, 0).previous.toBuffer();
    const lying = inputs.map((map, input) =>
      map.map((field) => (input === 1 && field.type === 0x00 ? psbtField(0x00, other) : field)),
    );
    expect(carriers(uploadForm(writeMaps({ ...maps, inputs: lying })))).toEqual([true, true, true]);
  });
});

describe("what is no PSBT goes as it is", () => {
  const bytes = Uint8Array.from(psbtByBitcoinjs([coinAt("wsh", 0)]).toBuffer());
  test.each([
    ["nothing", new Uint8Array(0)],
    ["cut short", bytes.slice(0, -1)],
    ["with a byte after its end", Uint8Array.of(...bytes, 0)],
    ["without inputs", hex.decode("70736274ff01000a0200000000000000000000")],
  ])("%s", (_, odd) => {
    expect(uploadForm(odd)).toEqual(odd);
  });

  test("a previous transaction that is none", () => {
    const { inputs, ...maps } = mapsOf(bytes);
    const odd = Uint8Array.of(2, 0, 0, 0, 0, 1, 9);
    const map = at(inputs, 0).map((field) => (field.type === 0x00 ? psbtField(0x00, odd) : field));
    const changed = writeMaps({ ...maps, inputs: [map] });
    expect(uploadForm(changed)).toEqual(changed);
  });
});
