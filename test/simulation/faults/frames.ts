/** Whole frames that get lost, come twice, or are cut short. */
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type FrameType,
} from "../../../protocol/frame/frame.ts";
import { anyDirection, type Fault, fromSomeChunk, opposite } from "./fault.ts";

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

const isOf = (chunk: Uint8Array, type: FrameType): boolean => frameOf(chunk)?.type === type;

const losing =
  (type: FrameType): Fault =>
  (room) => {
    let left = room.chance.magnitude(1, 6);
    fromSomeChunk(room, anyDirection(room), (chunk) => {
      if (!isOf(chunk, type)) return undefined;
      room.happened();
      left -= 1;
      return { chunks: [], isDone: left === 0 };
    });
  };

/** At once, or some chunks later. */
const replaying =
  (type: FrameType): Fault =>
  (room) => {
    const { chance } = room;
    let late = chance.pick([0, 0, 1, 3, 20]);
    let copy: Uint8Array | undefined;
    fromSomeChunk(room, anyDirection(room), (chunk) => {
      if (copy === undefined) {
        if (!isOf(chunk, type)) return undefined;
        copy = Uint8Array.from(chunk);
      }
      late -= 1;
      if (late >= 0) return undefined;
      room.happened();
      return { chunks: [chunk, copy], isDone: true };
    });
  };

/** A NAK is said where a frame is missing: so one gets lost first. */
const withLoss =
  (fault: "lost" | "replayed"): Fault =>
  (room) => {
    const direction = anyDirection(room);
    fromSomeChunk(room, direction, (chunk) => {
      if (!isOf(chunk, "data")) return undefined;
      const stop = room.cable[opposite(direction)].meddle((answer) => {
        if (!isOf(answer, "nak")) return undefined;
        stop();
        room.happened();
        return fault === "lost" ? [] : [answer, answer];
      });
      return { chunks: [chunk.subarray(0, 20), Uint8Array.of(0)], isDone: true };
    });
  };

/** The beginning of a frame, and then nothing for a while. */
const truncating: Fault = (room) => {
  const { chance, world } = room;
  let untilMs: number | undefined;
  fromSomeChunk(room, anyDirection(room), (chunk) => {
    if (untilMs !== undefined) return { chunks: [], isDone: world.nowMs() >= untilMs };
    room.happened();
    untilMs = world.nowMs() + chance.magnitude(1, 5_000);
    return { chunks: [chunk.subarray(0, chance.below(chunk.length))], isDone: false };
  });
};

/** Faults of whole frames. */
export const FRAME_FAULTS = {
  "frame lost": losing("data"),
  "ACK lost": losing("ack"),
  "NAK lost": withLoss("lost"),
  "HELLO_ACK lost": losing("helloAck"),
  "frame replayed": replaying("data"),
  "ACK replayed": replaying("ack"),
  "NAK replayed": withLoss("replayed"),
  "truncation and silence": truncating,
} as const satisfies Record<string, Fault>;
