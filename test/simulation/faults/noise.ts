/** What other programs, and nobody at all, say on the line: before, between and inside frames. */
import { atWrongRate, NOISES, piecesOf } from "../../../hardware/emulator/kit/faults/noise.ts";
import type { Chance } from "../chance.ts";
import { anyDirection, type Fault, fromSomeChunk } from "./fault.ts";

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
  "login prompt": speaking(NOISES["login prompt"]),
  "kernel log": speaking(NOISES["kernel log"]),
  "AT command": speaking(NOISES["AT command"]),
  "0xFF noise": speaking(NOISES["0xFF noise"]),
  "random noise": speaking(NOISES["random noise"]),
  "wrong baud rate": garbling(atWrongRate),
  BREAK: garbling((chunk) => new Uint8Array(chunk.length)),
} as const satisfies Record<string, Fault>;
