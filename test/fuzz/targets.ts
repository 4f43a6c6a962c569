/**
 * What reads hostile bytes, and what must hold of it whatever they are. A property that does not
 * hold throws; so does a reader that throws by itself.
 */
import { isSame } from "../../protocol/bytes.ts";
import { decodeMessage, encodeMessage } from "../../protocol/call/envelope.ts";
import { decodeAs, decodeCbor, encodeAs, encodeCbor } from "../../protocol/cbor/cbor.ts";
import { assert } from "../../protocol/errors.ts";
import {
  createFrameReader,
  decodeFrame,
  encodeFrame,
  type Frame,
} from "../../protocol/frame/frame.ts";
import { HELLO } from "../../protocol/link/hello.ts";
import { LIMITS } from "../../protocol/limits.ts";

/** A reader under attack. */
export interface Target {
  /** Also the folder of its corpus. */
  readonly name: "frames" | "cbor" | "hello" | "messages";
  /** Reads the bytes, checks what must hold, and tells whether anything was accepted. */
  readonly read: (bytes: Uint8Array) => boolean;
}

const isEqual = (a: unknown, b: unknown): boolean => Bun.deepEquals(a, b, true);

/** How many items and bytes a decoded value holds. */
const sizeOf = (value: unknown): number => {
  if (value instanceof Uint8Array) return 1 + value.length;
  if (typeof value === "string") return 1 + value.length;
  const parts = value instanceof Map ? [...value.values()] : Array.isArray(value) ? [...value] : [];
  return parts.reduce<number>((sum, part) => sum + sizeOf(part), 1);
};

const cbor: Target = {
  name: "cbor",
  read: (bytes) => {
    const before = bytes.toHex();
    const decoded = decodeCbor(bytes);
    assert(bytes.toHex() === before, "reading changes nothing");
    if (!decoded.ok) return false;
    assert(isSame(encodeCbor(decoded.value), bytes), "what is accepted is written the same");
    assert(sizeOf(decoded.value) <= bytes.length, "a value is no larger than its bytes");
    return true;
  },
};

const hello: Target = {
  name: "hello",
  read: (bytes) => {
    const read = decodeAs(HELLO, bytes);
    if (read === undefined) return false;
    assert(HELLO.check(read), "what is read was checked");
    const again = encodeAs(HELLO, read);
    assert(isEqual(decodeAs(HELLO, again), read), "what is read comes back");
    assert(again.length <= bytes.length, "members of later versions are dropped, none is added");
    return true;
  },
};

const messages: Target = {
  name: "messages",
  read: (bytes) => {
    const read = decodeMessage(bytes);
    if (!read.ok) return false;
    const again = encodeMessage(read.value);
    const back = decodeMessage(again);
    assert(back.ok && isEqual(back.value, read.value), "what is read comes back");
    // A refusal may name an error of a later version, or a detail twice: these are read as less.
    if (read.value.kind === "refusal") return true;
    assert(isSame(again, bytes), "what is accepted is written the same");
    return true;
  },
};

const checkFrame = (frame: Frame): void => {
  const inside = encodeFrame(frame).subarray(1, -1);
  assert(!inside.includes(0), "no delimiter inside a frame");
  assert(isEqual(decodeFrame(inside), frame), "what is read comes back");
  assert(frame.payload.length <= LIMITS.framePayloadMaximum, "a payload is within its limit");
  assert(frame.channel < LIMITS.channels, "a channel of the link");
};

/** The frames of a stream that comes in pieces of `length` bytes. */
const framesOf = (bytes: Uint8Array, length: number): readonly Frame[] => {
  const reader = createFrameReader();
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += length) {
    frames.push(...reader.push(bytes.subarray(at, at + length)));
  }
  assert(reader.dropped() <= bytes.length, "no more pieces dropped than bytes came");
  return frames;
};

const frames: Target = {
  name: "frames",
  read: (bytes) => {
    const whole = framesOf(bytes, bytes.length);
    const pieces = framesOf(bytes, 1 + (bytes.length % 7));
    assert(isEqual(pieces, whole), "the frames do not depend on how the bytes are cut");
    whole.forEach(checkFrame);
    const carried = whole.reduce((sum, frame) => sum + 18 + frame.payload.length, 0);
    assert(carried <= bytes.length + whole.length, "frames hold no more than came");
    return whole.length > 0;
  },
};

/** All of them. */
export const TARGETS: readonly Target[] = [frames, cbor, hello, messages];
