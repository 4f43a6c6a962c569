/** BIP-370: version 2 says the same as version 0 in other fields. */
import { describe, expect, test } from "bun:test";
import { BITCOIN_LIMITS, parsePsbt } from "../../../firmware/bitcoin/index.ts";
import { INPUT_FLAG } from "../../../firmware/bitcoin/psbt/input-table.ts";
import {
  compactSize,
  fieldOf,
  GLOBAL,
  INPUT,
  littleEndian,
  OUTPUT,
  type Pair,
  pair,
  type PairMap,
  type PsbtMaps,
  replace,
  toVersion2,
  writeMaps,
} from "../../agreement/psbt-maps.ts";
import { elementOf, errorOf, unwrap } from "../expect-value.ts";
import { CONTEXT } from "../wallet-fixture.ts";
import { SAMPLES, snapshotOf } from "./samples.ts";
import { previousOf, readIn, SCRIPT, written } from "./written.ts";

const COINS = [1, 2, 3].map((number) => ({ script: SCRIPT, amountSats: 1_000 * number }));
const PREVIOUS = previousOf(COINS, 1);
const MAPS = written(
  ...COINS.map((_, vout) => ({ previous: PREVIOUS, vout, isGiven: true, utxo: "true" as const })),
);
const MAPS_2 = toVersion2(MAPS);
const uint32 = (value: number): Uint8Array => littleEndian(value, 4);
const read = (maps: PsbtMaps) => parsePsbt(writeMaps(maps), CONTEXT);

const withGlobal = (maps: PsbtMaps, type: number, ...pairs: readonly Pair[]): PsbtMaps => ({
  ...maps,
  global: replace(maps.global, type, ...pairs),
});
const withInput = (maps: PsbtMaps, type: number, ...pairs: readonly Pair[]): PsbtMaps => ({
  ...maps,
  inputs: maps.inputs.map((map, at) => (at === 1 ? replace(map, type, ...pairs) : map)),
});
const withOutput = (maps: PsbtMaps, type: number, ...pairs: readonly Pair[]): PsbtMaps => ({
  ...maps,
  outputs: maps.outputs.map((map) => replace(map, type, ...pairs)),
});

describe("the same transaction in both versions", () => {
  test("reads the same, of every kind of wallet", () => {
    for (let at = 0; at < SAMPLES.length; at += 2) {
      const [first, second] = [elementOf(SAMPLES, at), elementOf(SAMPLES, at + 1)];
      // In version 0 an input may be proved by the previous transaction of another.
      const said = ({ bytes, context }: typeof first) => {
        const { rows, ...psbt } = snapshotOf(unwrap(parsePsbt(bytes, context)));
        const plain = rows.map((row) => ({ ...row, flags: row.flags & ~INPUT_FLAG.isProved }));
        return { ...psbt, rows: plain };
      };
      expect([second.name, said(second)]).toEqual([second.name, said(first)]);
    }
  });

  test("and bit by bit where each input has its previous transaction", () => {
    expect(snapshotOf(unwrap(readIn(2, MAPS)))).toEqual(snapshotOf(unwrap(readIn(0, MAPS))));
  });

  test("whatever the order of a map's entries", () => {
    const turned = (map: PairMap) => map.toReversed();
    const { global, inputs, outputs } = MAPS_2;
    const maps = {
      global: turned(global),
      inputs: inputs.map(turned),
      outputs: outputs.map(turned),
    };
    expect(snapshotOf(unwrap(read(maps)))).toEqual(snapshotOf(unwrap(read(MAPS_2))));
  });
});

describe("BIP-370, what may be left out", () => {
  test("a sequence is final, a fallback lock time 0", () => {
    const { inputs, lockTime } = unwrap(read(withInput(MAPS_2, INPUT.sequence)));
    expect([lockTime, inputs.sequenceAt(1)]).toEqual([0, 0xffffffff]);
    const said = unwrap(read(withInput(MAPS_2, INPUT.sequence, pair(INPUT.sequence, uint32(7)))));
    expect([0, 1, 2].map(said.inputs.sequenceAt)).toEqual([0xffffffff, 7, 0xffffffff]);
  });

  test("nothing else: psbt_malformed", () => {
    const incomplete: readonly (readonly [string, PsbtMaps])[] = [
      ["transaction version", withGlobal(MAPS_2, GLOBAL.transactionVersion)],
      ["input count", withGlobal(MAPS_2, GLOBAL.inputCount)],
      ["output count", withGlobal(MAPS_2, GLOBAL.outputCount)],
      ["version", withGlobal(MAPS_2, GLOBAL.version)],
      ["txid", withInput(MAPS_2, INPUT.txid)],
      ["output number", withInput(MAPS_2, INPUT.vout)],
      ["amount", withOutput(MAPS_2, OUTPUT.amount)],
      ["script", withOutput(MAPS_2, OUTPUT.script)],
    ];
    for (const [name, maps] of incomplete) {
      expect([name, errorOf(read(maps))]).toEqual([name, "psbt_malformed"]);
    }
    const missing = read(withInput(MAPS_2, INPUT.vout));
    expect(missing).toEqual({ ok: false, error: "psbt_malformed", details: { input: 1 } });
  });
});

