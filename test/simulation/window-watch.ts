/**
 * Whether a sender keeps within the other side's window: seen from the line, by the frames that
 * went in and out of one end.
 */
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import type { Frame } from "../../protocol/frame/frame.ts";
import { HELLO } from "../../protocol/link/hello.ts";

/** One end's sending, watched. */
export interface WindowWatch {
  /** A frame has arrived at the end. */
  readonly received: (frame: Frame) => void;
  /** A frame leaves it; false where nobody has asked for so many. */
  readonly sent: (frame: Frame) => boolean;
}

interface Sending {
  /** What the other side expects next, and how many frames it takes from there. */
  ack: number;
  window: number;
  /** The seq after the last one that was sent. */
  next: number;
}

const stepsTo = (seq: number, from: number): number => (seq - from) & 0xffff;

/** Half of the circle lies ahead; what lies behind was sent before. */
const isAhead = (steps: number): boolean => steps < 0x8000;

/** Nothing said yet. */
export const createWindowWatch = (): WindowWatch => {
  const byEpoch = new Map<number, Sending>();
  /** What the last greeting offered, for the epoch that comes of it. */
  let offered = 0;
  const sendingIn = (epoch: number): Sending => {
    const known = byEpoch.get(epoch) ?? { ack: 0, window: offered, next: 0 };
    byEpoch.set(epoch, known);
    return known;
  };
  return {
    received: ({ type, epoch, ack, window, payload }) => {
      if (type === "hello" || type === "helloAck") {
        offered = decodeAs(HELLO, payload)?.window ?? offered;
        return;
      }
      const sending = sendingIn(epoch);
      if (stepsTo(ack, sending.ack) > stepsTo(sending.next, sending.ack)) return; // it says nothing
      sending.ack = ack;
      sending.window = window;
    },
    sent: ({ type, epoch, seq }) => {
      if (type !== "data") return true;
      const sending = sendingIn(epoch);
      const outstanding = stepsTo(seq, sending.ack);
      if (isAhead(stepsTo(seq, sending.next))) sending.next = (seq + 1) & 0xffff;
      return !isAhead(outstanding) || outstanding < sending.window;
    },
  };
};
