/** Whole frames that get lost, come twice, or are cut short. */
import { isOf } from "../../../hardware/emulator/kit/faults/frames.ts";
import type { FrameType } from "../../../protocol/frame/frame.ts";
import { anyDirection, type Fault, fromSomeChunk, opposite } from "./fault.ts";

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
