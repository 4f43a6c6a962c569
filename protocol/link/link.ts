/**
 * The link: reliable, ordered records over a line that may lose or spoil bytes (SPEC.md, sections
 * 1 and 2). A pure state machine: bytes, records and the time go in; frames and events come out.
 *
 * The host says HELLO until it is answered; the device sends nothing before a valid HELLO. A HELLO
 * opens a candidate beside the live link, told apart by epoch. Frames are pulled, not pushed: the
 * shell asks for the next one while the line has room.
 */
import { assert } from "../errors.ts";
import { encodeFrame, FLAGS, type Frame } from "../frame/frame.ts";
import { LIMITS } from "../limits.ts";
import { createEpochs, type Ended, type Epoch, type Epochs } from "./epochs.ts";
import {
  createDeviceGreeter,
  createHostGreeter,
  type Greeted,
  type Greeter,
  type GreetingConfig,
  type Hellos,
} from "./greeting.ts";
import type { Hello } from "./hello.ts";
import { createIntake, type Intake } from "./intake.ts";
import type { OutgoingRecord } from "./outgoing.ts";
import { createResets, type Resets } from "./resets.ts";
import { createStream, earliest, type FrameParts, type StreamCounts } from "./stream.ts";

/** What the link hands up. */
export type LinkEvent =
  /**
   * The host has taken a HELLO_ACK and its link is live; or the device has answered a HELLO and
   * has a candidate.
   */
  | {
      readonly kind: "opened";
      readonly epoch: number;
      readonly peer: Hello;
      readonly hellos: Hellos;
    }
  | {
      readonly kind: "record";
      readonly epoch: number;
      readonly channel: number;
      readonly isHandshake: boolean;
      readonly record: Uint8Array;
    }
  /** That epoch, live or candidate, is over. */
  | Ended
  | { readonly kind: "incompatible" }
  | { readonly kind: "loopback" }
  /** Host: bytes came for 2 s and no good frame: a wrong baud rate or a BREAK. Told once. */
  | { readonly kind: "noise" };

/** A record for an epoch. */
export interface LinkRecord extends OutgoingRecord {
  readonly epoch: number;
}

/** What a link counted since it was made. */
export interface LinkStats {
  /** Pieces of the line that were no frame, and those of them that failed their CRC. */
  readonly dropped: number;
  readonly crcErrors: number;
  /** Good frames of no epoch we know, and frames of our own that came back. */
  readonly foreign: number;
  readonly echoes: number;
  /** DATA frames sent again, and NAKs sent, over all epochs. */
  readonly retransmitted: number;
  readonly naks: number;
}

/** One end of a link. Times are milliseconds of a monotonic clock. */
export interface Link {
  readonly receive: (bytes: Uint8Array, nowMs: number) => readonly LinkEvent[];
  /** To be called at `deadlineMs()`; then, as after every other step, `pull` may have something. */
  readonly tick: (nowMs: number) => readonly LinkEvent[];
  readonly deadlineMs: () => number | undefined;
  /** The next frame for the line, which must have room for it: its timer starts now. */
  readonly pull: (nowMs: number) => Uint8Array | undefined;
  /** Queues a record; false where there is no such epoch, or the record or queue is too large. */
  readonly send: (record: LinkRecord, nowMs: number) => boolean;
  /** How many records `send` would still take. */
  readonly room: (epoch: number) => number;
  /** Device: the candidate has had its first good transport record and takes the live place. */
  readonly promote: (epoch: number) => readonly LinkEvent[];
  /** The epoch has begun an `IK` handshake: as a candidate it is heard beside any live link. */
  readonly claim: (epoch: number) => void;
  /** The epoch has an `IK` session: as the live link it is asked before it gives way to `NN`. */
  readonly strengthen: (epoch: number) => void;
  /** Ends the live link with a RESET, which `pull` gives; the host asks no more. */
  readonly close: (nowMs: number) => void;
  /** The cable came or went: all is void, without a word. */
  readonly forget: () => readonly LinkEvent[];
  readonly liveEpoch: () => number | undefined;
  /** Whether no record waits to be sent or acknowledged. */
  readonly isIdle: () => boolean;
  readonly stats: () => LinkStats;
}

