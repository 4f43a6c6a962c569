/** What a PSBT may hold at most, and that what is announced costs nothing before it comes. */
import { describe, expect, test } from "bun:test";
import { BITCOIN_LIMITS, createPsbtReader, parsePsbt } from "../../../firmware/bitcoin/index.ts";
import { INPUT_FLAG } from "../../../firmware/bitcoin/psbt/input-table.ts";
import {
  INPUT,
  littleEndian,
  OUTPUT,
  pair,
  type Pair,
  type PsbtMaps,
  toVersion2,
  writeMaps,
} from "../../agreement/psbt-maps.ts";
import { END, GLOBAL, hex, join, MAGIC, pair as handPair } from "../by-hand.ts";
import { elementOf, errorOf, unwrap } from "../expect-value.ts";
import { CONTEXT, FINGERPRINT } from "../wallet-fixture.ts";
import { previousOf, readIn, SCRIPT, written } from "./written.ts";

const VERSIONS = [0, 2] as const;
const PREVIOUS = previousOf([{ script: SCRIPT, amountSats: 1_000 }], 1);
const INPUT_OF_IT = { previous: PREVIOUS, vout: 0 };
const bytes = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);

const inEachMap = (entries: readonly Pair[]): readonly (readonly [string, PsbtMaps])[] => {
  const maps = written(INPUT_OF_IT);
  return [
    ["global", { ...maps, global: [...maps.global, ...entries] }],
    ["input", { ...maps, inputs: [entries] }],
    ["output", { ...maps, outputs: [entries] }],
  ];
};

describe("a key", () => {
  test("has at most 4,200 bytes, whatever its map", () => {
    const { keyBytes } = BITCOIN_LIMITS;
    for (const version of VERSIONS) {
      for (const [length, expected] of [
        [keyBytes, "not refused"],
        [keyBytes + 1, "psbt_malformed"],
        [65_535, "psbt_malformed"],
      ] as const) {
        for (const [name, maps] of inEachMap([{ key: bytes(length, 0x70), value: bytes(1) }])) {
          const error = errorOf(readIn(version, maps));
          expect([version, name, length, error]).toEqual([version, name, length, expected]);
        }
      }
    }
  });

  test("may be a control block of 128 hashes, and no longer one", () => {
    const leaf = (hashes: number, more = 0): Pair => ({
      key: Uint8Array.of(INPUT.leafScript, ...bytes(33 + 32 * hashes + more)),
      value: Uint8Array.of(0x51, 0xc0),
    });
    const of = (one: Pair) => errorOf(readIn(0, written({ ...INPUT_OF_IT, map: [one] })));
    expect([leaf(0), leaf(128), leaf(129), leaf(1, 1), leaf(0, -1)].map(of)).toEqual([
      "not refused",
      "not refused",
      "psbt_malformed",
      "psbt_malformed",
      "psbt_malformed",
    ]);
  });
});

test("a map has at most 1,000 entries, read, passed over or unknown", () => {
  const { mapEntries } = BITCOIN_LIMITS;
  const unknown = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      key: Uint8Array.of(0xfc, at, at >>> 8),
      value: bytes(at % 3),
    }));
  for (const [name, maps] of inEachMap(unknown(mapEntries))) {
    // The global map has one more, the transaction.
    const expected = name === "global" ? "psbt_malformed" : "not refused";
    expect([name, errorOf(readIn(0, maps))]).toEqual([name, expected]);
  }
  for (const [name, maps] of inEachMap(unknown(mapEntries + 1))) {
    expect([name, errorOf(readIn(0, maps))]).toEqual([name, "psbt_malformed"]);
  }
  const hints = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      key: Uint8Array.of(INPUT.derivation, 2, at, at >>> 8, ...bytes(30)),
      value: Uint8Array.of(...bytes(4), ...littleEndian(at, 4)),
    }));
  for (const [count, expected] of [
    [mapEntries, "not refused"],
    [mapEntries + 1, "psbt_malformed"],
  ] as const) {
    const maps = written({ ...INPUT_OF_IT, map: hints(count) });
    expect(errorOf(readIn(0, maps))).toBe(expected);
  }
});

