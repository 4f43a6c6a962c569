/** Bytes of a peer are read or refused, whatever they are. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { review } from "../../firmware/bitcoin/index.ts";
import { join, MAGIC, pair, psbtOf } from "./by-hand.ts";
import { errorOf, seeded } from "./expect-value.ts";
import { SMALL } from "./psbt-fixture.ts";
import { CONTEXT, HOT } from "./wallet-fixture.ts";

const judge = (bytes: Uint8Array) => review(bytes, [HOT.registered], HOT.registered.id, CONTEXT);

describe("nothing a peer sends throws", () => {
  test("cut at every byte", () => {
    for (let length = 0; length < SMALL.length; length += 1) {
      expect(errorOf(judge(SMALL.subarray(0, length)))).toBe("psbt_malformed");
    }
    expect(errorOf(judge(SMALL))).toBe("not refused");
  });

  test("with random bytes flipped", () => {
    const flips = fc.array(fc.tuple(fc.nat(SMALL.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    const claim = (changes: readonly (readonly [number, number])[]) => {
      const bytes = Uint8Array.from(SMALL);
      for (const [at, mask] of changes) bytes[at] = (bytes[at] ?? 0) ^ mask;
      const outcome = judge(bytes);
      // What still passes has the same coin and pays no more than it brings.
      if (outcome.ok) expect(outcome.value.totalInSats).toBe(1_000_000);
    };
    fc.assert(fc.property(flips, claim), seeded("flips", 1_500));
  });

  test("with random bytes, with or without the magic", () => {
    const claim = (tail: Uint8Array, hasMagic: boolean) => {
      expect(judge(hasMagic ? join(MAGIC, tail) : tail).ok).toBe(false);
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), claim),
      seeded("noise", 2_000),
    );
  });

  test("with maps of random pairs", () => {
    const some = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const pairs = fc.array(fc.tuple(fc.nat(0x1a), some, some), { maxLength: 6 });
    const claim = (entries: readonly (readonly [number, Uint8Array, Uint8Array])[]) => {
      const written = entries.map(([type, data, value]) =>
        pair(`${type.toString(16).padStart(2, "0")}${data.toHex()}`, value),
      );
      const map = join(...written);
      expect(judge(psbtOf({ input: map, output: map })).ok).toBe(false);
    };
    fc.assert(fc.property(pairs, claim), seeded("pairs", 1_000));
  });
});
