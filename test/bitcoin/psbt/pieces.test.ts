/** However the bytes are cut, and whatever becomes of a piece, the same is read or refused. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createPsbtReader, parsePsbt } from "../../../firmware/bitcoin/index.ts";
import { elementOf, seeded } from "../expect-value.ts";
import { plainOf, type Sample, SAMPLES } from "./samples.ts";

/** Reads bytes cut at some places; each piece is overwritten once it was taken. */
const readInPieces = (bytes: Uint8Array, cuts: readonly number[], { context }: Sample) => {
  const reader = createPsbtReader(context);
  const places = [...cuts.toSorted((a, b) => a - b), bytes.length];
  let from = 0;
  for (const to of places) {
    const piece = bytes.slice(from, to);
    reader.take(piece);
    piece.fill(0xa5);
    from = to;
  }
  return plainOf(reader.end());
};

const claimOf = (bytes: Uint8Array, cuts: readonly number[], sample: Sample): void => {
  const whole = plainOf(parsePsbt(bytes, sample.context));
  expect([sample.name, readInPieces(bytes, cuts, sample)]).toEqual([sample.name, whole]);
};

const samples = fc.nat(SAMPLES.length - 1).map((at) => elementOf(SAMPLES, at));
/** Places as parts of the whole. */
const parts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
const flips = fc.array(
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 255 })),
  { minLength: 1, maxLength: 3 },
);

const placesOf = (bytes: Uint8Array, some: readonly number[]): readonly number[] =>
  some.map((part) => Math.floor(part * bytes.length));

const flipped = (bytes: Uint8Array, changes: readonly (readonly [number, number])[]) => {
  const changed = bytes.slice();
  for (const [part, mask] of changes) {
    const at = Math.floor(part * (bytes.length - 1));
    changed[at] = (changed[at] ?? 0) ^ mask;
  }
  return changed;
};

describe("pieces make no difference", () => {
  test("to samples, none of which is refused, byte by byte", () => {
    for (const sample of SAMPLES) {
      const { bytes, context } = sample;
      expect([sample.name, parsePsbt(bytes, context).ok]).toEqual([sample.name, true]);
      const cuts = Array.from(bytes, (_, at) => at);
      claimOf(bytes, cuts, sample);
    }
  });

  test("to samples cut at random", () => {
    const claim = (sample: Sample, some: readonly number[]) =>
      claimOf(sample.bytes, placesOf(sample.bytes, some), sample);
    fc.assert(fc.property(samples, parts, claim), seeded("pieces", 1_000));
  });

  test("to samples with bytes flipped", () => {
    const claim = (
      sample: Sample,
      some: readonly number[],
      changes: readonly (readonly [number, number])[],
    ) => {
      const bytes = flipped(sample.bytes, changes);
      claimOf(bytes, placesOf(bytes, some), sample);
      claimOf(
        bytes,
        Array.from(bytes, (_, at) => at),
        sample,
      );
    };
    fc.assert(fc.property(samples, parts, flips, claim), seeded("flipped pieces", 1_500));
  });

  test("to samples that end too early, or too late", () => {
    const claim = (sample: Sample, some: readonly number[], part: number, tail: Uint8Array) => {
      const early = sample.bytes.subarray(0, Math.floor(part * sample.bytes.length));
      claimOf(early, placesOf(early, some), sample);
      const late = Uint8Array.of(...sample.bytes, ...tail);
      claimOf(late, placesOf(late, some), sample);
    };
    const ends = fc.double({ min: 0, max: 1, noNaN: true });
    const tails = fc.uint8Array({ maxLength: 20 });
    fc.assert(fc.property(samples, parts, ends, tails, claim), seeded("ends in pieces", 500));
  });

  test("to noise behind the magic", () => {
    const claim = (tail: Uint8Array, some: readonly number[], sample: Sample) => {
      const bytes = Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff, ...tail);
      claimOf(bytes, placesOf(bytes, some), sample);
    };
    const tails = fc.uint8Array({ maxLength: 200 });
    fc.assert(fc.property(tails, parts, samples, claim), seeded("noise in pieces", 1_500));
  });

  test("an empty piece is none", () => {
    const sample = elementOf(SAMPLES, 0);
    claimOf(sample.bytes, [0, 0, 7, 7, 7, sample.bytes.length, sample.bytes.length], sample);
  });
});