describe("hints", () => {
  const { ways, outputHints } = BITCOIN_LIMITS;
  const hintOf = (...path: readonly number[]): Pair => ({
    key: Uint8Array.of(INPUT.derivation, 2, ...bytes(32)),
    value: Uint8Array.of(...FINGERPRINT, ...path.flatMap((step) => [...littleEndian(step, 4)])),
  });

  test("name 255 ways: an input by another one has no place", () => {
    const previous = previousOf(
      Array.from({ length: ways + 3 }, () => ({ script: SCRIPT, amountSats: 1 })),
      1,
    );
    const inputs = Array.from({ length: ways + 3 }, (_, vout) => {
      const way = vout < ways + 2 ? vout : 3;
      return { previous, vout, map: [hintOf(way, 0, 1_000 + vout)] };
    });
    for (const version of VERSIONS) {
      const { inputs: table, ways: paths } = unwrap(readIn(version, written(...inputs)));
      expect(paths).toEqual(Array.from({ length: ways }, (_, way) => [way, 0]));
      const hasPlace = (input: number): boolean =>
        (table.flagsAt(input) & INPUT_FLAG.hasPlace) !== 0;
      expect(inputs.map((_, input) => hasPlace(input))).toEqual(
        inputs.map((_, input) => input < ways || input === ways + 2),
      );
      expect([table.wayAt(254), table.indexAt(254)]).toEqual([254, 1_254]);
      expect([table.wayAt(ways + 2), table.indexAt(ways + 2)]).toEqual([3, 1_000 + ways + 2]);
    }
  });

  test("of other devices, of one step or none, or to a hardened index name no place", () => {
    const other = hintOf(1, 0, 5);
    other.value.set(bytes(4), 0);
    for (const one of [other, hintOf(), hintOf(5), hintOf(1, 0, 2 ** 31)]) {
      const read = unwrap(readIn(0, written({ ...INPUT_OF_IT, map: [one] })));
      expect(read.inputs.flagsAt(0) & INPUT_FLAG.hasPlace).toBe(0);
    }
    const read = unwrap(readIn(0, written({ ...INPUT_OF_IT, map: [hintOf(0, 5)] })));
    expect([read.ways, read.inputs.indexAt(0)]).toEqual([[[0]], 5]);
  });

  test("of an output are 32 at most", () => {
    const maps = written(INPUT_OF_IT);
    const hints = (count: number, type: number, value: Uint8Array) =>
      Array.from({ length: count }, (_, at) => ({
        key: Uint8Array.of(type, ...(type === OUTPUT.derivation ? [2] : []), at, ...bytes(31)),
        value,
      }));
    const path = bytes(8);
    for (const [type, value] of [
      [OUTPUT.derivation, path],
      [OUTPUT.taprootDerivation, Uint8Array.of(0, ...path)],
    ] as const) {
      const of = (count: number) =>
        errorOf(readIn(0, { ...maps, outputs: [hints(count, type, value)] }));
      expect([of(outputHints), of(outputHints + 1)]).toEqual(["not refused", "psbt_malformed"]);
    }
  });

  test("of taproot have as many leaf hashes as they say", () => {
    const of = (value: Uint8Array) => {
      const map = [{ key: Uint8Array.of(INPUT.taprootDerivation, ...bytes(32)), value }];
      return errorOf(readIn(0, written({ ...INPUT_OF_IT, map })));
    };
    const path = bytes(8);
    expect(of(Uint8Array.of(2, ...bytes(64), ...path))).toBe("not refused");
    for (const value of [
      Uint8Array.of(3, ...bytes(64), ...path),
      Uint8Array.of(2, ...bytes(64)),
      Uint8Array.of(2, ...bytes(63), ...path),
      Uint8Array.of(0xfd, 2, 0, ...bytes(64), ...path),
      Uint8Array.of(0, ...bytes(4 + 4 * 256)),
    ]) {
      expect(of(value)).toBe("psbt_malformed");
    }
  });
});

test("an input names 16 leaves", () => {
  const { namedLeaves } = BITCOIN_LIMITS;
  const leaves = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      key: Uint8Array.of(INPUT.leafScript, ...bytes(32), at),
      value: Uint8Array.of(at, 0xc0),
    }));
  for (const version of VERSIONS) {
    const of = (count: number) => readIn(version, written({ ...INPUT_OF_IT, map: leaves(count) }));
    expect(unwrap(of(namedLeaves)).inputs.leavesInTurn()()).toHaveLength(namedLeaves);
    expect(of(namedLeaves + 1)).toEqual({
      ok: false,
      error: "psbt_malformed",
      details: { input: 0 },
    });
  }
});

