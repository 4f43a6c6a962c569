/**
 * A line on which a recorded device speaks to a real host, byte for byte and at its times. A host
 * with the same seed and clock that makes the same calls writes what was written then; the first
 * byte that differs ends the line and is shown with its call.
 */
import {
  type Client,
  type ClientOptions,
  lazyClient,
  type Line,
  type OpenLine,
} from "../../../../host/driver/index.ts";
import { concat } from "../../../../protocol/bytes.ts";
import { fail, ok } from "../../../../protocol/errors.ts";
import { createChance } from "../chance.ts";
import { createTrustedHost, type TrustedHost } from "../host.ts";
import type { VirtualClock } from "../virtual-clock.ts";
import { askedView } from "./call-text.ts";
import { differsAt, pieceFields } from "./frame-fields.ts";
import type { BytesItem, CableItem, CallItem, Recorded } from "./item.ts";
import { sideBySide } from "./side-by-side.ts";

/** A device that is only its bytes. */
export interface ReplayedLine {
  readonly open: OpenLine;
  /** A client of the host that was recorded: it draws what that one drew. */
  readonly client: Client;
  /** The same, for a client that is made otherwise. */
  readonly host: Pick<ClientOptions, "clock"> & Pick<TrustedHost, "identity"> & Drawn;
  /** What the host did otherwise; `undefined` while it does the same. */
  readonly difference: () => string | undefined;
  /** Bytes that the host wrote in the recording and has not written yet. */
  readonly unwritten: () => number;
}

type Drawn = TrustedHost["draws"];

const EMPTY = new Uint8Array(0);

interface End {
  readonly deliver?: (bytes: Uint8Array) => void;
  readonly hangUp?: () => void;
}

interface State {
  readonly recorded: Recorded;
  readonly items: ReturnType<Recorded["items"]>;
  readonly clock: VirtualClock;
  /** The item that comes next. */
  next: number;
  /** It comes by itself, at its time. */
  isTimed: boolean;
  call: CallItem | undefined;
  linkKey: Uint8Array | undefined;
  end: End | undefined;
  /** What the host has written and the device has not taken. */
  written: Uint8Array;
  difference: string | undefined;
}

const callText = (call: CallItem | undefined): string => {
  if (call === undefined) return "before the first call";
  return `at call ${call.number}, ${JSON.stringify(askedView(call))}`;
};

/** The host did otherwise: the line is gone for good. */
const differ = (state: State, what: string): void => {
  const { recorded, end, call } = state;
  const gone = recorded.dropped();
  const lost = gone === 0 ? "" : `\n(the transcript has lost its oldest ${gone} items)`;
  state.difference ??= `replay: ${what}, ${callText(call)}${lost}`;
  state.end = undefined;
  end?.hangUp?.();
};

/** Whether the host has written these bytes; false while some are still to come. */
const takeWritten = (state: State, { bytes, atMs }: BytesItem): boolean => {
  const piece = state.written.subarray(0, bytes.length);
  const at = differsAt(bytes, piece);
  if (at === undefined) {
    state.written = state.written.slice(bytes.length);
    return true;
  }
  if (at < piece.length) {
    const table = sideBySide(
      ["expected", "written"],
      pieceFields(bytes),
      pieceFields(state.written),
    );
    differ(
      state,
      `the host writes other bytes from byte ${at} of a piece of ${atMs} ms\n${table}\n`,
    );
  }
  return false;
};

/** Lets an item happen at its time, and what follows it. */
const happenAt = (state: State, atMs: number, action: () => void): void => {
  state.isTimed = true;
  state.clock.after(Math.max(0, atMs - state.clock.nowMs()), () => {
    if (state.difference !== undefined) return;
    state.isTimed = false;
    state.next += 1;
    action();
    pump(state);
  });
};

const hangUp = (state: State): void => {
  const { end } = state;
  state.end = undefined;
  state.written = EMPTY;
  end?.hangUp?.();
};

/** True where the item is done with, false where it is waited for. */
const passCable = (state: State, { event, atMs }: CableItem): boolean => {
  switch (event) {
    case "attached":
      return false; // `open` takes it
    case "detached":
      return state.end === undefined;
    case "hung-up":
      happenAt(state, atMs, () => hangUp(state));
      return false;
    default:
      happenAt(state, atMs, () => undefined);
      return false;
  }
};

const pass = (state: State): boolean => {
  const item = state.items[state.next];
  switch (item?.what) {
    case undefined:
      return false;
    case "cable":
      return passCable(state, item);
    case "bytes":
      if (item.direction === "toDevice") return takeWritten(state, item);
      happenAt(state, item.atMs, () => state.end?.deliver?.(item.bytes.slice()));
      return false;
    case "call":
      state.call = item;
      return true;
    case "phase":
      state.linkKey = item.linkKey;
      return true;
    default:
      return true;
  }
};

const pump = (state: State): void => {
  while (!state.isTimed && state.difference === undefined && pass(state)) state.next += 1;
};

const lineOf = (state: State): Line => {
  let end: End = {};
  state.end = end;
  const change = (more: End): void => {
    const isOurs = state.end === end;
    end = { ...end, ...more };
    if (isOurs) state.end = end;
  };
  return {
    write: (bytes) => {
      if (state.end === end) {
        state.written = concat(state.written, bytes);
        state.clock.after(0, () => pump(state)); // as it arrives on a cable
      }
      return Promise.resolve();
    },
    onBytes: (deliver) => change({ deliver }),
    onClose: (action) => {
      if (state.end !== end) state.clock.after(0, action);
      change({ hangUp: action });
    },
    close: () => {
      if (state.end === end) {
        state.end = undefined;
        state.written = EMPTY;
        pump(state);
      }
      return Promise.resolve();
    },
  };
};

const open = (state: State): Awaited<ReturnType<OpenLine>> => {
  pump(state);
  const item = state.items[state.next];
  const isAwaited = item?.what === "cable" && item.event === "attached";
  if (state.difference !== undefined || state.isTimed) return fail("port_missing");
  if (!isAwaited) {
    differ(state, "the host opens the line where it did not");
    return fail("port_missing");
  }
  state.written = EMPTY;
  state.next += 1;
  const line = lineOf(state);
  pump(state);
  return ok(line);
};

const unwritten = ({ items, next }: State): number =>
  items
    .slice(next)
    .filter((item) => item.what === "bytes")
    .filter(({ direction }) => direction === "toDevice")
    .reduce((sum, { bytes }) => sum + bytes.length, 0);

/** Plays a recorded device; the clock has not passed the recording's beginning. */
export const replayLine = (recorded: Recorded, clock: VirtualClock): ReplayedLine => {
  const state: State = {
    recorded,
    items: recorded.items(),
    clock,
    next: 0,
    isTimed: false,
    call: undefined,
    linkKey: undefined,
    end: undefined,
    written: EMPTY,
    difference: undefined,
  };
  pump(state);
  const known = (): Uint8Array | undefined => state.linkKey;
  const { identity, draws } = createTrustedHost(createChance(recorded.rngSeed), undefined, known);
  const host = { identity, clock, ...draws };
  const opening: OpenLine = () => Promise.resolve(open(state));
  return {
    open: opening,
    client: lazyClient({
      open: opening,
      ...host,
      intercept: (_, carry) => clock.until(carry()),
    }),
    host,
    difference: () => state.difference,
    unwritten: () => unwritten(state),
  };
};
