/**
 * From the bytes of a line to items. A pure state machine over both directions: the same bytes at
 * the same times give the same items, live or from a recording.
 */
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { FLAGS, type Frame } from "../../protocol/frame/frame.ts";
import { HELLO } from "../../protocol/link/hello.ts";
import { createIntake, type Intake } from "../../protocol/link/intake.ts";
import type { Direction, DroppedItem, FrameFate, FrameItem, LineItem } from "./item.ts";
import { createRecordTracer, type RecordTracer } from "./records.ts";

/** Reads a line. */
export interface TraceDecoder {
  readonly take: (direction: Direction, bytes: Uint8Array, atMs: number) => readonly LineItem[];
}

/** One direction of the line: what comes, and bytes of the piece that has begun. */
interface Lane {
  readonly intake: Intake;
  pieceBytes: number;
}

interface State {
  readonly lanes: Readonly<Record<Direction, Lane>>;
  /** The link that is up, as far as the line tells. */
  epoch: number | undefined;
  records: Readonly<Record<Direction, RecordTracer>>;
}

const FLAG_NAMES = Object.entries(FLAGS).filter(([name]) => name !== "device");
const NONE = new Uint8Array(0);

const createLane = (): Lane => ({ intake: createIntake(), pieceBytes: 0 });
const createRecords = () => ({ in: createRecordTracer(), out: createRecordTracer() });

/** A host's frame that comes in is our own; what the tracing program sends is a host's. */
const isEcho = ({ flags }: Frame, direction: Direction): boolean =>
  direction === "in" && (flags & FLAGS.device) === 0;

const isGreeting = ({ type }: Frame): boolean => type === "hello" || type === "helloAck";

const itemOf = (
  { type, flags, payload, ...rest }: Frame,
  place: Pick<FrameItem, "atMs" | "direction">,
  fate: FrameFate | undefined,
): FrameItem => {
  const names = FLAG_NAMES.filter(([, bit]) => (flags & bit) !== 0).map(([name]) => name);
  const item = { kind: "frame", ...place, type, flags: names, ...rest } as const;
  const whole = { ...item, bytes: payload.length };
  return fate === undefined ? whole : { ...whole, fate };
};

/** A greeting with what it says; a nonce tells nobody anything. */
const greetingOf = (frame: Frame, place: Pick<FrameItem, "atMs" | "direction">): FrameItem => {
  const item = itemOf(frame, place, undefined);
  const hello = decodeAs(HELLO, frame.payload);
  if (hello === undefined) return item;
  const { nonce: _, bootId, ...said } = hello;
  const boot = bootId === undefined ? {} : { bootId: bootId.toHex() };
  return { ...item, greeting: { ...said, ...boot } };
};

const takeFrame = (
  state: State,
  frame: Frame,
  place: Pick<FrameItem, "atMs" | "direction">,
): readonly LineItem[] => {
  const { direction } = place;
  if (isEcho(frame, direction)) {
    const echo = itemOf(frame, place, "echo");
    return frame.type === "hello" ? [echo, { kind: "note", ...place, says: "loopback" }] : [echo];
  }
  if (frame.type === "helloAck" && frame.epoch !== state.epoch) {
    state.epoch = frame.epoch;
    state.records = createRecords();
  }
  if (isGreeting(frame)) return [greetingOf(frame, place)];
  if (frame.epoch !== state.epoch) return [itemOf(frame, place, "stale")];
  if (frame.type !== "data") return [itemOf(frame, place, undefined)];
  const { fate, record } = state.records[direction].take(frame);
  const item = itemOf(frame, place, fate);
  return record === undefined ? [item] : [item, { kind: "record", ...place, ...record }];
};

/** Whether something was dropped in this step, and for what. */
const droppedIn = (intake: Intake, step: () => void): DroppedItem["why"] | undefined => {
  const [dropped, failed] = [intake.dropped(), intake.crcErrors()];
  step();
  if (intake.crcErrors() > failed) return "check";
  return intake.dropped() > dropped ? "header" : undefined;
};

/** A piece that ends with its zero, or where the bytes end. */
const takePiece = (
  state: State,
  piece: Uint8Array,
  place: Pick<FrameItem, "atMs" | "direction">,
): readonly LineItem[] => {
  const lane = state.lanes[place.direction];
  const { intake } = lane;
  const isWhole = piece.at(-1) === 0;
  lane.pieceBytes += piece.length - (isWhole ? 1 : 0);
  let frames: readonly Frame[] = [];
  const why = droppedIn(intake, () => {
    ({ frames } = intake.take(piece, place.atMs));
  });
  const bytes = lane.pieceBytes;
  if (isWhole) lane.pieceBytes = 0;
  const items = frames.flatMap((frame) => takeFrame(state, frame, place));
  return why === undefined ? items : [...items, { kind: "dropped", ...place, why, bytes }];
};

/** Bytes with their zeros, each zero at the end of a piece. */
const piecesOf = (bytes: Uint8Array): readonly Uint8Array[] => {
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const zero = bytes.indexOf(0, start);
    const end = zero === -1 ? bytes.length : zero + 1;
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
};

/** A piece that took too long, as the link drops it. */
const dropPartial = (
  lane: Lane,
  place: Pick<FrameItem, "atMs" | "direction">,
): readonly LineItem[] => {
  const isLate = droppedIn(lane.intake, () => void lane.intake.take(NONE, place.atMs));
  if (isLate === undefined) return [];
  const bytes = lane.pieceBytes;
  lane.pieceBytes = 0;
  return [{ kind: "dropped", ...place, why: "partial", bytes }];
};

/** A line on which nothing was seen yet. */
export const createTraceDecoder = (): TraceDecoder => {
  const state: State = {
    lanes: { in: createLane(), out: createLane() },
    epoch: undefined,
    records: createRecords(),
  };
  return {
    take: (direction, bytes, atMs) => {
      const place = { atMs, direction };
      const lane = state.lanes[direction];
      const items = [...dropPartial(lane, place)];
      for (const piece of piecesOf(bytes)) items.push(...takePiece(state, piece, place));
      const isNoise = direction === "in" && lane.intake.isNoise(atMs);
      return isNoise ? [...items, { kind: "note", ...place, says: "noise" }] : items;
    },
  };
};