describe("the fields of one version in the other: psbt_malformed", () => {
  const ofVersion2: readonly (readonly [string, PsbtMaps])[] = [
    [
      "transaction version",
      withGlobal(MAPS, GLOBAL.transactionVersion, pair(GLOBAL.transactionVersion, uint32(2))),
    ],
    [
      "fallback lock time",
      withGlobal(MAPS, GLOBAL.fallbackLockTime, pair(GLOBAL.fallbackLockTime, uint32(0))),
    ],
    ["input count", withGlobal(MAPS, GLOBAL.inputCount, pair(GLOBAL.inputCount, compactSize(3)))],
    [
      "output count",
      withGlobal(MAPS, GLOBAL.outputCount, pair(GLOBAL.outputCount, compactSize(1))),
    ],
    ["what may be modified", withGlobal(MAPS, 0x06, pair(0x06, Uint8Array.of(0)))],
    ["txid", withInput(MAPS, INPUT.txid, pair(INPUT.txid, PREVIOUS.getHash()))],
    ["output number", withInput(MAPS, INPUT.vout, pair(INPUT.vout, uint32(1)))],
    ["sequence", withInput(MAPS, INPUT.sequence, pair(INPUT.sequence, uint32(0xffffffff)))],
    ["time", withInput(MAPS, INPUT.timeLock, pair(INPUT.timeLock, uint32(1_700_000_000)))],
    ["height", withInput(MAPS, INPUT.heightLock, pair(INPUT.heightLock, uint32(800_000)))],
    ["amount", withOutput(MAPS, OUTPUT.amount, pair(OUTPUT.amount, littleEndian(1_000, 8)))],
    ["script", withOutput(MAPS, OUTPUT.script, pair(OUTPUT.script, SCRIPT))],
  ];
  for (const [name, maps] of ofVersion2) {
    test(`${name} in version 0`, () => expect(errorOf(read(maps))).toBe("psbt_malformed"));
  }

  test("the unsigned transaction in version 2, before or behind the version", () => {
    const unsigned = pair(0x00, fieldOf(MAPS.global, 0x00) ?? new Uint8Array());
    for (const global of [
      [unsigned, ...MAPS_2.global],
      [...MAPS_2.global, unsigned],
    ]) {
      expect(errorOf(read({ ...MAPS_2, global }))).toBe("psbt_malformed");
    }
  });
});

describe("counts", () => {
  test("of more or fewer maps than there are: psbt_malformed", () => {
    for (const [type, counts] of [
      [GLOBAL.inputCount, [0, 2, 4]],
      [GLOBAL.outputCount, [0, 2]],
    ] as const) {
      for (const count of counts) {
        const maps = withGlobal(MAPS_2, type, pair(type, compactSize(count)));
        expect([type, count, errorOf(read(maps))]).toEqual([type, count, "psbt_malformed"]);
      }
    }
  });

  test("with a byte too many, or not in their shortest form: psbt_malformed", () => {
    for (const value of ["0300", "fd0300", "fe03000000", "ff0300000000000000"]) {
      const maps = withGlobal(
        MAPS_2,
        GLOBAL.inputCount,
        pair(GLOBAL.inputCount, Uint8Array.fromHex(value)),
      );
      expect([value, errorOf(read(maps))]).toEqual([value, "psbt_malformed"]);
    }
  });

  test("above 20,000 inputs and 2,000 outputs are refused by name, whatever follows", () => {
    const announced = (type: number, value: Uint8Array) =>
      read({ ...withGlobal(MAPS_2, type, pair(type, value)), inputs: [], outputs: [] });
    const { inputs, outputs } = BITCOIN_LIMITS;
    expect(errorOf(announced(GLOBAL.inputCount, compactSize(inputs)))).toBe("psbt_malformed");
    for (const count of [inputs + 1, 0xffffffff]) {
      expect(announced(GLOBAL.inputCount, compactSize(count))).toEqual({
        ok: false,
        error: "too_many_inputs",
        details: { inputs: count },
      });
    }
    for (const value of ["ffffffffffffff1f00", "ffffffffffffffffff"]) {
      const huge = announced(GLOBAL.inputCount, Uint8Array.fromHex(value));
      expect(errorOf(huge)).toBe("too_many_inputs");
    }
    expect(announced(GLOBAL.outputCount, compactSize(outputs + 1))).toEqual({
      ok: false,
      error: "psbt_unsupported",
      details: { outputs: outputs + 1 },
    });
  });
});

test("one coin twice: input_repeated, with the second of them", () => {
  const [first] = MAPS_2.inputs;
  const inputs = [...MAPS_2.inputs.slice(0, 2), first ?? []];
  expect(read({ ...MAPS_2, inputs })).toEqual({
    ok: false,
    error: "input_repeated",
    details: { input: 2 },
  });
});

test("a version of the transaction as 4 bytes stand for it", () => {
  const maps = withGlobal(
    MAPS_2,
    GLOBAL.transactionVersion,
    pair(GLOBAL.transactionVersion, uint32(0xffffffff)),
  );
  expect(unwrap(read(maps)).version).toBe(0xffffffff);
});
