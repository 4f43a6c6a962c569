/**
 * Whether an end believes that nobody is there: with no byte heard since, it asks three times, and
 * then says so with a RESET or keeps silent. Who waits for a window asks oftener, and so does a
 * device whose live link's place another wants, when that one's bytes come. These are another
 * matter: only PINGs that come a while after the last one, and after the last byte, are counted.
 */
import type { Frame } from "../../protocol/frame/frame.ts";
import { LINK_TIMES } from "../../protocol/link/times.ts";

/** As many as SPEC says, whatever a broken world makes of it. */
const MOST_PINGS: number = LINK_TIMES.pings;
/** Times round. */
const APART_MS = LINK_TIMES.pingAgain - 1;

/** One end's PINGs, watched. */
export interface PingWatch {
  /** Bytes have arrived at the end, good or bad. */
  readonly heard: (nowMs: number) => void;
  /** A frame leaves it; false for a PING after three that nobody answered. */
  readonly sent: (frame: Frame, nowMs: number) => boolean;
}

interface Asked {
  readonly times: number;
  readonly atMs: number;
}

/** Nothing asked yet. */
export const createPingWatch = (): PingWatch => {
  const unanswered = new Map<number, Asked>();
  let heardMs = -APART_MS;
  return {
    heard: (nowMs) => {
      heardMs = nowMs;
      unanswered.clear();
    },
    sent: ({ type, epoch }, nowMs) => {
      if (type !== "ping") return true;
      const { times, atMs } = unanswered.get(epoch) ?? { times: 0, atMs: -APART_MS };
      const isCounted = nowMs - atMs >= APART_MS && nowMs - heardMs >= APART_MS;
      unanswered.set(epoch, { times: isCounted ? times + 1 : times, atMs: nowMs });
      return !isCounted || times < MOST_PINGS;
    },
  };
};