/** What the link needs of its surroundings. */
export interface LinkConfig extends GreetingConfig {
  /** The line's rate in bytes per millisecond, where it is known. */
  readonly bytesPerMs?: number;
}

interface State {
  readonly config: LinkConfig;
  readonly isHost: boolean;
  readonly greeter: Greeter;
  readonly intake: Intake;
  readonly epochs: Epochs;
  readonly resets: Resets;
  readonly counts: StreamCounts;
  foreign: number;
  echoes: number;
}

const EMPTY = { flags: 0, seq: 0, ack: 0, window: 0, channel: 0, payload: new Uint8Array(0) };

const frameBytes = (state: State, epoch: number, parts: FrameParts): Uint8Array => {
  const flags = (parts.flags ?? 0) | (state.isHost ? 0 : FLAGS.device);
  return encodeFrame({ ...EMPTY, ...parts, epoch, flags });
};

const openEpoch = (
  { config, isHost, counts }: State,
  epoch: number,
  peer: Hello,
  nowMs: number,
): Epoch => {
  const fragment = Math.max(
    Math.min(config.frameLimit, peer.frameLimit),
    LIMITS.framePayloadMinimum,
  );
  const { window } = config;
  const sizes = { fragment, window, peerWindow: peer.window, shutsWhenFull: !isHost, counts };
  return { epoch, stream: createStream(sizes, nowMs), isClaimed: false, isStrong: false };
};

/** Tells the greeter what is over. */
const retire = (state: State, ended: readonly Ended[], nowMs: number): readonly Ended[] => {
  for (const { epoch } of ended) state.greeter.ended(epoch, nowMs);
  return ended;
};

const takeGreeting = (state: State, frame: Frame, nowMs: number): readonly LinkEvent[] => {
  const { greeter, epochs, isHost } = state;
  const greeted: Greeted = greeter.take(frame, nowMs, (epoch) => epochs.find(epoch) !== undefined);
  if (greeted.kind === "nothing") return [];
  if (greeted.kind !== "greeted") return [{ kind: greeted.kind }];
  const { epoch, peer, hellos } = greeted;
  if (epochs.find(epoch) !== undefined) return []; // asked again: the answer was lost
  const opened = openEpoch(state, epoch, peer, nowMs);
  const ended = isHost ? epochs.setLive(opened) : epochs.setCandidate(opened);
  return [...ended, { kind: "opened", epoch, peer, hellos }];
};

const takeOfEpoch = (
  state: State,
  one: Epoch,
  frame: Frame,
  nowMs: number,
): readonly LinkEvent[] => {
  const { epoch, stream } = one;
  if (frame.type === "reset") return retire(state, state.epochs.end(epoch, "reset"), nowMs);
  const takesData = state.epochs.takesData(one, frame, nowMs);
  const record = stream.receive(frame, nowMs, takesData);
  if (record === undefined) return [];
  const { channel, isHandshake, bytes } = record;
  return [{ kind: "record", epoch, channel, isHandshake, record: bytes }];
};

const isEcho = (state: State, frame: Frame): boolean =>
  (frame.flags & FLAGS.device) === (state.isHost ? 0 : FLAGS.device);

const takeFrame = (state: State, frame: Frame, nowMs: number): readonly LinkEvent[] => {
  const isOwn = isEcho(state, frame);
  if (isOwn) state.echoes += 1;
  // A HELLO that comes back is named: there is no link yet that would suffer from it.
  if (frame.type === "hello" || frame.type === "helloAck") return takeGreeting(state, frame, nowMs);
  if (isOwn) return [];
  const one = state.epochs.find(frame.epoch);
  if (one !== undefined) return takeOfEpoch(state, one, frame, nowMs);
  state.foreign += 1;
  state.resets.foreign(frame, nowMs);
  return [];
};

