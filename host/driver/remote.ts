/**
 * One device over as many wires as it takes: reconnects, asks again what was not answered under
 * the same idempotency key, and says so when a device has restarted meanwhile.
 */
import { randomBytes } from "node:crypto";
import { REGISTRY } from "../../protocol/commands/registry.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Hello } from "../../protocol/link/hello.ts";
import { type Call, type CallBody, createCall, type WireOutcome } from "./call.ts";
import type { Ephemerals } from "./channel.ts";
import { type HostClock, SYSTEM_CLOCK, wait } from "./clock.ts";
import type { Identity } from "./identity.ts";
import { createSteward, type Steward } from "./steward.ts";
import type { ConnectError, OpenWire, Wire } from "./wire.ts";

/** News of a device. */
export type RemoteEvent =
  | { readonly kind: "connected"; readonly peer: Hello }
  | { readonly kind: "disconnected" }
  | { readonly kind: "rebooted"; readonly peer: Hello }
  | { readonly kind: "lost"; readonly error: ConnectError };

/** How a device is kept in reach. */
export interface RemoteOptions {
  /** Who this host is; without it only anyone's commands can be called. */
  readonly identity?: Identity;
  /** How long a port may be silent before it is no signer; 2,500 ms unless told. */
  readonly connectTimeoutMs?: number;
  /** How long a lost line is tried again; 0 gives up at once. 10,000 ms unless told. */
  readonly reconnectMs?: number;
  /**
   * Ends the wait for the signer and every open call with `cancelled`, on the device too where a
   * person is being asked.
   */
  readonly signal?: AbortSignal;
  /** Never called after `close`. */
  readonly onEvent?: (event: RemoteEvent) => void;
  readonly clock?: HostClock;
  /** Where ephemeral keys come from; the system's generator unless told. */
  readonly ephemeral?: Ephemerals;
  /** Where idempotency keys come from: 16 bytes each; the system's generator unless told. */
  readonly freshKey?: () => Uint8Array;
}

/** A fresh idempotency key. */
export const freshKey = ({ freshKey: own }: Pick<RemoteOptions, "freshKey">): Uint8Array =>
  own?.() ?? Uint8Array.from(randomBytes(LIMITS.idempotencyKey));

/** A device that can be called. */
export interface Remote {
  readonly peer: () => Hello;
  readonly call: (body: CallBody, signal: AbortSignal) => Promise<WireOutcome>;
  /** Open calls end with `cancelled`. Resolves when the line is free and no timer runs. */
  readonly close: () => Promise<void>;
}

const RETRY_MS = 100;
/** The longest pause between two wires that come to nothing. */
const LONGEST_RETRY_MS = 5000;
/** A wire over which nobody called came to something if it lasted so long. */
const STEADY_MS = 10_000;

const isSameBoot = (a: Hello, b: Hello): boolean => a.bootId?.join() === b.bootId?.join();

/** The calls that wait, by id, oldest first. */
const createWaiting = (onChange: () => void, onAbandoned: (id: number) => void) => {
  const calls = new Map<number, Call>();
  let lastId = 0;
  const add = (body: CallBody, signal: AbortSignal): Promise<WireOutcome> => {
    const { promise, resolve } = Promise.withResolvers<WireOutcome>();
    lastId += 1;
    const id = lastId;
    const settle = (outcome: WireOutcome): void => {
      if (!calls.delete(id)) return;
      signal.removeEventListener("abort", abort);
      resolve(outcome);
      onChange();
    };
    const abort = (): void => {
      const wasAsked = calls.get(id)?.isAsked === true;
      const isTimeout = signal.reason === "timeout";
      settle(fail(isTimeout ? "timeout" : "cancelled"));
      // One that timed out may yet be repeated: it is left to its deadline.
      if (wasAsked && !isTimeout) onAbandoned(id);
    };
    const call = createCall(id, body, settle);
    calls.set(id, call);
    signal.addEventListener("abort", abort);
    if (call.isTooLarge) settle(fail("body_too_large"));
    else if (signal.aborted) abort();
    else onChange();
    return promise;
  };
  return {
    add,
    all: (): readonly Call[] => [...calls.values()],
    find: (id: number) => calls.get(id),
    settleAll: (outcome: WireOutcome): void => {
      for (const call of calls.values()) call.settle(outcome);
    },
    /** Ends all with `cancelled`; the device is told of those it was asked. */
    abandonAll: (): void => {
      for (const { id, isAsked, settle } of calls.values()) {
        settle(fail("cancelled"));
        if (isAsked) onAbandoned(id);
      }
    },
  };
};

type Waiting = ReturnType<typeof createWaiting>;

/** What lasts as long as the device is wanted, whichever wire it is on. */
interface State {
  readonly options: RemoteOptions;
  readonly clock: HostClock;
  readonly dial: OpenWire;
  readonly waiting: Waiting;
  readonly closing: AbortController;
  wire: Wire | undefined;
  steward: Steward | undefined;
  peer: Hello;
  /** The reconnection under way. */
  returning: Promise<void>;
  /** Since when no wire has come to anything, and how many have not. */
  troubledMs: number | undefined;
  failures: number;
  servedMs: number;
  isLost: boolean;
}

const tell = ({ closing, options }: State, event: RemoteEvent): void => {
  if (!closing.signal.aborted) options.onEvent?.(event);
};

