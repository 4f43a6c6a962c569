/** Deterministic CBOR: what is written is read again, what is read was written so. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeCbor, encodeCbor } from "../../protocol/cbor/cbor.ts";
import { isStrictCbor } from "../../protocol/cbor/cbor-scan.ts";
import { createRandom, flipBits, SEED, seeded } from "./random.ts";

const known: readonly (readonly [string, unknown])[] = [
  ["00", 0],
  ["17", 23],
  ["1818", 24],
  ["18ff", 255],
  ["190100", 256],
  ["19ffff", 65_535],
  ["1a00010000", 65_536],
  ["1affffffff", 2 ** 32 - 1],
  ["1b0000000100000000", 2 ** 32],
  ["1b0000000100000001", 2 ** 32 + 1],
  ["1b001fffffffffffff", 2 ** 53 - 1],
  ["40", Uint8Array.of()],
  ["4401020304", Uint8Array.of(1, 2, 3, 4)],
  ["60", ""],
  ["62c3bc", "\u{fc}"],
  ["64f0908591", "\u{10151}"],
  ["63efbfbf", "\u{ffff}"],
  ["62225c", '"\\'],
  ["80", []],
  ["83010203", [1, 2, 3]],
  ["8301820203820405", [1, [2, 3], [4, 5]]],
  ["a0", new Map()],
  [
    "a201020304",
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  ["f4", false],
  ["f5", true],
];

test.each([...known])("%s is the one way to write its value", (digits, value) => {
  expect(encodeCbor(value).toHex()).toBe(digits);
  expect(decodeCbor(Uint8Array.fromHex(digits))).toEqual({ ok: true, value });
});

const integer = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(),
  ...[24, 2 ** 8, 2 ** 16, 2 ** 32, 2 ** 53 - 3].map((around) =>
    fc.integer({ min: around - 2, max: around + 2 }),
  ),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ minLength: 20, maxLength: 40 }).map((whole) => whole.subarray(3, 17)),
);
const text = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 90 }),
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.nat({ max: 300 }).map((length) => "x".repeat(length)),
  )
  .filter((value) => !value.startsWith("\u{feff}"));
const leaf = fc.oneof(integer, bytes, text, fc.boolean());
const { value: anyValue } = fc.letrec<{ readonly value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 30 }),
    fc
      .uniqueArray(fc.tuple(fc.nat({ max: 23 }), tie("value")), {
        maxLength: 24,
        selector: ([key]) => key,
      })
      .map((pairs) => new Map(pairs.toSorted(([a], [b]) => a - b))),
  ),
}));

describe("any value", () => {
  test("comes back as it went, in strict bytes", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const encoded = encodeCbor(value);
        expect(isStrictCbor(encoded)).toBe(true);
        expect(decodeCbor(encoded)).toEqual({ ok: true, value });
      }),
      seeded(400),
    );
  });

  test("with one bit flipped is refused, or is exactly what its bytes say", () => {
    const random = createRandom(SEED);
    fc.assert(
      fc.property(anyValue, (value) => {
        const flipped = flipBits(encodeCbor(value), 1, random);
        const decoded = decodeCbor(flipped);
        if (decoded.ok) expect(encodeCbor(decoded.value)).toEqual(flipped);
        expect(decoded.ok).toBe(isStrictCbor(flipped));
      }),
      seeded(400),
    );
  });

  test("cut short anywhere is refused", () => {
    const encoded = encodeCbor(new Map([[0, ["text", Uint8Array.of(1, 2), 70_000, true]]]));
    for (let length = 0; length < encoded.length; length += 1) {
      expect(decodeCbor(encoded.subarray(0, length)).ok).toBe(false);
    }
  });
});

describe("random bytes", () => {
  test("never throw, and what is accepted is written the same way", () => {
    const random = createRandom(SEED);
    let accepted = 0;
    for (let run = 0; run < 100_000; run += 1) {
      const input = random.bytes(1 + random.below(8));
      const decoded = decodeCbor(input);
      if (!decoded.ok) continue;
      accepted += 1;
      if (!Bun.deepEquals(encodeCbor(decoded.value), input)) {
        throw new Error(`${input.toHex()} is accepted and written otherwise (seed ${SEED})`);
      }
    }
    expect(accepted).toBeGreaterThan(1000);
  });
});

describe("memory", () => {
  test("decoded byte strings are their own, plain and exactly as long as they are", () => {
    const encoded = encodeCbor([Uint8Array.of(1, 2), new Map([[0, new Uint8Array(3000).fill(7)]])]);
    const decoded = decodeCbor(encoded);
    encoded.fill(0);
    const own = [Uint8Array.of(1, 2), new Map([[0, new Uint8Array(3000).fill(7)]])];
    expect(decoded).toEqual({ ok: true, value: own });
    const [first] = decoded.ok && Array.isArray(decoded.value) ? decoded.value : [];
    expect(first).toBeInstanceOf(Uint8Array);
    expect(first).not.toBeInstanceOf(Buffer);
    expect(first.buffer.byteLength).toBe(2);
  });

  test("encoded bytes are not overwritten by the next encoding", () => {
    const first = encodeCbor("first");
    encodeCbor("other");
    expect(first).toEqual(encodeCbor("first"));
    expect(first.buffer.byteLength).toBe(first.length);
  });

  test("a quarter of a megabyte comes back whole", () => {
    const large = createRandom(SEED).bytes(1 << 18);
    expect(decodeCbor(encodeCbor(new Map([[5, large]])))).toEqual({
      ok: true,
      value: new Map([[5, large]]),
    });
  });
});
