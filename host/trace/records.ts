/** Records of one direction of one link, put together from its DATA frames as a receiver does. */
import { concat } from "../../protocol/bytes.ts";
import { FLAGS, type Frame } from "../../protocol/frame/frame.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { readHandshake } from "../../protocol/session/binding.ts";
import type { FrameFate, RecordItem } from "./item.ts";

/** What a DATA frame comes to. */
export interface Collected {
  readonly fate?: Extract<FrameFate, "repeated" | "early">;
  readonly record?: Pick<RecordItem, "channel" | "says" | "bytes">;
}

/** The frames of a direction, in the order of their seq. */
export interface RecordTracer {
  readonly take: (frame: Frame) => Collected;
}

const SEQS = 0x1_0000;

const MALFORMED = { is: "malformed" } as const;

const sayingOf = (flags: number, bytes: Uint8Array): RecordItem["says"] => {
  if ((flags & FLAGS.handshake) === 0) return { is: "transport" };
  const said = readHandshake(bytes);
  if (said === undefined) return MALFORMED;
  const { counter } = said;
  return said.kind === "refused"
    ? { is: "refusal", counter }
    : { is: "handshake", pattern: said.pattern, counter };
};

/** The record so far and what follows; `undefined` where that is too long for one. */
const grown = (before: Uint8Array, { flags, payload }: Frame): Uint8Array | undefined => {
  const held = (flags & FLAGS.first) === 0 ? concat(before, payload) : payload;
  return held.length > LIMITS.record ? undefined : held;
};

/** A direction of a link that has just come up. */
export const createRecordTracer = (): RecordTracer => {
  let expected = 0;
  let held: Uint8Array = new Uint8Array(0);
  return {
    take: (frame) => {
      const { seq, flags, channel } = frame;
      const ahead = (seq - expected + SEQS) % SEQS;
      if (ahead !== 0) return { fate: ahead < SEQS / 2 ? "early" : "repeated" };
      expected = (expected + 1) % SEQS;
      const whole = grown(held, frame);
      held = whole ?? new Uint8Array(0);
      if ((flags & FLAGS.last) === 0) return {};
      const says = whole === undefined ? MALFORMED : sayingOf(flags, whole);
      return { record: { channel, says, bytes: held.length } };
    },
  };
};
