/** Bytes as they come: partial frames that take too long, and noise (SPEC, section 2). */
import { describe, expect, test } from "bun:test";
import { createIntake } from "../../../protocol/link/intake.ts";
import { createRandom, SEED } from "../random.ts";
import { frameBytes } from "./greeting-frames.ts";
import { linkOf } from "./line.ts";

const ACK = frameBytes({ type: "ack", epoch: 0xbeef, ack: 7 });
const DATA = frameBytes({ type: "data", epoch: 0xbeef, payload: new Uint8Array(400).fill(7) });
const BENT = DATA.with(20, 99);

/** How many frames come of pieces of one frame, so many ms apart. */
const takenInPieces = (size: number, pauseMs: number, bytesPerMs?: number): number => {
  const intake = createIntake(bytesPerMs);
  let frames = 0;
  for (let at = 0, nowMs = 1000; at < DATA.length; at += size, nowMs += pauseMs) {
    frames += intake.take(DATA.subarray(at, at + size), nowMs).frames.length;
  }
  return frames;
};

describe("a partial frame", () => {
  test("is kept through 200 ms of silence, and dropped after more", () => {
    expect(takenInPieces(300, 200)).toBe(1);
    expect(takenInPieces(300, 201)).toBe(0);
  });

  test("is dropped and counted, costs no NAK of its own, and the next frame is taken", () => {
    const intake = createIntake();
    intake.take(ACK.subarray(0, 9), 0);
    expect(intake.take(ACK, 1000)).toMatchObject({ frames: [{ type: "ack" }], isSpoiled: false });
    expect([intake.dropped(), intake.crcErrors()]).toEqual([1, 0]);
  });

  test("is dropped after 1 s and four times the longest frame's time on the line", () => {
    // 4 · 4,096 bytes at 16.384 bytes a ms: 1 s.
    const pieces = Math.ceil(DATA.length / 20) - 1;
    expect(takenInPieces(20, 2000 / pieces, 16.384)).toBe(1);
    expect(takenInPieces(20, 2001 / pieces, 16.384)).toBe(0);
  });

  test("may take as long as at 9,600 baud where the rate is not known", () => {
    expect(takenInPieces(5, 199)).toBe(1);
    expect(takenInPieces(4, 199)).toBe(0);
  });

  test("has a time of its own: behind a delimiter it begins anew, whatever came before", () => {
    for (const before of [ACK, BENT]) {
      const intake = createIntake(16.384);
      const line = Uint8Array.of(...before, ...ACK);
      let nowMs = 0;
      const take = (from: number, to?: number): number => {
        nowMs += 190;
        return intake.take(line.subarray(from, to), nowMs).frames.length;
      };
      for (let at = 0; at < 11; at += 1) take(at, at + 1); // slow, but in time: 1.9 s
      expect(take(11, before.length + 3)).toBe(before === ACK ? 1 : 0);
      take(before.length + 3, before.length + 5);
      expect(take(before.length + 5)).toBe(1);
    }
  });

  test("one byte a second is never a frame, and holds nothing", () => {
    const intake = createIntake();
    const frames = [...ACK].flatMap((byte, i) => [
      ...intake.take(Uint8Array.of(byte), 1000 * i).frames,
    ]);
    expect(frames).toEqual([]);
    expect(intake.take(ACK, 1e6).frames).toHaveLength(1);
  });

  test("of a cable that went does not reach into the next one's bytes", () => {
    const device = linkOf("device", createRandom(SEED));
    device.receive(ACK.subarray(0, 9), 0);
    device.forget();
    device.receive(ACK.subarray(9), 1);
    expect(device.stats()).toMatchObject({ foreign: 0, dropped: 2 });
  });
});

describe("bytes without frames", () => {
  /** When noise is told, with a chunk each 100 ms but for a pause. */
  const toldAt = (chunk: Uint8Array, pause: readonly [number, number]): readonly number[] => {
    const host = linkOf("host", createRandom(SEED));
    const told: number[] = [];
    for (let nowMs = 0; nowMs <= 9000; nowMs += 100) {
      if (nowMs >= pause[0] && nowMs < pause[1]) continue;
      if (host.receive(chunk, nowMs).some(({ kind }) => kind === "noise")) told.push(nowMs);
    }
    return told;
  };
  const NOISE = Uint8Array.of(0xff, 0x00, 0x80);

  test("for 2 s are told once, and counted anew after 2 s of silence", () => {
    expect(toldAt(NOISE, [0, 0])).toEqual([2000]);
    expect(toldAt(NOISE, [1000, 1900])).toEqual([2000]);
    expect(toldAt(NOISE, [1000, 4000])).toEqual([6000]);
    expect(toldAt(ACK, [0, 0])).toEqual([]);
  });

  test("are told again only after a frame came", () => {
    const host = linkOf("host", createRandom(SEED));
    const kinds = (bytes: Uint8Array, nowMs: number) =>
      host.receive(bytes, nowMs).map(({ kind }) => kind);
    for (let nowMs = 0; nowMs < 2000; nowMs += 500) expect(kinds(NOISE, nowMs)).toEqual([]);
    expect([kinds(NOISE, 2000), kinds(NOISE, 4000), kinds(ACK, 4100)]).toEqual([["noise"], [], []]);
    for (let nowMs = 4200; nowMs < 6200; nowMs += 500) expect(kinds(NOISE, nowMs)).toEqual([]);
    expect(kinds(NOISE, 6200)).toEqual(["noise"]);
  });

  test("are no device's business, nor a host's that is not asking", () => {
    for (const side of ["device", "host"] as const) {
      const link = linkOf(side, createRandom(SEED));
      if (side === "host") link.close(0);
      for (let nowMs = 0; nowMs < 9000; nowMs += 100)
        expect(link.receive(NOISE, nowMs)).toEqual([]);
    }
  });
});
