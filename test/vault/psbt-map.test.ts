/** PSBTs of both versions as maps: strict, lossless, and the transaction they are about. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { hex } from "@scure/base";
import { Transaction as OtherTransaction } from "@scure/btc-signer";
import fc from "fast-check";
import { readPsbt } from "../../host/vault/index.ts";
import { type PsbtMaps, psbtField, readMaps, writeMaps } from "../../host/vault/psbt-map.ts";
import { unsignedTransaction } from "../../host/vault/psbt-transaction.ts";
import { psbtByBitcoinjs } from "./by-bitcoinjs.ts";
import { transactionByScure } from "./by-scure.ts";
import { coinOf, spends } from "./locked-coins.ts";
import { printedSeed, unwrap } from "./three-keys.ts";

const refused = { ok: false, error: "not_a_psbt" } as const;
const coins = [0, 1].map((index) =>
  coinOf({ kind: "wsh", index, keys: 3, threshold: 2, isSorted: true }),
);
const VERSION_0 = Uint8Array.from(psbtByBitcoinjs(coins).toBuffer());
const VERSION_2 = transactionByScure(coins).toPSBT(2);
const mapsOf = (bytes: Uint8Array): PsbtMaps => unwrap(readMaps(bytes));
const uint32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

/** Version 2 with other fields in its global map and its inputs' maps. */
const version2With = (
  global: Readonly<Record<number, Uint8Array | undefined>>,
  inputs: readonly Readonly<Record<number, Uint8Array | undefined>>[] = [],
): Uint8Array => {
  const change = (
    map: PsbtMaps["global"],
    fields: Readonly<Record<number, Uint8Array | undefined>> = {},
  ) => [
    ...map.filter(({ type }) => !(type in fields)),
    ...Object.entries(fields).flatMap(([type, value]) =>
      value === undefined ? [] : [psbtField(Number(type), value)],
    ),
  ];
  const maps = mapsOf(VERSION_2);
  return writeMaps({
    ...maps,
    global: change(maps.global, global),
    inputs: maps.inputs.map((map, input) => change(map, inputs[input])),
  });
};

describe("both versions", () => {
  test("are read and written back byte for byte, with any fields that nobody knows", () => {
    const unknown = fc
      .record({
        type: fc.constantFrom(0x20, 0x70, 0xf0, 0xfc, 0xfd, 0xffff, 0x10000),
        value: fc.uint8Array({ maxLength: 400 }),
        keyData: fc.uint8Array({ maxLength: 300 }),
      })
      .map(({ type, value, keyData }) => psbtField(type, value, keyData));
    fc.assert(
      fc.property(spends, unknown, unknown, fc.boolean(), (some, one, other, isNew) => {
        const bytes = isNew ? transactionByScure(some).toPSBT(2) : psbtByBitcoinjs(some).toBuffer();
        const maps = mapsOf(bytes);
        const more = writeMaps({
          ...maps,
          global: [one, ...maps.global],
          inputs: maps.inputs.map((map) => [...map, one]),
          outputs: maps.outputs.map((map) => [other, ...map]),
        });
        expect(unwrap(readPsbt(more)).bytes()).toEqual(more);
        expect(unwrap(readPsbt(bytes)).bytes()).toEqual(Uint8Array.from(bytes));
      }),
      { numRuns: 25, ...printedSeed("PSBT maps") },
    );
  });

  test("are about the transaction that the libraries say", () => {
    fc.assert(
      fc.property(spends, (some) => {
        const theirs = transactionByScure(some);
        const own = psbtByBitcoinjs(some).data.globalMap.unsignedTx.toBuffer();
        for (const bytes of [theirs.toPSBT(0), theirs.toPSBT(2)]) {
          const transaction = unwrap(unsignedTransaction(mapsOf(bytes))).toHex();
          expect(transaction).toBe(hex.encode(theirs.unsignedTx));
          expect(transaction).toBe(hex.encode(own));
        }
      }),
      { numRuns: 25, ...printedSeed("PSBT transactions") },
    );
  });

  test.each([
    ["0", VERSION_0],
    ["2", VERSION_2],
  ])("version %s: cut short, or with bytes after its end, is refused", (_, bytes) => {
    for (let length = 0; length < bytes.length; length += 1)
      expect(readPsbt(bytes.slice(0, length))).toMatchObject(refused);
    expect(readPsbt(Uint8Array.of(...bytes, 0))).toMatchObject(refused);
  });

  test.each([
    ["0", VERSION_0],
    ["2", VERSION_2],
  ])("version %s: never throws, whatever a byte is changed to", (version, bytes) => {
    const change = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const damaged = Uint8Array.from(bytes);
        for (const [position, value] of changes) damaged[position] = value;
        const read = readPsbt(damaged);
        if (read.ok) expect(read.value.finalise().ok).toBeFalse();
        else expect(read.error).toBe("not_a_psbt");
      }),
      { numRuns: 300, ...printedSeed(`damaged PSBTs of version ${version}`) },
    );
  });
});

