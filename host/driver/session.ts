/**
 * One device over as many connections as it takes: reconnects, repeats what was not answered under
 * the same idempotency key, and says so when a device has restarted meanwhile.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { encodeMessage, type Request } from "../../protocol/call/envelope.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Hello } from "../../protocol/link/hello.ts";
import { type ConnectError, type Connection, connect } from "./connection.ts";
import type { OpenLine } from "./line.ts";
import { createPending, type PendingCalls, type WireOutcome } from "./pending.ts";

/** News of a session. */
export type SessionEvent =
  | { readonly kind: "connected"; readonly peer: Hello }
  | { readonly kind: "disconnected" }
  | { readonly kind: "rebooted"; readonly peer: Hello }
  | { readonly kind: "lost"; readonly error: ConnectError };

/** How a session behaves. */
export interface SessionOptions {
  readonly open: OpenLine;
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
  readonly onEvent?: (event: SessionEvent) => void;
}

/** A device that can be called. */
export interface Session {
  readonly peer: () => Hello;
  readonly call: (
    request: Omit<Request, "id" | "kind">,
    signal: AbortSignal,
  ) => Promise<WireOutcome>;
  /** Open calls end with `cancelled`. Resolves when the line is free and no timer runs. */
  readonly close: () => Promise<void>;
}

const RETRY_MS = 100;

const isSameBoot = (a: Hello, b: Hello): boolean => a.bootId?.join() === b.bootId?.join();

/** The session's line, down and up again. */
interface Redial {
  readonly dial: () => Promise<Outcome<Connection, ConnectError>>;
  readonly reconnectMs: number;
  readonly signal: AbortSignal;
}

/** Tries again until a signer answers, the time is over or the session is closed. */
const redial = async ({
  dial,
  reconnectMs,
  signal,
}: Redial): Promise<Outcome<Connection, ConnectError>> => {
  const untilMs = performance.now() + reconnectMs;
  let fresh: Outcome<Connection, ConnectError> = fail("port_missing");
  while (!signal.aborted && performance.now() < untilMs) {
    fresh = await dial();
    if (fresh.ok) return fresh;
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
  return fresh;
};

/** What lasts as long as the session, whichever line it is on. */
interface SessionState {
  readonly pending: PendingCalls;
  readonly closing: AbortController;
  readonly tell: (event: SessionEvent) => void;
  /** The connection of the moment; none while the line is down. */
  readonly line: { connection: Connection | undefined };
  peer: Hello;
  /** The reconnection under way. */
  returning: Promise<void>;
  isLost: boolean;
}

const welcome = (state: SessionState, fresh: Connection): void => {
  const before = state.peer;
  state.line.connection = fresh;
  state.peer = fresh.peer;
  state.tell({ kind: "connected", peer: fresh.peer });
  if (isSameBoot(before, fresh.peer)) {
    state.pending.sendAll(fresh.send);
    return;
  }
  state.tell({ kind: "rebooted", peer: fresh.peer });
  state.pending.settleAll(fail("call_indeterminate"));
};

const giveUp = (state: SessionState, error: ConnectError): void => {
  state.isLost = true;
  state.tell({ kind: "lost", error });
  state.pending.settleAll(fail("link_down"));
};

/** Keeps the session on its feet: each connection that goes down is followed by the next. */
const keepUp = (state: SessionState, dialling: Omit<Redial, "signal">): void => {
  const { signal } = state.closing;
  const comeBack = async (gone: Connection): Promise<void> => {
    state.line.connection = undefined;
    state.tell({ kind: "disconnected" });
    await gone.close(); // an open descriptor would keep the device's name busy
    const fresh = await redial({ ...dialling, signal });
    if (!fresh.ok) giveUp(state, fresh.error);
    else if (signal.aborted) await fresh.value.close();
    else watch(fresh.value);
  };
  const watch = (connection: Connection): void => {
    welcome(state, connection);
    connection.onDown(() => {
      state.returning = comeBack(connection);
    });
  };
  if (state.line.connection !== undefined) watch(state.line.connection);
};

/** Opens a session; refused where no signer answers. */
export const openSession = async (
  options: SessionOptions,
): Promise<Outcome<Session, ConnectError>> => {
  const { connectTimeoutMs: timeoutMs = 2500, reconnectMs = 10_000, onEvent } = options;
  const line: SessionState["line"] = { connection: undefined };
  const pending = createPending((id) => {
    line.connection?.send(encodeMessage({ kind: "cancel", id }));
  });
  const closing = new AbortController();
  const { signal } = closing;
  const dial = (ends: AbortSignal = signal) =>
    connect(options.open, pending.take, { timeoutMs, signal: ends });
  const first = await dial(options.signal);
  if (!first.ok) return first;
  line.connection = first.value;
  const state: SessionState = {
    pending,
    line,
    closing,
    tell: (event) => {
      if (!signal.aborted) onEvent?.(event);
    },
    peer: first.value.peer,
    returning: Promise.resolve(),
    isLost: false,
  };
  keepUp(state, { dial, reconnectMs });
  let lastId = 0;

  return ok({
    peer: () => state.peer,
    call: (body, callSignal) => {
      if (state.isLost || signal.aborted) return Promise.resolve(fail("link_down"));
      lastId += 1;
      const either = AbortSignal.any([callSignal, ...(options.signal ? [options.signal] : [])]);
      const answer = pending.add({ kind: "request", id: lastId, ...body }, either);
      if (line.connection !== undefined) pending.send(lastId, line.connection.send);
      return answer;
    },
    close: async () => {
      closing.abort();
      pending.abandonAll();
      await line.connection?.close();
      await state.returning;
    },
  });
};
