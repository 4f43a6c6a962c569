/**
 * A cable in memory, for a signer and a host in one process: two ends, bytes in order. Somebody may
 * listen to it, and meddle with what is on its way.
 */
import type { Link } from "../../../firmware/hal.ts";

/** The host's end of an open cable. */
export interface HostEnd {
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly onBytes: (action: (bytes: Uint8Array) => void) => void;
  readonly onClose: (action: () => void) => void;
  /** Has it asked whether its program is still there, when another wants the cable. */
  readonly vouch: (isThere: () => boolean) => void;
  /** Says whether little waits at this end; the result is called when there may be room again. */
  readonly throttle: (hasRoom: () => boolean) => () => void;
  readonly close: () => Promise<void>;
}

/** Where bytes go. */
export type Direction = "toDevice" | "toHost";

/** What arrives instead of some bytes; `undefined` for the bytes as they are. */
export type Meddler = (bytes: Uint8Array) => readonly Uint8Array[] | undefined;

/** What becomes of a cable: a host takes it or lets it go, or it goes without being asked. */
export type CableEvent = "attached" | "detached" | "hung-up" | "unplugged" | "plugged";

/** A cable with at most one program at the host's end. */
export interface Cable {
  readonly device: Link;
  /** `undefined` while another program has it, or it is not plugged in. */
  readonly attach: () => HostEnd | undefined;
  readonly isPlugged: () => boolean;
  /** Both ends see the cable go; nobody can have it until it is plugged in again. */
  readonly unplug: () => void;
  readonly plug: () => void;
  /** Out and in again, as when the device restarts. */
  readonly reseat: () => void;
  /** Whether a program has it. */
  readonly isTaken: () => boolean;
  /** Hears what arrives; the result ends it. */
  readonly tap: (action: (direction: Direction, bytes: Uint8Array) => void) => () => void;
  /** Hears what has just become of the cable; the result ends it. */
  readonly watch: (action: (event: CableEvent) => void) => () => void;
  /** Changes what is on its way; the result ends it. Several do so one after the other. */
  readonly meddle: (direction: Direction, meddler: Meddler) => () => void;
  /** Brings bytes that no end has sent. */
  readonly inject: (direction: Direction, bytes: Uint8Array) => void;
  /** Has the device take bytes at once, inside this call: only for what once arrived so. */
  readonly feed: (bytes: Uint8Array) => void;
}

/** Runs an action soon, never inside the call that asks for it. */
export type Later = (action: () => void) => void;

/** What one program at the host's end wants to hear. */
interface Host {
  deliver?: (bytes: Uint8Array) => void;
  hangUp?: () => void;
  hasRoom?: () => boolean;
  isThere?: () => boolean;
}

interface State {
  readonly later: Later;
  readonly taps: Set<(direction: Direction, bytes: Uint8Array) => void>;
  readonly watchers: Set<(event: CableEvent) => void>;
  readonly meddlers: Readonly<Record<Direction, Set<Meddler>>>;
  toDevice: ((bytes: Uint8Array) => void) | undefined;
  onRoom: (() => void) | undefined;
  onCable: ((attached: boolean) => void) | undefined;
  host: Host | undefined;
  isPlugged: boolean;
}

const tell = (state: State, event: CableEvent): void => {
  for (const watcher of state.watchers) watcher(event);
};

const letGo = (state: State, why: "detached" | "hung-up"): void => {
  const { host } = state;
  state.host = undefined;
  if (host !== undefined) tell(state, why);
  state.onCable?.(false);
};

const hangUp = (state: State): void => {
  const end = state.host;
  letGo(state, "hung-up");
  end?.hangUp?.();
};

/** Never inside the sender's call, as on a real line, and each end gets a copy of its own. */
const arrive = (state: State, direction: Direction, bytes: Uint8Array): void => {
  const [host, copy] = [state.host, Uint8Array.from(bytes)];
  state.later(() => {
    if (state.host !== host || host === undefined) return;
    for (const tap of state.taps) tap(direction, copy);
    if (direction === "toDevice") state.toDevice?.(copy);
    else host.deliver?.(copy);
  });
};

const send = (state: State, direction: Direction, bytes: Uint8Array): void => {
  let chunks: readonly Uint8Array[] = [bytes];
  for (const meddler of state.meddlers[direction]) {
    chunks = chunks.flatMap((chunk) => meddler(chunk) ?? [chunk]);
  }
  for (const chunk of chunks) if (chunk.length > 0) arrive(state, direction, chunk);
};

const attach = (state: State): HostEnd | undefined => {
  if (state.host?.isThere?.() === false) letGo(state, "detached");
  if (state.host !== undefined || !state.isPlugged) return undefined;
  const end: Host = {};
  state.host = end;
  tell(state, "attached");
  state.onCable?.(true);
  return {
    write: (bytes) => {
      if (state.host === end) send(state, "toDevice", bytes);
      return Promise.resolve();
    },
    onBytes: (action) => {
      end.deliver = action;
    },
    onClose: (action) => {
      end.hangUp = action;
      if (state.host !== end) state.later(action);
    },
    vouch: (isThere) => {
      end.isThere = isThere;
    },
    throttle: (hasRoom) => {
      end.hasRoom = hasRoom;
      return () => (state.host === end ? state.onRoom?.() : undefined);
    },
    close: () => {
      if (state.host === end) letGo(state, "detached");
      return Promise.resolve();
    },
  };
};

/** A cable that is plugged in and that nobody holds yet. */
export const createCable = (later: Later = (action) => void setImmediate(action)): Cable => {
  const state: State = {
    later,
    taps: new Set(),
    watchers: new Set(),
    meddlers: { toDevice: new Set(), toHost: new Set() },
    toDevice: undefined,
    onRoom: undefined,
    onCable: undefined,
    host: undefined,
    isPlugged: true,
  };
  return {
    attach: () => attach(state),
    isPlugged: () => state.isPlugged,
    isTaken: () => state.host !== undefined,
    device: {
      hasRoom: () => state.host?.hasRoom?.() ?? true, // in memory it never fills
      onRoom: (action) => {
        state.onRoom = action;
      },
      send: (bytes) => {
        if (state.host !== undefined) send(state, "toHost", bytes);
      },
      onReceive: (action) => {
        state.toDevice = action;
      },
      onCable: (action) => {
        state.onCable = action;
      },
    },
    unplug: () => {
      state.isPlugged = false;
      tell(state, "unplugged");
      hangUp(state);
    },
    reseat: () => hangUp(state),
    plug: () => {
      state.isPlugged = true;
      tell(state, "plugged");
    },
    tap: (action) => {
      state.taps.add(action);
      return () => void state.taps.delete(action);
    },
    watch: (action) => {
      state.watchers.add(action);
      return () => void state.watchers.delete(action);
    },
    meddle: (direction, meddler) => {
      state.meddlers[direction].add(meddler);
      return () => void state.meddlers[direction].delete(meddler);
    },
    inject: (direction, bytes) => arrive(state, direction, bytes),
    feed: (bytes) => {
      for (const tap of state.taps) tap("toDevice", bytes);
      state.toDevice?.(Uint8Array.from(bytes));
    },
  };
};
