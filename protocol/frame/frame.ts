/**
 * Frames: `00 | COBS(header, payload, CRC-32C) | 00` (Consistent Overhead Byte Stuffing, Cheshire
 * and Baker 1999). A frame that fails a check is dropped and counted; the link repeats it.
 */
import { assert } from "../errors.ts";
import { cobsDecode, cobsEncode } from "./cobs.ts";
import { crc32c } from "./crc32c.ts";
import { LIMITS } from "../limits.ts";

/** Protocol version in every frame. */
export const FRAME_VERSION = 1;

/** Frame types by their wire number. */
export const FRAME_TYPES = {
  hello: 1,
  helloAck: 2,
  data: 3,
  ack: 4,
  nak: 5,
  ping: 6,
  pong: 7,
  reset: 8,
} as const;

/** A frame's type. */
export type FrameType = keyof typeof FRAME_TYPES;

/** Flag bits. `device` tells direction: a frame with one's own direction is an echo. */
export const FLAGS = {
  first: 0x01,
  last: 0x02,
  handshake: 0x04,
  retransmit: 0x08,
  device: 0x80,
} as const;

/** A frame without its check. All numbers are unsigned and fit their field. */
export interface Frame {
  readonly type: FrameType;
  readonly flags: number;
  readonly epoch: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly channel: number;
  readonly payload: Uint8Array;
}

const HEADER = 12;
const CHECK = 4;
const LARGEST = HEADER + LIMITS.framePayloadMaximum + CHECK;
/** COBS adds one byte per 254 and one; nothing longer can be a frame. */
const LARGEST_STUFFED = LARGEST + Math.ceil(LARGEST / 254) + 1;

const isFrameType = (name: string): name is FrameType => Object.hasOwn(FRAME_TYPES, name);
const TYPE_OF_NUMBER: ReadonlyMap<number, FrameType> = new Map(
  Object.keys(FRAME_TYPES)
    .filter(isFrameType)
    .map((name) => [FRAME_TYPES[name], name]),
);

/** The bytes of a frame, delimiters included. */
export const encodeFrame = (frame: Frame): Uint8Array => {
  const { payload } = frame;
  assert(payload.length <= LIMITS.framePayloadMaximum, "a frame's payload is within its limit");
  const plain = new Uint8Array(HEADER + payload.length + CHECK);
  const view = new DataView(plain.buffer);
  view.setUint8(0, (FRAME_VERSION << 4) | FRAME_TYPES[frame.type]);
  view.setUint8(1, frame.flags);
  view.setUint16(2, payload.length);
  view.setUint16(4, frame.epoch);
  view.setUint16(6, frame.seq);
  view.setUint16(8, frame.ack);
  view.setUint8(10, frame.window);
  view.setUint8(11, frame.channel);
  plain.set(payload, HEADER);
  view.setUint32(HEADER + payload.length, crc32c(plain.subarray(0, HEADER + payload.length)));
  const stuffed = cobsEncode(plain);
  const framed = new Uint8Array(stuffed.length + 2);
  framed.set(stuffed, 1);
  return framed;
};

const frameOf = (plain: Uint8Array): Frame | undefined => {
  const view = new DataView(plain.buffer, plain.byteOffset, plain.length);
  const type = TYPE_OF_NUMBER.get(view.getUint8(0) & 15);
  if (type === undefined || view.getUint8(0) >> 4 !== FRAME_VERSION) return undefined;
  if (view.getUint16(2) !== plain.length - HEADER - CHECK) return undefined;
  const channel = view.getUint8(11);
  if (channel >= LIMITS.channels) return undefined;
  return {
    type,
    flags: view.getUint8(1),
    epoch: view.getUint16(4),
    seq: view.getUint16(6),
    ack: view.getUint16(8),
    window: view.getUint8(10),
    channel,
    payload: plain.slice(HEADER, plain.length - CHECK),
  };
};

/** The frame between two delimiters; `undefined` for anything that fails a check. */
export const decodeFrame = (stuffed: Uint8Array): Frame | undefined => {
  const plain = cobsDecode(stuffed);
  if (plain === undefined || plain.length < HEADER + CHECK) return undefined;
  const view = new DataView(plain.buffer, plain.byteOffset, plain.length);
  const end = plain.length - CHECK;
  if (view.getUint32(end) !== crc32c(plain.subarray(0, end))) return undefined;
  return frameOf(plain);
};

/** Cuts a stream of bytes into frames. It holds at most one stuffed frame. */
export interface FrameReader {
  /** The good frames that these bytes complete, in order. */
  readonly push: (bytes: Uint8Array) => readonly Frame[];
  /** Drops a partial frame. */
  readonly reset: () => void;
  readonly isPartial: () => boolean;
  /** How many pieces were dropped since the start. */
  readonly dropped: () => number;
}

/** A reader that begins outside any frame. */
export const createFrameReader = (): FrameReader => {
  const held = new Uint8Array(LARGEST_STUFFED);
  let length = 0;
  let dropped = 0;
  let isOverlong = false;

  const finish = (frames: Frame[]): void => {
    const frame = length === 0 || isOverlong ? undefined : decodeFrame(held.subarray(0, length));
    if (frame !== undefined) frames.push(frame);
    else if (length > 0) dropped += 1;
    length = 0;
    isOverlong = false;
  };
  const take = (piece: Uint8Array): void => {
    if (length + piece.length > held.length) {
      isOverlong = true;
      length = Math.max(length, 1);
      return;
    }
    held.set(piece, length);
    length += piece.length;
  };

  return {
    push: (bytes) => {
      const frames: Frame[] = [];
      let start = 0;
      for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
        take(bytes.subarray(start, end));
        finish(frames);
        start = end + 1;
      }
      take(bytes.subarray(start));
      return frames;
    },
    reset: () => {
      if (length > 0) dropped += 1;
      length = 0;
      isOverlong = false;
    },
    isPartial: () => length > 0,
    dropped: () => dropped,
  };
};