describe("refused", () => {
  const dressed = (type: number, value: Uint8Array, keyData?: Uint8Array) => (maps: PsbtMaps) => ({
    ...maps,
    inputs: maps.inputs.map((map) => [...map, psbtField(type, value, keyData)]),
  });
  const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(2);

  test.each<[string, (maps: PsbtMaps) => PsbtMaps]>([
    ["a key twice in a map", (maps) => ({ ...maps, global: [...maps.global, ...maps.global] })],
    ["a key twice in an input", dressed(0x01, bytes(43))],
    ["a key's length of a partial signature", dressed(0x02, bytes(71), bytes(32))],
    ["a sighash type of 1 byte", dressed(0x03, bytes(1))],
    ["an origin of 5 bytes", dressed(0x06, bytes(5), bytes(33))],
    ["a key where there is none", dressed(0x04, bytes(5), bytes(1))],
    ["a taproot signature of 63 bytes", dressed(0x13, bytes(63))],
    ["a control block of 34 bytes", dressed(0x15, bytes(35), bytes(34))],
    ["a merkle root of 31 bytes", dressed(0x18, bytes(31))],
    ["an internal key of 33 bytes", dressed(0x17, bytes(33))],
    ["a field of version 2 in version 0", dressed(0x0e, bytes(32))],
    ["a map too many", (maps) => ({ ...maps, outputs: [...maps.outputs, []] })],
    ["a map too few", (maps) => ({ ...maps, outputs: maps.outputs.slice(1) })],
    ["version 1", (maps) => ({ ...maps, global: [...maps.global, psbtField(0xfb, uint32(1))] })],
    [
      "version 2 with version 0's transaction",
      (maps) => ({ ...maps, global: [...maps.global, psbtField(0xfb, uint32(2))] }),
    ],
    ["no transaction", (maps) => ({ ...maps, global: maps.global.slice(1) })],
  ])("%s", (_, change) => {
    expect(readPsbt(writeMaps(change(mapsOf(VERSION_0))))).toEqual(refused);
  });

  test("a length that could be shorter", () => {
    const at7 = Uint8Array.of(...VERSION_0.slice(0, 5), 0xfd, 1, 0, ...VERSION_0.slice(6));
    expect(VERSION_0[5]).toBe(1);
    expect(readPsbt(at7)).toEqual(refused);
  });

  test.each([
    ["transaction version", 0x02],
    ["number of inputs", 0x04],
    ["number of outputs", 0x05],
  ])("version 2 without %s", (_, type) => {
    expect(readPsbt(version2With({ [type]: undefined }))).toEqual(refused);
  });

  test.each([
    ["txid", 0x0e],
    ["output index", 0x0f],
  ])("version 2 without an input's %s", (_, type) => {
    expect(readPsbt(version2With({}, [{ [type]: undefined }]))).toEqual(refused);
  });

  test("a count that goes on after its end, or for ever", () => {
    for (const count of [[2, 0], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], []])
      expect(readPsbt(version2With({ 4: Uint8Array.from(count) }))).toEqual(refused);
  });
});

