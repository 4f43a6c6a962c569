/**
 * A man in the middle, who reads every frame and gives the right CRC to what he changes: HELLOs,
 * sealed records, windows, and bytes of other times.
 */
import { decodeAs, encodeAs } from "../../../protocol/cbor/cbor.ts";
import { encodeFrame, FLAGS, type Frame } from "../../../protocol/frame/frame.ts";
import { HELLO, type Hello } from "../../../protocol/link/hello.ts";
import type { Chance } from "../chance.ts";
import { anyDirection, duringAttempt, type Fault, type FaultRoom, fromSomeChunk } from "./fault.ts";
import { edited, frameOf } from "../../../hardware/emulator/kit/faults/frames.ts";

const helloChanges = (hello: Hello, chance: Chance): Partial<Hello> =>
  chance.pick<Partial<Hello>>([
    { frameLimit: 64 },
    { window: 1 },
    { window: 32, frameLimit: 4_096 },
    { suites: ["25519_NULL_NULL"] },
    { features: ["plain"] },
    { nonce: hello.nonce.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) },
    { oldest: 0, newest: 200 },
    ...(hello.bootId === undefined ? [] : [{ bootId: hello.bootId.toReversed() }]),
  ]);

const isGreeting = ({ type }: Frame): boolean => type === "hello" || type === "helloAck";

/** In either direction, once or for a while: a downgrade, and no session comes of it. */
const editHello: Fault = (room) => {
  const { chance, cable } = room;
  let left = chance.pick([1, 1, 2, 5]);
  for (const direction of [anyDirection(room)]) {
    const stop = cable[direction].meddle((chunk) => {
      const frame = frameOf(chunk);
      if (frame === undefined || !isGreeting(frame)) return undefined;
      const hello = decodeAs(HELLO, frame.payload);
      if (hello === undefined) return undefined;
      room.happened();
      left -= 1;
      if (left === 0) stop();
      const changed = { ...hello, ...helloChanges(hello, chance) };
      return [edited(frame, { payload: encodeAs(HELLO, changed) })];
    });
  }
};

const isRecord = (frame: Frame | undefined): frame is Frame => frame?.type === "data";

/** A bit of a record flips, and its frame's CRC is made right again. */
const alterRecord: Fault = (room) => {
  const { chance } = room;
  let left = chance.pick([1, 1, 3]);
  fromSomeChunk(room, anyDirection(room), (chunk) => {
    const frame = frameOf(chunk);
    if (!isRecord(frame) || frame.payload.length === 0) return undefined;
    room.happened();
    left -= 1;
    const payload = Uint8Array.from(frame.payload);
    const bit = chance.below(8 * payload.length);
    payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return { chunks: [edited(frame, { payload })], isDone: left === 0 };
  });
};

/** An earlier record in the place of a later one. */
const replaceRecord: Fault = (room) => {
  let earlier: Frame | undefined;
  fromSomeChunk(room, anyDirection(room), (chunk) => {
    const frame = frameOf(chunk);
    if (!isRecord(frame)) return undefined;
    if (earlier === undefined || room.chance.isLucky(0.3)) {
      earlier = frame;
      return undefined;
    }
    room.happened();
    const { payload, flags } = earlier;
    return { chunks: [edited(frame, { payload, flags })], isDone: true };
  });
};

/** The first message of a handshake in the place of a later record, in the same link. */
const replayInLink: Fault = (room) => {
  let first: Frame | undefined;
  fromSomeChunk(room, "toDevice", (chunk) => {
    const frame = frameOf(chunk);
    if (!isRecord(frame)) return undefined;
    const isHandshake = (frame.flags & FLAGS.handshake) !== 0;
    if (first === undefined) {
      if (isHandshake) first = frame;
      return undefined;
    }
    if (isHandshake) return undefined;
    room.happened();
    const { payload, flags } = first;
    return { chunks: [edited(frame, { payload, flags })], isDone: true };
  });
};

/** One end is told that the other takes nothing any more. */
const shutWindow: Fault = (room) =>
  duringAttempt(room, 500, () => {
    const { cable, world, chance } = room;
    const stop = cable[anyDirection(room)].meddle((chunk) => {
      const frame = frameOf(chunk);
      if (frame === undefined || frame.type === "hello" || frame.type === "helloAck")
        return undefined;
      room.happened();
      return [edited(frame, { window: 0 })];
    });
    world.after(chance.pick([2_000, 90_000, 200_000]), stop);
  });

