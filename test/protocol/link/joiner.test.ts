/** Fragments joined to records: channels kept apart, memory bounded. */
import { describe, expect, test } from "bun:test";
import { FLAGS, type Frame } from "../../../protocol/frame/frame.ts";
import { createJoiner } from "../../../protocol/link/joiner.ts";
import { LIMITS } from "../../../protocol/limits.ts";

const fragment = (channel: number, flags: number, ...bytes: readonly number[]): Frame => ({
  type: "data",
  flags,
  epoch: 1,
  seq: 0,
  ack: 0,
  window: 1,
  channel,
  payload: Uint8Array.from(bytes),
});
const { first: FIRST, last: LAST } = FLAGS;

describe("a joiner", () => {
  test("gives a record with its last fragment, on its channel", () => {
    const join = createJoiner();
    expect(join(fragment(3, FIRST, 1))).toBeUndefined();
    expect(join(fragment(3, 0, 2, 3))).toBeUndefined();
    expect(join(fragment(3, LAST, 4))).toEqual({
      channel: 3,
      isHandshake: false,
      bytes: Uint8Array.of(1, 2, 3, 4),
    });
    expect(join(fragment(0, FIRST | LAST))).toEqual({
      channel: 0,
      isHandshake: false,
      bytes: Uint8Array.of(),
    });
  });

  test("keeps handshake records apart: one fragment without the flag spoils the record", () => {
    const join = createJoiner();
    const { handshake } = FLAGS;
    join(fragment(0, FIRST | handshake, 1));
    expect(join(fragment(0, LAST | handshake, 2))).toMatchObject({ isHandshake: true });
    join(fragment(0, FIRST | handshake, 1));
    expect(join(fragment(0, LAST, 2))).toBeUndefined();
    join(fragment(0, FIRST, 1));
    expect(join(fragment(0, LAST | handshake, 2))).toBeUndefined();
  });

  test("drops what has no beginning", () => {
    const join = createJoiner();
    expect([join(fragment(0, LAST, 1)), join(fragment(0, 0, 1))]).toEqual([undefined, undefined]);
    join(fragment(0, FIRST | LAST, 1));
    expect(join(fragment(0, LAST, 2))).toBeUndefined();
  });

  test("never mixes two channels, whatever comes between", () => {
    const join = createJoiner();
    join(fragment(1, FIRST, 1));
    expect(join(fragment(2, LAST, 2))).toBeUndefined();
    expect(join(fragment(1, LAST, 3))).toBeUndefined();
    join(fragment(1, FIRST, 1));
    expect(join(fragment(2, FIRST | LAST, 2))).toMatchObject({
      channel: 2,
      bytes: Uint8Array.of(2),
    });
    expect(join(fragment(1, LAST, 3))).toBeUndefined();
  });

  test("begins anew where a record begins before the last one ended", () => {
    const join = createJoiner();
    join(fragment(0, FIRST, 1));
    join(fragment(0, FIRST, 2));
    expect(join(fragment(0, LAST, 3))?.bytes).toEqual(Uint8Array.of(2, 3));
  });

  test("a record at the limit passes; one byte more is dropped to its end", () => {
    const join = createJoiner();
    const page = Array<number>(4096).fill(7);
    for (let i = 0; i < LIMITS.record / 4096; i += 1) {
      expect(join(fragment(0, i === 0 ? FIRST : 0, ...page))).toBeUndefined();
    }
    expect(join(fragment(0, LAST))?.bytes.length).toBe(LIMITS.record);
    for (let i = 0; i <= LIMITS.record / 4096; i += 1) {
      join(fragment(0, i === 0 ? FIRST : 0, ...page));
    }
    expect(join(fragment(0, LAST, 1))).toBeUndefined();
    expect(join(fragment(0, FIRST | LAST, 1))?.bytes).toEqual(Uint8Array.of(1));
  });
});

describe("endless fragments", () => {
  const growthOf = (payload: Uint8Array, count: number): number => {
    const join = createJoiner();
    const frame = { ...fragment(0, 0), payload };
    join({ ...frame, flags: FIRST });
    Bun.gc(true);
    const before = process.memoryUsage();
    for (let i = 0; i < count; i += 1) {
      if (join({ ...frame, payload: payload.slice() }) !== undefined) throw new Error("a record");
    }
    Bun.gc(true);
    const after = process.memoryUsage();
    join({ ...frame, flags: LAST });
    return after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  };

  test.each([
    ["empty", 0],
    ["of one byte", 1],
    ["of a page", 4096],
  ])("%s hold no more than a record", (_, length) => {
    // The heap itself varies by some tens of KiB; 5 bytes kept of each would be more than this.
    expect(growthOf(new Uint8Array(length), 250_000)).toBeLessThan(1 << 20);
  });
});
