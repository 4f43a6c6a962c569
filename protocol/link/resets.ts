/** Ends that are still to be told to the other side, as RESET frames. */
import type { Frame } from "../frame/frame.ts";
import { LINK_TIMES } from "./times.ts";

/** Ends to tell. */
export interface Resets {
  readonly tell: (epoch: number) => void;
  /** That epoch gave its place to another: whoever goes on in it learns so from his next frame. */
  readonly replaced: (epoch: number) => void;
  /** Takes a frame of an epoch that is not known. */
  readonly foreign: (frame: Frame, nowMs: number) => void;
  /** The next epoch to tell the end of. */
  readonly pull: () => number | undefined;
  readonly clear: () => void;
}

/** The live epoch's and the candidate's. */
const MOST = 2;

/** Nothing to tell. */
export const createResets = (): Resets => {
  let waiting: readonly number[] = [];
  let former: { readonly epoch: number; readonly notBeforeMs: number } | undefined;
  const tell = (epoch: number): void => {
    waiting = [...waiting, epoch].slice(-MOST);
  };
  return {
    tell,
    replaced: (epoch) => {
      former = { epoch, notBeforeMs: 0 };
    },
    foreign: ({ epoch, type }, nowMs) => {
      if (former?.epoch !== epoch || type === "reset" || nowMs < former.notBeforeMs) return;
      former = { epoch, notBeforeMs: nowMs + LINK_TIMES.resetAgain };
      tell(epoch);
    },
    pull: () => {
      const [epoch] = waiting;
      waiting = waiting.slice(1);
      return epoch;
    },
    clear: () => {
      waiting = [];
      former = undefined;
    },
  };
};
