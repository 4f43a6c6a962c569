/** RFC 8949, section 4.2.1, and what the subset leaves out: refused before it is decoded. */
import { describe, expect, test } from "bun:test";
import { decodeCbor } from "../../protocol/cbor/cbor.ts";
import { isStrictCbor } from "../../protocol/cbor/cbor-scan.ts";
import { LIMITS } from "../../protocol/limits.ts";

const refused: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    "indefinite lengths",
    [
      ["a byte string", "5f4101ff"],
      ["a text", "7f6161ff"],
      ["a list", "9f01ff"],
      ["a map", "bf0001ff"],
      ["a lone break", "ff"],
    ],
  ],
  [
    "other kinds",
    [
      ["a negative integer", "20"],
      ["the smallest integer", "3bffffffffffffffff"],
      ["a date", "c074323031332d30332d32315432303a30343a30305a"],
      ["a bignum", "c249010000000000000000"],
      ["a tag in a list", "81c100"],
      ["self-described CBOR", "d9d9f700"],
      ["a half float", "f93c00"],
      ["a float", "fa47c35000"],
      ["a double", "fb3ff199999999999a"],
      ["a NaN", "f97e00"],
      ["null", "f6"],
      ["undefined", "f7"],
      ["a simple value", "f0"],
      ["a simple value in two bytes", "f8ff"],
      ["true in two bytes", "f815"],
      ["false in two bytes", "f814"],
    ],
  ],
  [
    "lengths that are not the shortest",
    [
      ["23 in two bytes", "1817"],
      ["0 in two bytes", "1800"],
      ["255 in three bytes", "1900ff"],
      ["65,535 in five bytes", "1a0000ffff"],
      ["2^32 - 1 in nine bytes", "1b00000000ffffffff"],
      ["a byte string", "580101"],
      ["a text", "780161"],
      ["a list", "980101"],
      ["a map", "b8010001"],
      ["a map key in two bytes", "a1180001"],
    ],
  ],
  [
    "integers beyond 2^53 - 1",
    [
      ["2^53", "1b0020000000000000"],
      ["2^64 - 1", "1bffffffffffffffff"],
    ],
  ],
  [
    "map keys",
    [
      ["the same one twice", "a200010002"],
      ["falling", "a201000000"],
      ["24", "a1181800"],
      ["text", "a1616100"],
      ["bytes", "a1410000"],
      ["negative", "a12000"],
      ["true", "a1f500"],
      ["a list", "a18000"],
    ],
  ],
  [
    "texts",
    [
      ["a lone byte of a character", "61c3"],
      ["an overlong slash", "62c0af"],
      ["half a surrogate pair", "63eda080"],
      ["beyond the last character", "64f4908080"],
      ["0xFF", "61ff"],
      ["a byte order mark before", "64efbbbf61"],
    ],
  ],
  [
    "what does not end where the bytes end",
    [
      ["nothing", ""],
      ["a byte after", "0000"],
      ["half an integer", "19ff"],
      ["an integer's head alone", "1b"],
      ["a byte string cut short", "4201"],
      ["a text cut short", "6261"],
      ["a list cut short", "8201"],
      ["a map without its value", "a100"],
      ["a map cut short", "a20001"],
      ["reserved 28", "1c"],
      ["reserved 30 of lists", "9e"],
    ],
  ],
  [
    "heads that claim what is not there",
    [
      ["4 GiB of bytes", "5affffffff"],
      ["4 GiB of text", "7affffffff"],
      ["2^32 - 1 items", "9affffffff"],
      ["2^32 - 1 pairs", "baffffffff"],
      ["2^53 - 1 bytes", "5b001fffffffffffff"],
      ["2^64 - 1 items", "9bffffffffffffffff"],
    ],
  ],
];

for (const [group, items] of refused) {
  describe(`refused: ${group}`, () => {
    test.each([...items])("%s", (_, digits) => {
      const bytes = Uint8Array.fromHex(digits);
      expect(isStrictCbor(bytes)).toBe(false);
      expect(decodeCbor(bytes)).toEqual({ ok: false, error: "malformed_message" });
      const inside = Uint8Array.of(0x82, 0x00, ...bytes);
      expect(decodeCbor(inside).ok).toBe(false);
    });
  });
}

const nested = (head: readonly number[], depth: number): Uint8Array =>
  Uint8Array.from([
    ...Array<readonly number[]>(depth - 1)
      .fill(head)
      .flat(),
    0x00,
  ]);

describe("limits", () => {
  test("lists and maps nest to a depth of 8, not of 9", () => {
    for (const head of [[0x81], [0xa1, 0x00]]) {
      expect(decodeCbor(nested(head, LIMITS.cborDepth)).ok).toBe(true);
      expect(decodeCbor(nested(head, LIMITS.cborDepth + 1)).ok).toBe(false);
    }
  });

  test("100,000 nested lists or maps end at the limit, not on the stack", () => {
    expect(decodeCbor(nested([0x81], 100_000)).ok).toBe(false);
    expect(decodeCbor(nested([0xa1, 0x00], 100_000)).ok).toBe(false);
  });

  test("as many items as allowed, not one more, in one list or in several", () => {
    const list = (count: number): readonly number[] => [
      0x99,
      count >> 8,
      count & 255,
      ...Array<number>(count).fill(0),
    ];
    expect(decodeCbor(Uint8Array.from(list(LIMITS.cborItems - 1))).ok).toBe(true);
    expect(decodeCbor(Uint8Array.from(list(LIMITS.cborItems))).ok).toBe(false);
    expect(decodeCbor(Uint8Array.of(0x82, ...list(8000), ...list(8000))).ok).toBe(true);
    expect(decodeCbor(Uint8Array.of(0x82, ...list(8191), ...list(8191))).ok).toBe(false);
  });

  test("24 pairs in a map, and there is no key for one more", () => {
    const pairs = Array.from({ length: 24 }, (_, key) => [key, 0]).flat();
    expect(decodeCbor(Uint8Array.of(0xb8, 24, ...pairs)).ok).toBe(true);
    expect(decodeCbor(Uint8Array.of(0xb8, 25, ...pairs, 0x18, 24, 0)).ok).toBe(false);
  });

  test("a megabyte in one tag, one bignum or one list costs nothing", () => {
    for (const head of ["c25a00100000", "5a00200000", "9a00100000"]) {
      const bytes = new Uint8Array((1 << 20) + 6).fill(0xf6);
      bytes.set(Uint8Array.fromHex(head));
      expect(decodeCbor(bytes).ok).toBe(false);
    }
  });
});
