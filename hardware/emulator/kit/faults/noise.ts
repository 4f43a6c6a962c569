/** What other programs, and nobody at all, say on a line. */
import type { Draws } from "./draws.ts";

/** Bytes that are no frame. */
export type Noise = (draws: Draws) => Uint8Array;

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

const kernelLines: Noise = (draws) =>
  text(
    Array.from({ length: draws.magnitude(1, 60) }, (_, i) => {
      const second = draws.below(1_000);
      return `[ ${second}.${draws.below(1_000_000)}] usb 1-${i}: new high-speed USB device\r\n`;
    }).join(""),
  );

/** Noises by their names. */
export const NOISES = {
  "login prompt": () => text("\r\nraspberrypi login: "),
  "kernel log": kernelLines,
  "AT command": () => text("AT\rATE0Q0V1\r+++ATH\r"),
  "0xFF noise": (draws) => new Uint8Array(draws.magnitude(1, 20_000)).fill(0xff),
  "random noise": (draws) => draws.bytes(draws.magnitude(1, 2 ** 20)),
} as const satisfies Record<string, Noise>;

/** Noise is put on a line in pieces of this size. */
const PIECE = 4_096;

/** Noise in the pieces in which a line carries it. */
export const piecesOf = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, i) =>
    bytes.subarray(i * PIECE, (i + 1) * PIECE),
  );

/** Bytes at a wrong rate: other bytes, and another number of them. */
export const atWrongRate = (chunk: Uint8Array, draws: Draws): Uint8Array =>
  draws.bytes(Math.max(1, Math.round(chunk.length * draws.pick([0.5, 1, 1.5]))));