/** Everything said in a while comes again, much later: of another epoch, or of this one. */
const replayStale: Fault = (room) => {
  const { cable, chance, world, worker, isOver } = room;
  const direction = anyDirection(room);
  const taped: Uint8Array[] = [];
  const stop = cable[direction].tap((bytes) => {
    if (taped.length < 40) taped.push(Uint8Array.from(bytes));
  });
  const play = (): void => {
    if (isOver() || taped.length === 0) return;
    stop();
    room.happened();
    for (const bytes of taped) cable[direction].inject(bytes);
  };
  if (chance.isLucky(0.5)) return void world.after(chance.magnitude(100, 20_000), play);
  worker.onAttempt(() => {
    if (chance.isLucky(0.4)) world.after(chance.magnitude(1, 1_000), play);
  });
};

/** A frame beyond every limit, or one whose header lies about its length. */
const oversizeFrame: Fault = (room) => {
  const { chance } = room;
  fromSomeChunk(room, anyDirection(room), (chunk) => {
    room.happened();
    const bytes = chance.bytes(chance.magnitude(4_200, 100_000)).map((byte) => byte || 1);
    const frame = frameOf(chunk);
    const long = frame && encodeFrame({ ...frame, payload: new Uint8Array(4_096).fill(7) });
    const lie = Uint8Array.of(0, ...bytes, 0);
    return { chunks: [chunk, chance.isLucky(0.5) ? (long ?? lie) : lie], isDone: true };
  });
};

/** CBOR that is deep, or claims what no memory holds. */
export const hostileCbor = (chance: Chance, size: number): Uint8Array =>
  chance.pick([
    new Uint8Array(size).fill(0x81),
    new Uint8Array(size).fill(0xa1),
    Uint8Array.of(0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    Uint8Array.of(0xa1, 0x00, 0x5b, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00),
    Uint8Array.of(0xbb, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff),
    Uint8Array.of(0xc2, 0x5a, 0x00, 0x10, 0x00, 0x00),
    Uint8Array.of(0xa2, 0x00, 0x00, 0x00, 0x00),
    chance.bytes(chance.between(1, size)),
  ]);

/** In the place of a HELLO's payload, or of a sealed record. */
const rawCbor: Fault = (room) => {
  const { chance } = room;
  let left = chance.between(1, 3);
  const strike = (chunk: Uint8Array) => {
    const frame = frameOf(chunk);
    if (frame === undefined || !(isGreeting(frame) || isRecord(frame))) return undefined;
    room.happened();
    left -= 1;
    return { chunks: [edited(frame, { payload: hostileCbor(chance, 400) })], isDone: left === 0 };
  };
  fromSomeChunk(room, anyDirection(room), strike);
};

/** A RESET that nobody meant: the link is over, and nothing else. */
const forgeReset: Fault = (room) => {
  const direction = anyDirection(room);
  fromSomeChunk(room, direction, (chunk) => {
    const frame = frameOf(chunk);
    if (frame === undefined || frame.type === "hello" || frame.type === "helloAck")
      return undefined;
    room.happened();
    const empty = { payload: new Uint8Array(0), seq: 0, channel: 0 };
    return { chunks: [chunk, edited(frame, { ...empty, type: "reset" })], isDone: true };
  });
};

/** Acknowledgements of what was never sent, and of what was long ago. */
const forgeAck: Fault = (room: FaultRoom) => {
  const { chance } = room;
  let left = chance.magnitude(1, 30);
  fromSomeChunk(room, anyDirection(room), (chunk) => {
    const frame = frameOf(chunk);
    if (frame === undefined || frame.type === "hello" || frame.type === "helloAck")
      return undefined;
    room.happened();
    left -= 1;
    const ack = (frame.ack + chance.pick([-2, -1, 1, 2, 9, 0x8000])) & 0xffff;
    return { chunks: [edited(frame, { ack })], isDone: left === 0 };
  });
};

/** Faults of a man in the middle. */
export const ATTACKS = {
  "HELLO edited": editHello,
  "record altered": alterRecord,
  "record replaced by an earlier one": replaceRecord,
  "handshake replayed in its link": replayInLink,
  "window 0": shutWindow,
  "stale bytes": replayStale,
  "oversize frame": oversizeFrame,
  "hostile CBOR in the clear": rawCbor,
  "RESET forged": forgeReset,
  "ACK forged": forgeAck,
} as const satisfies Record<string, Fault>;
