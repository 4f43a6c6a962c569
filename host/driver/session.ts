/**
 * One device over as many connections as it takes: reconnects, repeats what was not answered under
 * the same idempotency key, and says so when a device has restarted meanwhile.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { decodeMessage, encodeMessage, type Request } from "../../protocol/envelope.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Hello } from "../../protocol/hello.ts";
import { type ConnectError, type Connection, connect } from "./connection.ts";
import type { OpenLine } from "./line.ts";

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
  readonly onEvent?: (event: SessionEvent) => void;
}

/** An answer as it crossed the wire. */
export type WireOutcome = Outcome<unknown>;

/** A device that can be called. */
export interface Session {
  readonly peer: () => Hello;
  readonly call: (
    request: Omit<Request, "id" | "kind">,
    signal: AbortSignal,
  ) => Promise<WireOutcome>;
  readonly close: () => Promise<void>;
}

interface Pending {
  readonly request: Request;
  readonly settle: (outcome: WireOutcome) => void;
}

const RETRY_MS = 100;

/** The calls that wait for their answers. */
const createPending = () => {
  const waiting = new Map<number, Pending>();
  return {
    add: (one: Pending): void => void waiting.set(one.request.id, one),
    remove: (id: number): void => void waiting.delete(id),
    all: (): readonly Pending[] => [...waiting.values()],
    take: (record: Uint8Array): void => {
      const message = decodeMessage(record);
      if (!message.ok || message.value.kind === "request") return;
      const one = waiting.get(message.value.id);
      if (one === undefined) return;
      waiting.delete(message.value.id);
      if (message.value.kind === "result") one.settle(ok(message.value.result));
      else one.settle(fail(message.value.error, message.value.details));
    },
    failAll: (outcome: WireOutcome): void => {
      const all = [...waiting.values()];
      waiting.clear();
      for (const one of all) one.settle(outcome);
    },
  };
};

const isSameBoot = (a: Hello, b: Hello): boolean => a.bootId?.join() === b.bootId?.join();

/** Opens a session; refused where no signer answers. */
export const openSession = async (
  options: SessionOptions,
): Promise<Outcome<Session, ConnectError>> => {
  const { connectTimeoutMs = 2500, reconnectMs = 10_000, onEvent } = options;
  const pending = createPending();
  let connection: Connection | undefined;
  let isClosed = false;
  let lastId = 0;

  const dial = (): Promise<Outcome<Connection, ConnectError>> =>
    connect(options.open, { onRecord: pending.take, onDown: () => void lose() }, connectTimeoutMs);
  const repeat = (): void => {
    for (const { request } of pending.all()) connection?.send(encodeMessage(request));
  };
  const welcome = (before: Hello, fresh: Connection): void => {
    connection = fresh;
    peer = fresh.peer;
    onEvent?.({ kind: "connected", peer });
    if (isSameBoot(before, peer)) {
      repeat();
      return;
    }
    onEvent?.({ kind: "rebooted", peer });
    pending.failAll(fail("call_indeterminate"));
  };
  const lose = async (): Promise<void> => {
    const gone = connection;
    connection = undefined;
    onEvent?.({ kind: "disconnected" });
    await gone?.close(); // an open descriptor would keep the device's name busy
    const untilMs = performance.now() + reconnectMs;
    let error: ConnectError = "port_missing";
    while (!isClosed && performance.now() < untilMs) {
      const fresh = await dial();
      if (fresh.ok) {
        if (isClosed) await fresh.value.close();
        else welcome(peer, fresh.value);
        return;
      }
      error = fresh.error;
      await sleep(RETRY_MS);
    }
    if (!isClosed) onEvent?.({ kind: "lost", error });
    isLost = true;
    pending.failAll(fail("link_down"));
  };

  let isLost = false;
  const first = await dial();
  if (!first.ok) return first;
  connection = first.value;
  let peer = first.value.peer;
  onEvent?.({ kind: "connected", peer });

  return ok({
    peer: () => peer,
    call: (body, signal) => {
      if (isLost || isClosed) return Promise.resolve(fail("link_down"));
      if (signal.aborted) return Promise.resolve(fail("cancelled"));
      lastId += 1;
      const request: Request = { kind: "request", id: lastId, ...body };
      const { promise, resolve } = Promise.withResolvers<WireOutcome>();
      const abort = (): void => {
        pending.remove(request.id);
        resolve(fail(signal.reason === "timeout" ? "timeout" : "cancelled"));
      };
      signal.addEventListener("abort", abort, { once: true });
      pending.add({
        request,
        settle: (outcome) => {
          signal.removeEventListener("abort", abort);
          resolve(outcome);
        },
      });
      if (connection !== undefined && !connection.send(encodeMessage(request))) {
        pending.remove(request.id);
        signal.removeEventListener("abort", abort);
        return Promise.resolve(fail("record_too_large"));
      }
      return promise;
    },
    close: async () => {
      isClosed = true;
      pending.failAll(fail("cancelled"));
      await connection?.close();
    },
  });
};
