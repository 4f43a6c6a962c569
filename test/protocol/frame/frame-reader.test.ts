/** The frame reader: bytes in any pieces, among any garbage, in bounded memory. */
import { describe, expect, test } from "bun:test";
import { createFrameReader, encodeFrame, type Frame } from "../../../protocol/frame/frame.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { GOLDEN } from "./golden-frames.ts";
import { createRandom, SEED } from "../random.ts";

const frames = GOLDEN.map(({ frame }) => frame);
const stream = Uint8Array.from(GOLDEN.flatMap(({ bytes }) => [...bytes]));
const one = GOLDEN[0]?.bytes ?? new Uint8Array(0);
const noise = (length: number, random = createRandom(SEED)): Uint8Array =>
  random.bytes(length).map((byte) => (byte === 0 ? 0xff : byte));

const readAll = (...pieces: readonly Uint8Array[]): readonly Frame[] => {
  const reader = createFrameReader();
  return pieces.flatMap((piece) => [...reader.push(piece)]);
};

describe("pieces", () => {
  test("cut in two at every byte", () => {
    for (let cut = 0; cut <= stream.length; cut += 1) {
      expect(readAll(stream.subarray(0, cut), stream.subarray(cut))).toEqual(frames);
    }
  });

  test("one byte at a time", () => {
    expect(readAll(...[...stream].map((byte) => Uint8Array.of(byte)))).toEqual(frames);
  });

  test("at random places, many times over", () => {
    const random = createRandom(SEED);
    for (let run = 0; run < 200; run += 1) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < stream.length; ) {
        const end = at + random.below(30);
        pieces.push(stream.subarray(at, end));
        at = end;
      }
      expect({ run, seed: SEED, read: readAll(...pieces) }).toEqual({
        run,
        seed: SEED,
        read: frames,
      });
    }
  });

  test("one delimiter between two frames is enough, and many are ignored", () => {
    const shared = Uint8Array.from(GOLDEN.flatMap(({ bytes }) => [...bytes.subarray(1)]));
    const zeros = new Uint8Array(5000);
    const reader = createFrameReader();
    expect(reader.push(shared)).toEqual(frames);
    expect([...reader.push(zeros), ...reader.push(one), ...reader.push(zeros)].length).toBe(1);
    expect(reader.dropped()).toBe(0);
  });

  test("two frames that lost the zeros between them are both dropped, the next is taken", () => {
    const merged = Uint8Array.of(...one.subarray(0, -1), ...one.subarray(1));
    const reader = createFrameReader();
    expect(reader.push(merged)).toEqual([]);
    expect(reader.dropped()).toBe(1);
    expect(reader.push(one).length).toBe(1);
  });
});

describe("garbage", () => {
  test.each([
    ["a getty", new TextEncoder().encode("\r\nsigner login: ")],
    ["a modem prober", new TextEncoder().encode("AT\rAT+GCAP\r")],
    ["0xFF", new Uint8Array(300).fill(0xff)],
    ["0x01", new Uint8Array(300).fill(1)],
    ["noise longer than a frame", noise(10_000)],
  ])("%s before, between and after frames costs no frame", (_, garbage) => {
    const reader = createFrameReader();
    const read = [garbage, ...GOLDEN.flatMap(({ bytes }) => [bytes, garbage])].flatMap((piece) => [
      ...reader.push(piece),
    ]);
    expect(read).toEqual(frames);
    expect(reader.dropped()).toBe(GOLDEN.length);
  });

  test("inside a frame costs that frame only", () => {
    for (let at = 1; at < one.length; at += 1) {
      const spoiled = Uint8Array.of(...one.subarray(0, at), ...noise(20), ...one.subarray(at));
      expect(readAll(spoiled, one)).toEqual(frames.slice(0, 1));
    }
  });

  test("a frame cut off at any byte costs itself, not the next", () => {
    for (let at = 1; at < one.length - 1; at += 1) {
      expect(readAll(one.subarray(0, at), one)).toEqual(frames.slice(0, 1));
    }
  });

  test("a megabyte of random bytes yields nothing and is forgotten", () => {
    const random = createRandom(SEED);
    const reader = createFrameReader();
    const read: Frame[] = [];
    for (let i = 0; i < 256; i += 1) read.push(...reader.push(random.bytes(4096)));
    expect({ read, seed: SEED }).toEqual({ read: [], seed: SEED });
    expect(reader.push(Uint8Array.of(0, ...one)).length).toBe(1);
  });
});

describe("limits", () => {
  test("eight megabytes without a delimiter are one dropped piece, in flat memory", () => {
    const reader = createFrameReader();
    const chunk = noise(65_536);
    reader.push(chunk);
    Bun.gc(true);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 128; i += 1) reader.push(chunk);
    Bun.gc(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
    expect(reader.isPartial()).toBe(true);
    expect(reader.push(one).length).toBe(1);
    expect(reader.dropped()).toBe(1);
  });

  test("an oversize piece stays oversize, whatever small pieces follow it", () => {
    const reader = createFrameReader();
    reader.push(noise(5000));
    expect(reader.push(one.subarray(1))).toEqual([]);
    expect(reader.dropped()).toBe(1);
    expect(readAll(one.subarray(0, 9), noise(5000), one.subarray(9))).toEqual([]);
  });

  test("a frame's payload is its own memory, not the line's", () => {
    const line = Uint8Array.from(one);
    const [frame] = createFrameReader().push(line);
    line.fill(0);
    expect(frame).toEqual(frames[0]);
    expect(frame?.payload.buffer).not.toBe(line.buffer);
    expect(frame?.payload.buffer.byteLength).toBeLessThan(32);
  });

  test("the largest frame of the wire fits, of any bytes", () => {
    for (const byte of [0, 1, 0xff]) {
      const payload = new Uint8Array(LIMITS.framePayloadMaximum).fill(byte);
      const base = frames.find(({ type }) => type === "data");
      if (base === undefined) throw new Error("no golden frame");
      expect(readAll(encodeFrame({ ...base, payload }))).toEqual([{ ...base, payload }]);
    }
  });

  test("reset drops and counts a partial frame, and only that", () => {
    const reader = createFrameReader();
    reader.reset();
    expect(reader.dropped()).toBe(0);
    reader.push(one.subarray(0, 9));
    expect(reader.isPartial()).toBe(true);
    reader.reset();
    expect([reader.isPartial(), reader.dropped()]).toEqual([false, 1]);
    expect(reader.push(one).length).toBe(1);
  });
});
