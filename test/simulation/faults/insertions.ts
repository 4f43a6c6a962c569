/**
 * A man in the middle who puts a record of his own between two of the worker's: he counts on for
 * both ends, so that neither misses a frame or hears of one too many.
 */
import { FLAGS, type Frame } from "../../../protocol/frame/frame.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { handshakeRecord } from "../../../protocol/session/binding.ts";
import type { Fault, FaultRoom } from "./fault.ts";
import type { World } from "../world.ts";
import { edited, frameOf } from "../../../hardware/emulator/kit/faults/frames.ts";

/** From the inserted frame on, the device's count of the host's frames is one ahead. */
const shift = ({ cable }: FaultRoom, { epoch, seq: from }: Frame): void => {
  const isLater = (seq: number): boolean => ((seq - from) & 0xffff) < 0x8000;
  cable.toDevice.meddle((chunk) => {
    const frame = frameOf(chunk);
    if (frame?.type !== "data" || frame.epoch !== epoch || !isLater(frame.seq)) return undefined;
    return [edited(frame, { seq: (frame.seq + 1) & 0xffff })];
  }, "lasting");
  cable.toHost.meddle((chunk) => {
    const frame = frameOf(chunk);
    const told = ((frame?.ack ?? 0) - 1) & 0xffff;
    if (frame?.epoch !== epoch || !isLater(told)) return undefined;
    return [edited(frame, { ack: told })];
  }, "lasting");
};

/** Whether it begins a record, and for the first time. */
const isBetween = ({ flags }: Frame): boolean =>
  (flags & FLAGS.first) !== 0 && (flags & FLAGS.retransmit) === 0;

/**
 * When somebody last inserted something: two at once would send more than a window of 1 holds, and
 * lose their own place in the count.
 */
const lastMs = new WeakMap<World, number>();

const isFirstNow = ({ world }: FaultRoom): boolean => {
  const nowMs = world.nowMs();
  const isFirst = lastMs.get(world) !== nowMs;
  lastMs.set(world, nowMs);
  return isFirst;
};

/** Whether the frame begins a record of the same link, and nobody else has got at it. */
const isPlace = (room: FaultRoom, first: Frame, frame: Frame): boolean =>
  first.epoch === frame.epoch && isBetween(frame) && isFirstNow(room);

/** Puts a handshake record before some record of the worker's. */
const inserting =
  (recordOf: (first: Frame, room: FaultRoom) => Uint8Array): Fault =>
  (room) => {
    let first: Frame | undefined;
    let left = room.chance.magnitude(1, 12);
    const stop = room.cable.toDevice.meddle((chunk) => {
      const frame = frameOf(chunk);
      if (frame?.type !== "data") return undefined;
      if ((frame.flags & FLAGS.handshake) !== 0) first ??= frame;
      left -= 1;
      if (left > 0 || first === undefined || !isPlace(room, first, frame)) return undefined;
      stop();
      left = Number.POSITIVE_INFINITY; // more chunks of this moment may be on their way here
      room.happened();
      const flags = FLAGS.first | FLAGS.last | FLAGS.handshake;
      const inserted = edited(frame, { flags, payload: recordOf(first, room) });
      shift(room, frame);
      return [inserted, edited(frame, { seq: (frame.seq + 1) & 0xffff })];
    });
  };

/** The worker's own first message, again. */
const insertReplay: Fault = inserting((first) => first.payload);

/** A handshake that counts on, and opens under no key. */
const insertForgery: Fault = inserting((_, { chance }) =>
  handshakeRecord(
    chance.pick(["IK", "NNpsk0"]),
    chance.between(1_000, 0xffff),
    chance.bytes(chance.pick([0, 32, 96])),
  ),
);

/**
 * Anyone's handshake, which is answered: the worker's own is over if it was under way, and all that
 * he begins in this link count less.
 */
const insertAnyones: Fault = inserting((_, { chance }) =>
  handshakeRecord("NN", chance.between(100, LIMITS.counterStep), chance.bytes(32)),
);

/** Faults that add to what was said. */
export const INSERTIONS = {
  "handshake inserted": insertReplay,
  "handshake forged": insertForgery,
  "anyone's handshake inserted": insertAnyones,
} as const satisfies Record<string, Fault>;
