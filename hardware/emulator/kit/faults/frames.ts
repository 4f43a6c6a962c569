/** Whole frames that are lost, come twice, are cut short or changed under a right CRC. */
import { decodeAs, encodeAs } from "../../../../protocol/cbor/cbor.ts";
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type FrameType,
} from "../../../../protocol/frame/frame.ts";
import { HELLO } from "../../../../protocol/link/hello.ts";
import type { Draws } from "./draws.ts";

/** The frame that a chunk is; `undefined` where it is none, or not one alone. */
export const frameOf = (chunk: Uint8Array): Frame | undefined => {
  let start = 0;
  while (start < chunk.length && chunk[start] === 0) start += 1;
  const end = chunk.indexOf(0, start);
  return end === chunk.length - 1 ? decodeFrame(chunk.subarray(start, end)) : undefined;
};

/** The chunk of a frame that was changed: its CRC is right. */
export const edited = (frame: Frame, changes: Partial<Frame>): Uint8Array =>
  encodeFrame({ ...frame, ...changes });

/** Whether a chunk is a frame of that type. */
export const isOf = (chunk: Uint8Array, type: FrameType): boolean => frameOf(chunk)?.type === type;

/** What arrives in the place of a chunk; `undefined` where it is none of those that it is for. */
export type Strike = (chunk: Uint8Array, draws: Draws) => readonly Uint8Array[] | undefined;

const losing =
  (type: FrameType): Strike =>
  (chunk) =>
    isOf(chunk, type) ? [] : undefined;

const replaying =
  (type: FrameType): Strike =>
  (chunk) =>
    isOf(chunk, type) ? [chunk, chunk] : undefined;

/** Where a whole frame is cut off: its end is another's beginning. */
const truncate: Strike = (chunk, draws) =>
  isOf(chunk, "data") ? [chunk.subarray(0, 1 + draws.below(chunk.length - 1))] : undefined;

/** A downgrade: no session comes of it. */
const editHello: Strike = (chunk) => {
  const frame = frameOf(chunk);
  if (frame?.type !== "hello" && frame?.type !== "helloAck") return undefined;
  const hello = decodeAs(HELLO, frame.payload);
  return hello && [edited(frame, { payload: encodeAs(HELLO, { ...hello, window: 1 }) })];
};

/** A bit of a record flips, and its frame's CRC is made right again. */
const alterRecord: Strike = (chunk, draws) => {
  const frame = frameOf(chunk);
  if (frame?.type !== "data" || frame.payload.length === 0) return undefined;
  const payload = Uint8Array.from(frame.payload);
  const bit = draws.below(8 * payload.length);
  payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return [edited(frame, { payload })];
};

const MOST_PAYLOAD = 4_096;

/** A frame beyond every limit, behind one that is good. */
const oversize: Strike = (chunk) => {
  const frame = frameOf(chunk);
  const payload = new Uint8Array(MOST_PAYLOAD).fill(7);
  return frame && [chunk, edited(frame, { payload })];
};

/** One end is told that the other takes nothing. */
const shutWindow: Strike = (chunk) => {
  const frame = frameOf(chunk);
  const isLink = frame?.type === "ack" || frame?.type === "data";
  return frame !== undefined && isLink ? [edited(frame, { window: 0 })] : undefined;
};

/** Faults of whole frames. */
export const STRIKES = {
  "frame lost": losing("data"),
  "ACK lost": losing("ack"),
  "NAK lost": losing("nak"),
  "HELLO_ACK lost": losing("helloAck"),
  "frame replayed": replaying("data"),
  "ACK replayed": replaying("ack"),
  "frame truncated": truncate,
  "oversize frame": oversize,
  "HELLO edited": editHello,
  "record altered": alterRecord,
  "window shut": shutWindow,
} as const satisfies Record<string, Strike>;