const dial = (state: State): Promise<Outcome<Wire, ConnectError>> =>
  state.dial({
    timeoutMs: state.options.connectTimeoutMs ?? 2500,
    signal: state.closing.signal,
  });

/** The wire came to something: what troubles come next are new ones. */
const cameThrough = (state: State): void => {
  state.troubledMs = undefined;
  state.failures = 0;
};

/** The pause before the next wire: none at first, then longer for each that comes to nothing. */
const pauseOf = ({ failures, servedMs }: State, nowMs: number): number => {
  if (failures > 0) return Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** failures);
  return nowMs - servedMs < RETRY_MS ? RETRY_MS : 0;
};

/**
 * Tries again until a signer answers, the time is over or the device is given up. The time counts
 * from the last wire that came to something: one that greets and goes is no device.
 */
const redial = async (state: State): Promise<Outcome<Wire, ConnectError>> => {
  const { clock, closing } = state;
  const nowMs = clock.nowMs();
  const isIdle = state.waiting.all().length === 0;
  if (isIdle && nowMs - state.servedMs >= STEADY_MS) cameThrough(state);
  state.troubledMs ??= nowMs;
  const untilMs = state.troubledMs + (state.options.reconnectMs ?? 10_000);
  let fresh: Outcome<Wire, ConnectError> = fail("port_missing");
  await wait(clock, pauseOf(state, nowMs), closing.signal);
  state.failures += 1;
  while (!closing.signal.aborted && clock.nowMs() < untilMs) {
    fresh = await dial(state);
    if (fresh.ok) return fresh;
    await wait(clock, RETRY_MS, closing.signal);
  }
  return fresh;
};

const giveUp = (state: State, error: ConnectError): void => {
  state.isLost = true;
  tell(state, { kind: "lost", error });
  state.waiting.settleAll(fail("link_down"));
};

/** News only: what a HELLO says of the boot is believed once a session is bound to it. */
const welcome = (state: State, wire: Wire): void => {
  const before = state.peer;
  state.peer = wire.peer;
  state.servedMs = state.clock.nowMs();
  tell(state, { kind: "connected", peer: wire.peer });
  if (!isSameBoot(before, wire.peer)) tell(state, { kind: "rebooted", peer: wire.peer });
  for (const call of state.waiting.all()) call.isAsked = false;
};

const leaveWire = async (state: State): Promise<void> => {
  const { wire, steward } = state;
  state.wire = undefined;
  state.steward = undefined;
  steward?.end();
  await wire?.close(); // an open descriptor would keep the device's name busy
};

const comeBack = async (state: State): Promise<void> => {
  tell(state, { kind: "disconnected" });
  await leaveWire(state);
  const fresh = await redial(state);
  if (!fresh.ok) giveUp(state, fresh.error);
  else if (state.closing.signal.aborted) await fresh.value.close();
  else serve(state, fresh.value);
};

const askStatus = (
  { waiting, closing, options }: State,
  signal: AbortSignal,
): Promise<WireOutcome> => {
  const { code, access, params } = REGISTRY.getStatus;
  const idempotencyKey = freshKey(options);
  const body = { code, access, idempotencyKey, params: params.toWire({}) };
  return waiting.add(body, AbortSignal.any([closing.signal, signal]));
};

/** Works on a wire until it goes down, and then on the next. */
const serve = (state: State, wire: Wire): void => {
  const { clock, options, waiting } = state;
  const comeBackSoon = (): void => {
    if (state.wire !== wire) return; // it is being left already
    state.returning = comeBack(state);
  };
  state.wire = wire;
  welcome(state, wire);
  state.steward = createSteward(wire, {
    clock,
    identity: options.identity,
    ...(options.ephemeral === undefined ? {} : { ephemeral: options.ephemeral }),
    waiting: waiting.all,
    find: waiting.find,
    askStatus: (signal) => askStatus(state, signal),
    began: () => cameThrough(state),
    renew: comeBackSoon,
  });
  wire.onDown(comeBackSoon);
  state.steward.look();
};

/** Calls off what is open, with a moment for the device to hear of it. */
const close = async (state: State): Promise<void> => {
  state.waiting.abandonAll();
  state.closing.abort();
  await leaveWire(state);
  await state.returning;
};

/** Reaches for a device; refused where no signer answers. */
export const openRemote = async (
  open: OpenWire,
  options: RemoteOptions,
): Promise<Outcome<Remote, ConnectError>> => {
  const closing = new AbortController();
  const { clock = SYSTEM_CLOCK, signal = closing.signal, connectTimeoutMs = 2500 } = options;
  const first = await open({ timeoutMs: connectTimeoutMs, signal });
  if (!first.ok) return first;
  const waiting: Waiting = createWaiting(
    () => state.steward?.look(),
    (id) => state.steward?.cancel(id),
  );
  const state: State = {
    options,
    clock,
    dial: open,
    waiting,
    closing,
    wire: undefined,
    steward: undefined,
    peer: first.value.peer,
    returning: Promise.resolve(),
    troubledMs: undefined,
    failures: 0,
    servedMs: 0,
    isLost: false,
  };
  serve(state, first.value);
  return ok({
    peer: () => state.peer,
    call: (body, callSignal) => {
      if (state.isLost || closing.signal.aborted) return Promise.resolve(fail("link_down"));
      return waiting.add(body, AbortSignal.any([callSignal, signal]));
    },
    close: () => close(state),
  });
};
