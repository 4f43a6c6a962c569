/**
 * The epochs that a link knows: one live, and on the device one candidate beside it. A candidate
 * takes the live one's place only when the layer above says so; a stray HELLO ends nothing.
 */
import { FLAGS, type Frame } from "../frame/frame.ts";
import { earliest, type FrameParts, type Stream, type StreamEnd } from "./stream.ts";
import { LINK_TIMES } from "./times.ts";

/** One epoch. */
export interface Epoch {
  readonly epoch: number;
  readonly stream: Stream;
  /** Has or begins an `IK` session. */
  isStrong: boolean;
}

/** Why an epoch is over. */
export type EndReason = StreamEnd | "reset" | "replaced" | "cable";

/** An epoch that is over. */
export interface Ended {
  readonly kind: "closed";
  readonly epoch: number;
  readonly reason: EndReason;
}

/** The live epoch and the candidate. */
export interface Epochs {
  readonly live: () => Epoch | undefined;
  readonly find: (epoch: number) => Epoch | undefined;
  readonly all: () => readonly Epoch[];
  /** Puts one in its place; the ones that were there are over. */
  readonly setLive: (one: Epoch) => readonly Ended[];
  readonly setCandidate: (one: Epoch) => readonly Ended[];
  /** Makes the candidate of that number the live one. */
  readonly promote: (epoch: number) => readonly Ended[];
  readonly end: (epoch: number, reason: EndReason) => readonly Ended[];
  /** Whether a DATA frame may be taken now. */
  readonly takesData: (one: Epoch, frame: Frame, nowMs: number) => boolean;
  readonly tick: (nowMs: number) => readonly Ended[];
  readonly deadlineMs: () => number | undefined;
  /** The next frame and its epoch: control before data, and data by turns. */
  readonly pull: (
    nowMs: number,
  ) => { readonly epoch: number; readonly parts: FrameParts } | undefined;
}

const ended = (one: Epoch | undefined, reason: EndReason): readonly Ended[] =>
  one === undefined ? [] : [{ kind: "closed", epoch: one.epoch, reason }];

/** None yet. */
export const createEpochs = (): Epochs => {
  let live: Epoch | undefined;
  let candidate: Epoch | undefined;
  /** Whose data went last. */
  let wentLast: Epoch | undefined;

  const all = (): readonly Epoch[] => [live, candidate].filter((one) => one !== undefined);
  const find = (epoch: number): Epoch | undefined => all().find((one) => one.epoch === epoch);
  const end = (epoch: number, reason: EndReason): readonly Ended[] => {
    const one = find(epoch);
    if (one === live) live = undefined;
    else if (one === candidate) candidate = undefined;
    return ended(one, reason);
  };
  const setLive = (one: Epoch): readonly Ended[] => {
    const events = [
      ...ended(live, "replaced"),
      ...(candidate === one ? [] : ended(candidate, "replaced")),
    ];
    live = one;
    candidate = undefined;
    return events;
  };
  const tickCandidate = (one: Epoch, nowMs: number): EndReason | undefined =>
    one.stream.tick(nowMs, false) ??
    (nowMs >= one.stream.heardMs() + LINK_TIMES.candidate ? "silent" : undefined);
  const reasonFor = (one: Epoch, nowMs: number): EndReason | undefined =>
    one === live ? one.stream.tick(nowMs, true) : tickCandidate(one, nowMs);

  return {
    live: () => live,
    find,
    all,
    setLive,
    setCandidate: (one) => {
      const events = ended(candidate, "replaced");
      candidate = one;
      return events;
    },
    promote: (epoch) => (candidate?.epoch === epoch ? setLive(candidate) : []),
    end,
    takesData: (one, { flags }, nowMs) => {
      const isFree = one === live || one.isStrong || (flags & FLAGS.handshake) !== 0;
      if (isFree || live === undefined || !live.isStrong) return true;
      return nowMs - live.stream.heardMs() >= LINK_TIMES.strongSilence;
    },
    tick: (nowMs) =>
      all().flatMap((one) => {
        const reason = reasonFor(one, nowMs);
        return reason === undefined ? [] : end(one.epoch, reason);
      }),
    deadlineMs: () =>
      earliest(
        live?.stream.deadlineMs(true),
        candidate?.stream.deadlineMs(false),
        candidate && candidate.stream.heardMs() + LINK_TIMES.candidate,
      ),
    pull: (nowMs) => {
      const [first, second] = all();
      for (const one of [first, second]) {
        const parts = one?.stream.pullControl(nowMs);
        if (one !== undefined && parts !== undefined) return { epoch: one.epoch, parts };
      }
      for (const one of wentLast === first ? [second, first] : [first, second]) {
        const parts = one?.stream.pullData(nowMs);
        if (one === undefined || parts === undefined) continue;
        wentLast = one;
        return { epoch: one.epoch, parts };
      }
      return undefined;
    },
  };
};