describe("version 2's lock time (BIP-370, Determining Lock Time)", () => {
  const TIME = 0x11;
  const HEIGHT = 0x12;
  const lockTimeOf = (bytes: Uint8Array): number | string => {
    const maps = readMaps(bytes);
    const transaction = maps.ok ? unsignedTransaction(maps.value) : maps;
    return transaction.ok ? transaction.value.locktime : transaction.error;
  };
  const time = (value: number) => ({ [TIME]: uint32(value) });
  const height = (value: number) => ({ [HEIGHT]: uint32(value) });
  const both = (seconds: number, blocks: number) => ({ ...time(seconds), ...height(blocks) });

  test.each<[number | string, number | undefined, Parameters<typeof version2With>[1]]>([
    [0, undefined, [{}, {}]],
    [9, 9, [{}, {}]],
    [10_000, 9, [height(10_000), {}]],
    [10_000, 9, [height(10_000), height(9000)]],
    [1_657_048_460, 9, [time(1_657_048_460), time(1_657_048_459)]],
    [10_000, 9, [both(1_657_048_460, 10_000), height(9000)]],
    [10_000, 9, [both(1_657_048_460, 10_000), both(1_657_048_461, 9000)]],
    [1_657_048_461, 9, [both(1_657_048_460, 10_000), time(1_657_048_461)]],
    [10_000, 9, [both(1_657_048_460, 10_000), {}]],
    ["not_a_psbt", 9, [time(1_657_048_460), height(10_000)]],
    ["not_a_psbt", 9, [height(0), {}]],
    ["not_a_psbt", 9, [height(500_000_000), {}]],
    ["not_a_psbt", 9, [time(499_999_999), {}]],
  ])("%p with fallback %p", (expected, fallback, inputs) => {
    const value = fallback === undefined ? undefined : uint32(fallback);
    const bytes = version2With({ 3: value }, inputs);
    expect(lockTimeOf(bytes)).toBe(expected);
    if (typeof expected === "number")
      expect(OtherTransaction.fromPSBT(bytes).lockTime).toBe(expected);
  });
});

const FOLDER = process.env["MAYFLY_VECTORS"];

interface Vector {
  readonly expect: string;
  readonly case: string;
  readonly base64: string;
}

const isVector = (value: unknown): value is Vector =>
  typeof value === "object" && value !== null && "base64" in value && "case" in value;

test.skipIf(FOLDER === undefined)("BIP-174, 370 and 371's PSBTs (MAYFLY_VECTORS)", async () => {
  const file = Bun.file(join(FOLDER ?? "", "psbt-bip174-370-371.json"));
  const { vectors }: { readonly vectors: readonly unknown[] } = await file.json();
  const all = vectors.filter(isVector);
  expect(all.length).toBe(89);
  for (const vector of all) {
    const bytes = Uint8Array.fromBase64(vector.base64);
    const maps = readMaps(bytes);
    const isRead = maps.ok && (hasNoInputs(maps.value) || readPsbt(bytes).ok);
    expect([vector.case, isRead]).toEqual([vector.case, vector.expect === "valid"]);
    if (maps.ok) expect(writeMaps(maps.value)).toEqual(bytes);
  }
});

/** Valid as a PSBT, and refused by `readPsbt`: there is nothing to sign. */
const hasNoInputs = ({ inputs }: PsbtMaps): boolean => inputs.length === 0;

test("a PSBT without inputs is none that can be signed", () => {
  const bytes = hex.decode("70736274ff01000a0200000000000000000000");
  expect(readMaps(bytes).ok).toBeTrue();
  expect(readPsbt(bytes)).toEqual(refused);
});
