/** What other programs, and nobody at all, say on the line: before, between and inside frames. */
import type { Chance } from "../chance.ts";
import { anyDirection, type Fault, fromSomeChunk } from "./fault.ts";

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

/** Noise is put on the line in pieces of this size. */
const PIECE = 4_096;

const piecesOf = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, i) =>
    bytes.subarray(i * PIECE, (i + 1) * PIECE),
  );

const speaking =
  (noiseOf: (chance: Chance) => Uint8Array): Fault =>
  (room) => {
    const { chance } = room;
    let left = chance.magnitude(1, 4);
    fromSomeChunk(room, anyDirection(room), (chunk) => {
      const noise = piecesOf(noiseOf(chance));
      const cut = chance.pick([0, chunk.length, chance.below(chunk.length + 1)]);
      room.happened();
      left -= 1;
      return {
        chunks: [chunk.subarray(0, cut), ...noise, chunk.subarray(cut)],
        isDone: left === 0,
      };
    });
  };

const kernelLines = (chance: Chance): Uint8Array =>
  text(
    Array.from({ length: chance.magnitude(1, 60) }, (_, i) => {
      const second = chance.below(1_000);
      return `[ ${second}.${chance.below(1_000_000)}] usb 1-${i}: new high-speed USB device\r\n`;
    }).join(""),
  );

/** Bytes at a wrong rate: other bytes, and another number of them. */
const atWrongRate = (chunk: Uint8Array, chance: Chance): Uint8Array =>
  chance.bytes(Math.max(1, Math.round(chunk.length * chance.pick([0.5, 1, 1.5]))));

const garbling =
  (garble: (chunk: Uint8Array, chance: Chance) => Uint8Array): Fault =>
  (room) => {
    const { chance, world } = room;
    const untilMs = { at: 0 };
    const isBoth = chance.isLucky(0.7);
    const directions = isBoth ? (["toDevice", "toHost"] as const) : [anyDirection(room)];
    for (const direction of directions) {
      fromSomeChunk(room, direction, (chunk) => {
        if (untilMs.at === 0) {
          untilMs.at = world.nowMs() + chance.magnitude(10, 20_000);
          room.happened();
        }
        if (world.nowMs() >= untilMs.at) return { chunks: [chunk], isDone: true };
        return { chunks: [garble(chunk, chance)], isDone: false };
      });
    }
  };

/** Faults that are noise. */
export const NOISE_FAULTS = {
  "login prompt": speaking(() => text("\r\nraspberrypi login: ")),
  "kernel log": speaking(kernelLines),
  "AT command": speaking(() => text("AT\rATE0Q0V1\r+++ATH\r")),
  "0xFF noise": speaking((chance) => new Uint8Array(chance.magnitude(1, 20_000)).fill(0xff)),
  "random noise": speaking((chance) => chance.bytes(chance.magnitude(1, 2 ** 20))),
  "wrong baud rate": garbling(atWrongRate),
  BREAK: garbling((chunk) => new Uint8Array(chunk.length)),
} as const satisfies Record<string, Fault>;
