/** What the line brings: bytes cut into frames, partial frames that took too long, noise. */
import { createFrameReader, type Frame } from "../frame/frame.ts";
import { LIMITS } from "../limits.ts";
import { LINK_TIMES } from "./times.ts";

/** Frames and what else the bytes told. */
export interface Taken {
  readonly frames: readonly Frame[];
  /** Whether a piece failed its CRC. */
  readonly isSpoiled: boolean;
}

/** The end of the line where bytes come in. */
export interface Intake {
  readonly take: (bytes: Uint8Array, nowMs: number) => Taken;
  /** Whether bytes have come for 2 s, and no good frame; told once, until one comes. */
  readonly isNoise: (nowMs: number) => boolean;
  /** What was begun is void. */
  readonly reset: () => void;
  /** Pieces that were no frame, and those of them that failed their CRC. */
  readonly dropped: () => number;
  readonly crcErrors: () => number;
}

/** The slowest line anybody uses, 9,600 baud, where the rate is not known. */
const SLOWEST_BYTES_PER_MS = 0.96;

/** How long the largest frame may take. */
const frameMs = (bytesPerMs: number): number =>
  LINK_TIMES.wholeFrame + (4 * LIMITS.framePayloadMaximum) / bytesPerMs;

/** Nothing has come yet. `bytesPerMs` is the line's rate, where it is known. */
export const createIntake = (bytesPerMs: number = SLOWEST_BYTES_PER_MS): Intake => {
  const reader = createFrameReader();
  const longestMs = frameMs(bytesPerMs);
  let lastByteMs = 0;
  let frameSinceMs = 0;
  let noiseSinceMs: number | undefined;
  let isTold = false;

  const dropLate = (nowMs: number): void => {
    if (!reader.isPartial()) return;
    const isSilent = nowMs - lastByteMs > LINK_TIMES.partialFrame;
    if (isSilent || nowMs - frameSinceMs > longestMs) reader.reset();
  };
  return {
    take: (bytes, nowMs) => {
      dropLate(nowMs);
      // Behind a delimiter another frame begins, good or bad as the one before it was.
      if (!reader.isPartial() || bytes.includes(0)) frameSinceMs = nowMs;
      const before = reader.crcErrors();
      const frames = reader.push(bytes);
      if (frames.length > 0) {
        noiseSinceMs = undefined;
        isTold = false;
      } else if (nowMs - lastByteMs > LINK_TIMES.noise) noiseSinceMs = nowMs;
      else noiseSinceMs ??= nowMs;
      lastByteMs = nowMs;
      return { frames, isSpoiled: reader.crcErrors() > before };
    },
    isNoise: (nowMs) => {
      const isLong = noiseSinceMs !== undefined && nowMs - noiseSinceMs >= LINK_TIMES.noise;
      if (!isLong || isTold) return false;
      isTold = true;
      return true;
    },
    reset: () => {
      reader.reset();
      noiseSinceMs = undefined;
      isTold = false;
    },
    dropped: reader.dropped,
    crcErrors: reader.crcErrors,
  };
};
