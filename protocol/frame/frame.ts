/**
 * Frames: `00 | COBS(header, payload, CRC-32C) | 00` (Consistent Overhead Byte Stuffing, Cheshire
 * and Baker 1999). A frame that fails a check is dropped and counted; the link repeats it.
 */
import { assert } from "../errors.ts";
import { cobsDecode, cobsOverhead, cobsStuff } from "./cobs.ts";
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

/** Bytes of a PING's and a PONG's payload. */
export const PING_BYTES = 8;

const HEADER = 12;
const CHECK = 4;
const LARGEST = HEADER + LIMITS.framePayloadMaximum + CHECK;
/** Nothing longer can be a frame. */
const LARGEST_STUFFED = LARGEST + cobsOverhead(LARGEST);

const isFrameType = (name: string): name is FrameType => Object.hasOwn(FRAME_TYPES, name);
const TYPE_OF_NUMBER: ReadonlyMap<number, FrameType> = new Map(
  Object.keys(FRAME_TYPES)
    .filter(isFrameType)
    .map((name) => [FRAME_TYPES[name], name]),
);

/** What a type's payload must be; the others' is free. */
const PAYLOAD_BYTES: Partial<Readonly<Record<FrameType, number>>> = {
  ack: 0,
  nak: 0,
  ping: PING_BYTES,
  pong: PING_BYTES,
  reset: 0,
};

const put16 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
};
const get16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const get32 = (bytes: Uint8Array, at: number): number =>
  get16(bytes, at) * 0x1_0000 + get16(bytes, at + 2);

const putHeader = (bytes: Uint8Array, at: number, frame: Frame): void => {
  bytes[at] = (FRAME_VERSION << 4) | FRAME_TYPES[frame.type];
  bytes[at + 1] = frame.flags;
  put16(bytes, at + 2, frame.payload.length);
  put16(bytes, at + 4, frame.epoch);
  put16(bytes, at + 6, frame.seq);
  put16(bytes, at + 8, frame.ack);
  bytes[at + 10] = frame.window;
  bytes[at + 11] = frame.channel;
};

/** The bytes of a frame, delimiters included. It is laid out and stuffed in one buffer. */
export const encodeFrame = (frame: Frame): Uint8Array => {
  const { payload } = frame;
  assert(payload.length <= LIMITS.framePayloadMaximum, "a frame's payload is within its limit");
  const length = HEADER + payload.length + CHECK;
  const start = 1 + cobsOverhead(length);
  const bytes = new Uint8Array(start + length + 1);
  putHeader(bytes, start, frame);
  bytes.set(payload, start + HEADER);
  const end = start + HEADER + payload.length;
  const check = crc32c(bytes, start, end);
  put16(bytes, end, check >>> 16);
  put16(bytes, end + 2, check);
  const stuffedEnd = cobsStuff(bytes, 1, start);
  bytes[stuffedEnd] = 0;
  return bytes.subarray(0, stuffedEnd + 1);
};

/** HELLO belongs to no link, and only DATA has a place in a channel. */
const isInPlace = ({ type, epoch, seq, ack, channel, payload }: Frame): boolean => {
  if (type === "hello" && (epoch !== 0 || ack !== 0)) return false;
  if (type === "helloAck" && ack !== 0) return false;
  if (type !== "data" && (seq !== 0 || channel !== 0)) return false;
  const length = PAYLOAD_BYTES[type];
  return length === undefined || length === payload.length;
};

/** The frame in bytes that were unstuffed and checked. */
const frameOf = (plain: Uint8Array): Frame | undefined => {
  const end = plain.length - CHECK;
  const [first = 0] = plain;
  const type = TYPE_OF_NUMBER.get(first & 15);
  if (type === undefined || first >> 4 !== FRAME_VERSION) return undefined;
  const frame = {
    type,
    flags: plain[1] ?? 0,
    epoch: get16(plain, 4),
    seq: get16(plain, 6),
    ack: get16(plain, 8),
    window: plain[10] ?? 0,
    channel: plain[11] ?? 0,
    payload: plain.subarray(HEADER, end),
  };
  if (get16(plain, 2) !== end - HEADER || end - HEADER > LIMITS.framePayloadMaximum) {
    return undefined;
  }
  const isWithin = frame.channel < LIMITS.channels && frame.window <= LIMITS.window;
  return isWithin && isInPlace(frame) ? frame : undefined;
};

/** Header, payload and check, if the check is right. */
const unstuff = (stuffed: Uint8Array): Uint8Array | undefined => {
  const plain = cobsDecode(stuffed);
  if (plain === undefined || plain.length < HEADER + CHECK) return undefined;
  const end = plain.length - CHECK;
  return get32(plain, end) === crc32c(plain, 0, end) ? plain : undefined;
};

/**
 * The frame between two delimiters; `undefined` for anything that fails a check. Its payload is
 * memory of its own, not the line's.
 */
export const decodeFrame = (stuffed: Uint8Array): Frame | undefined => {
  const plain = unstuff(stuffed);
  return plain && frameOf(plain);
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
  /** How many of them failed their CRC. */
  readonly crcErrors: () => number;
}

/** A reader that begins outside any frame. */
export const createFrameReader = (): FrameReader => {
  const held = new Uint8Array(LARGEST_STUFFED);
  let length = 0;
  let dropped = 0;
  let crcErrors = 0;
  let isOverlong = false;

  const clear = (): void => {
    length = 0;
    isOverlong = false;
  };
  const decode = (stuffed: Uint8Array): Frame | undefined => {
    const plain = isOverlong ? undefined : unstuff(stuffed);
    if (plain === undefined) crcErrors += 1;
    const frame = plain && frameOf(plain);
    if (frame === undefined) dropped += 1;
    return frame;
  };
  const hold = (piece: Uint8Array): void => {
    if (length + piece.length > held.length) {
      isOverlong = true;
      length = Math.max(length, 1);
      return;
    }
    held.set(piece, length);
    length += piece.length;
  };
  /** A piece that ends here; one that also began here is not copied. */
  const finish = (piece: Uint8Array): Frame | undefined => {
    if (length === 0 && piece.length <= held.length) {
      return piece.length === 0 ? undefined : decode(piece);
    }
    hold(piece);
    const frame = decode(held.subarray(0, length));
    clear();
    return frame;
  };

  return {
    push: (bytes) => {
      const frames: Frame[] = [];
      let start = 0;
      for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
        const frame = finish(bytes.subarray(start, end));
        if (frame !== undefined) frames.push(frame);
        start = end + 1;
      }
      if (start < bytes.length) hold(bytes.subarray(start));
      return frames;
    },
    reset: () => {
      if (length > 0) dropped += 1;
      clear();
    },
    isPartial: () => length > 0,
    dropped: () => dropped,
    crcErrors: () => crcErrors,
  };
};
