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
  /** Has begun an `IK` handshake. */
  isClaimed: boolean;
  /** Has an `IK` session: begun and confirmed. */
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
  /** Puts one in its place; the one that was there is over. A host has no candidates. */
  readonly setLive: (one: Epoch) => readonly Ended[];
  readonly setCandidate: (one: Epoch) => readonly Ended[];
  /** Makes the candidate of that number the live one. */
  readonly promote: (epoch: number) => readonly Ended[];
  readonly end: (epoch: number, reason: EndReason) => readonly Ended[];
  /** Whether a DATA frame may be taken now; if it is contested, the live link is asked. */
  readonly takesData: (one: Epoch, frame: Frame, nowMs: number) => boolean;
  readonly tick: (nowMs: number) => readonly Ended[];
  readonly deadlineMs: () => number | undefined;
  /** The next frame and its epoch: control before data, and data by turns. */
  readonly pull: (
    nowMs: number,
  ) => { readonly epoch: number; readonly parts: FrameParts } | undefined;
}

/** What leaves next of some epochs: control frames first. */
const nextOf = (
  inTurn: readonly Epoch[],
  pull: (one: Epoch) => FrameParts | undefined,
): { readonly from: Epoch; readonly parts: FrameParts } | undefined => {
  for (const from of inTurn) {
    const parts = pull(from);
    if (parts !== undefined) return { from, parts };
  }
  return undefined;
};

const ended = (one: Epoch | undefined, reason: EndReason): readonly Ended[] =>
  one === undefined ? [] : [{ kind: "closed", epoch: one.epoch, reason }];

const tickCandidate = ({ stream }: Epoch, nowMs: number): EndReason | undefined =>
  stream.tick(nowMs, false) ??
  (nowMs >= stream.heardMs() + LINK_TIMES.candidate ? "silent" : undefined);

/**
 * Whose turn it is: control frames first, then data of the two by turns. An ACK takes its epoch's
 * turn, with data to ride on or without: a lively link could keep the other from speaking.
 */
const createTurn = (all: () => readonly Epoch[]): Epochs["pull"] => {
  let wentLast: Epoch | undefined;
  return (nowMs) => {
    const known = all();
    const control = nextOf(known, ({ stream }) => stream.pullControl());
    if (control !== undefined) return { epoch: control.from.epoch, parts: control.parts };
    const inTurn = wentLast === known[0] ? known.toReversed() : known;
    const data = nextOf(inTurn, ({ stream }) => stream.pullData(nowMs));
    if (data === undefined) return undefined;
    wentLast = data.from;
    return { epoch: data.from.epoch, parts: data.parts };
  };
};

/** None yet. */
export const createEpochs = (): Epochs => {
  let live: Epoch | undefined;
  let candidate: Epoch | undefined;

  const all = (): readonly Epoch[] => [live, candidate].filter((one) => one !== undefined);
  const find = (epoch: number): Epoch | undefined => all().find((one) => one.epoch === epoch);
  const end = (epoch: number, reason: EndReason): readonly Ended[] => {
    const one = find(epoch);
    if (one === live) live = undefined;
    else if (one === candidate) candidate = undefined;
    return ended(one, reason);
  };
  const setLive = (one: Epoch): readonly Ended[] => {
    const events = ended(live, "replaced");
    live = one;
    candidate = undefined;
    return events;
  };
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
      const isFree = one === live || one.isClaimed || (flags & FLAGS.handshake) !== 0;
      if (isFree || live === undefined || !live.isStrong) return true;
      return live.stream.contest(nowMs);
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
    pull: createTurn(all),
  };
};