describe("a length that is announced", () => {
  /** 2^53 - 1, the largest that is exact, and two that are not read. */
  const LENGTHS = ["ffffffffffffff1f00", "ff000000000000200000", "ffffffffffffffffff"].map((text) =>
    hex(text.slice(0, 18)),
  );
  const MUCH = bytes(1 << 20);

  /** The refusal of a value that never ends, and what was held of a megabyte of it. */
  const judge = (before: Uint8Array, key: Uint8Array, length: Uint8Array) => {
    const reader = createPsbtReader(CONTEXT);
    reader.take(join(before, Uint8Array.of(key.length), key, length));
    for (let at = 0; at < MUCH.length; at += 4096) reader.take(MUCH.subarray(at, at + 4096));
    const held = reader.heldBytes();
    return [errorOf(reader.end()), held <= 4096] as const;
  };

  const places: readonly (readonly [string, Uint8Array])[] = [
    ["global", MAGIC],
    ["input", join(MAGIC, GLOBAL, END)],
    ["output", join(MAGIC, GLOBAL, END, END)],
  ];
  const keys = Array.from({ length: 0x20 }, (_, type) =>
    [0, 20, 32, 33].map((more) => Uint8Array.of(type, ...bytes(more, 2))),
  ).flat();
  for (const [name, before] of places) {
    test(`of any field of the ${name} map is refused at its end at the latest`, () => {
      for (const length of LENGTHS) {
        for (const key of keys) {
          const judged = judge(before, key, length);
          expect([key.toHex(), ...judged]).toEqual([key.toHex(), "psbt_malformed", true]);
        }
      }
    });
  }

  test("of a count of a transaction that is read is refused", () => {
    const version = hex("02000000");
    const input = join(bytes(36), END, bytes(4));
    for (const count of LENGTHS) {
      const inputs = handPair("00", join(version, count, bytes(100)));
      const outputs = handPair("00", join(version, hex("01"), input, count, bytes(100)));
      for (const entry of [inputs, outputs]) {
        expect(errorOf(parsePsbt(join(MAGIC, entry, END, END, END), CONTEXT))).toBe(
          "psbt_malformed",
        );
        const bytesOf = join(MAGIC, GLOBAL, END, entry, END, END);
        expect(errorOf(parsePsbt(bytesOf, CONTEXT))).toBe("psbt_malformed");
      }
      const script = handPair("00", join(version, hex("01"), bytes(36), count, bytes(100)));
      const bytesOf = join(MAGIC, GLOBAL, END, script, END, END);
      expect(errorOf(parsePsbt(bytesOf, CONTEXT))).toBe("psbt_malformed");
    }
  });
});

test("a PSBT of 64 MiB is refused when one byte more comes, and holds nothing", () => {
  const reader = createPsbtReader(CONTEXT);
  const { psbtBytes } = BITCOIN_LIMITS;
  const head = join(MAGIC, GLOBAL, END, hex("0170"), hex("fe00000008"));
  const piece = bytes(1 << 20);
  reader.take(head);
  let left = psbtBytes - head.length;
  for (; left > piece.length; left -= piece.length) reader.take(piece);
  reader.take(piece.subarray(0, left));
  expect(reader.heldBytes()).toBe(0);
  reader.take(piece.subarray(0, 1));
  expect(errorOf(reader.end())).toBe("psbt_unsupported");
});

test("what is known of version 2's sizes holds of its maps, too", () => {
  const maps = toVersion2(written(INPUT_OF_IT));
  const script = bytes(BITCOIN_LIMITS.scriptBytes + 1, 0x51);
  const outputs = [[...elementOf(maps.outputs, 0).slice(0, 1), pair(OUTPUT.script, script)]];
  expect(errorOf(parsePsbt(writeMaps({ ...maps, outputs }), CONTEXT))).toBe("psbt_malformed");
  const longest = [
    [...elementOf(maps.outputs, 0).slice(0, 1), pair(OUTPUT.script, script.slice(1))],
  ];
  const read = parsePsbt(writeMaps({ ...maps, outputs: longest }), CONTEXT);
  expect(elementOf(unwrap(read).outputs, 0).script).toHaveLength(BITCOIN_LIMITS.scriptBytes);
});
