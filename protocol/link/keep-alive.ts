/** When to ask whether the other side is still there, and when to believe that it is not. */
import { LINK_TIMES } from "./times.ts";

/** What was heard of the other side, and what was asked. */
export interface KeepAlive {
  readonly hear: (nowMs: number) => void;
  readonly heardMs: () => number;
  /** `shut` tells whether something waits for a window; `ask` is a PING's turn. */
  readonly tick: (nowMs: number, shut: boolean) => "ask" | "silent" | "shut" | undefined;
  readonly deadlineMs: (shut: boolean) => number;
  /** Something that was sent has been taken. */
  readonly advance: () => void;
  /** Another wants this link's place: whether to ask it now, and whether it is too silent. */
  readonly contest: (nowMs: number) => { readonly asks: boolean; readonly isSilent: boolean };
}

/** Heard at `nowMs` for the first time. */
export const createKeepAlive = (nowMs: number): KeepAlive => {
  let heardMs = nowMs;
  let pings = 0;
  let shutSinceMs: number | undefined;
  let askedMs = nowMs;
  let pingedMs = nowMs;
  /** The first PING since the other side was heard. */
  let unansweredMs: number | undefined;
  let contestedMs = nowMs;

  // From the last PING on: a program that slept for long asks before it gives up.
  const silentMs = (): number =>
    pings === 0 ? heardMs + LINK_TIMES.pingAfter : pingedMs + LINK_TIMES.pingAgain;
  // Sums, as in `deadlineMs`: a difference may round to less, and what is due would not be done.
  const askShut = (atMs: number): "ask" | "shut" | undefined => {
    shutSinceMs ??= atMs;
    if (atMs >= shutSinceMs + LINK_TIMES.shutMost) return "shut";
    if (atMs < Math.max(askedMs, shutSinceMs) + LINK_TIMES.shutAgain) return undefined;
    askedMs = atMs;
    return "ask";
  };
  return {
    hear: (atMs) => {
      heardMs = atMs;
      pings = 0;
      unansweredMs = undefined;
    },
    heardMs: () => heardMs,
    tick: (atMs, shut) => {
      if (atMs >= silentMs()) {
        if (pings >= LINK_TIMES.pings) return "silent";
        pings += 1;
        pingedMs = atMs;
        askedMs = atMs;
        unansweredMs ??= atMs;
        return "ask";
      }
      return shut ? askShut(atMs) : undefined;
    },
    deadlineMs: (shut) => {
      if (!shut) return silentMs();
      if (shutSinceMs === undefined) return askedMs; // at once: from then on it is counted
      const askMs = Math.max(askedMs, shutSinceMs) + LINK_TIMES.shutAgain;
      return Math.min(silentMs(), askMs, shutSinceMs + LINK_TIMES.shutMost);
    },
    advance: () => {
      shutSinceMs = undefined;
    },
    contest: (atMs) => {
      const asks = unansweredMs === undefined || atMs >= contestedMs + LINK_TIMES.probeAgain;
      if (asks) contestedMs = atMs;
      unansweredMs ??= atMs;
      const isUnanswered = atMs >= unansweredMs + LINK_TIMES.probe;
      return { asks, isSilent: isUnanswered && atMs >= heardMs + LINK_TIMES.strongSilence };
    },
  };
};