const receive = (state: State, bytes: Uint8Array, nowMs: number): readonly LinkEvent[] => {
  const { intake, epochs, greeter } = state;
  const { frames, isSpoiled } = intake.take(bytes, nowMs);
  const events = frames.flatMap((frame) => takeFrame(state, frame, nowMs));
  if (isSpoiled) for (const { stream } of epochs.all()) stream.spoiled(nowMs);
  const isNoise = greeter.isAsking() && intake.isNoise(nowMs);
  return isNoise ? [...events, { kind: "noise" }] : events;
};

const tick = (state: State, nowMs: number): readonly LinkEvent[] => {
  state.greeter.tick(nowMs);
  const ended = state.epochs.tick(nowMs);
  for (const { epoch } of ended) state.resets.tell(epoch);
  return retire(state, ended, nowMs);
};

const pull = (state: State, nowMs: number): Uint8Array | undefined => {
  const epoch = state.resets.pull();
  if (epoch !== undefined) return frameBytes(state, epoch, { type: "reset" });
  const greeting = state.greeter.pull();
  if (greeting !== undefined) return greeting;
  const next = state.epochs.pull(nowMs);
  return next === undefined ? undefined : frameBytes(state, next.epoch, next.parts);
};

const promote = (state: State, epoch: number): readonly LinkEvent[] => {
  const ended = state.epochs.promote(epoch);
  const [former] = ended;
  if (former !== undefined) state.resets.replaced(former.epoch);
  return ended;
};

const forget = (state: State): readonly LinkEvent[] => {
  const ended = state.epochs.all().flatMap(({ epoch }) => state.epochs.end(epoch, "cable"));
  state.greeter.restart();
  state.intake.reset();
  state.resets.clear();
  return ended;
};

const close = (state: State, nowMs: number): void => {
  const live = state.epochs.live();
  if (live !== undefined) {
    retire(state, state.epochs.end(live.epoch, "reset"), nowMs);
    state.resets.clear();
    state.resets.tell(live.epoch);
  }
  state.greeter.rest();
};

/** One end of a link, down. */
export const createLink = (config: LinkConfig): Link => {
  const isHost = config.side === "host";
  const state: State = {
    config,
    isHost,
    greeter: isHost ? createHostGreeter(config) : createDeviceGreeter(config),
    intake: createIntake(config.bytesPerMs),
    epochs: createEpochs(),
    resets: createResets(),
    counts: { retransmitted: 0, naks: 0 },
    foreign: 0,
    echoes: 0,
  };
  const { epochs, greeter, intake } = state;
  return {
    receive: (bytes, nowMs) => receive(state, bytes, nowMs),
    tick: (nowMs) => tick(state, nowMs),
    deadlineMs: () => earliest(greeter.deadlineMs(), epochs.deadlineMs()),
    pull: (nowMs) => pull(state, nowMs),
    send: ({ epoch, ...record }) => {
      assert(record.channel >= 0 && record.channel < LIMITS.channels, "a channel of the link");
      return epochs.find(epoch)?.stream.send(record) ?? false;
    },
    room: (epoch) => epochs.find(epoch)?.stream.room() ?? 0,
    promote: (epoch) => promote(state, epoch),
    claim: (epoch) => {
      const one = epochs.find(epoch);
      if (one !== undefined) one.isClaimed = true;
    },
    strengthen: (epoch) => {
      const one = epochs.find(epoch);
      if (one !== undefined) one.isStrong = true;
    },
    close: (nowMs) => close(state, nowMs),
    forget: () => forget(state),
    liveEpoch: () => epochs.live()?.epoch,
    isIdle: () => epochs.all().every(({ stream }) => stream.isIdle()),
    stats: () => ({
      dropped: intake.dropped(),
      crcErrors: intake.crcErrors(),
      foreign: state.foreign,
      echoes: state.echoes,
      ...state.counts,
    }),
  };
};
