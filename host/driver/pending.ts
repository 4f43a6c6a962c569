/** The calls of a session that wait for their answers. */
import { decodeMessage, encodeMessage, type Request } from "../../protocol/call/envelope.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";

/** An answer as it crossed the wire. */
export type WireOutcome = Outcome<unknown>;

/** Sends a record; false where nothing takes it just now. */
export type SendRecord = (record: Uint8Array) => boolean;

/** Calls under way, each settled once. */
export interface PendingCalls {
  /** Adds a call; it is settled by an answer, by `settleAll` or by the signal. */
  readonly add: (request: Request, signal: AbortSignal) => Promise<WireOutcome>;
  /** Sends a call that waits; one that cannot be sent is settled. */
  readonly send: (id: number, send: SendRecord) => void;
  /** Sends all that wait, in their order. */
  readonly sendAll: (send: SendRecord) => void;
  /** A record from the device; anything but an answer to one of the calls says nothing. */
  readonly take: (record: Uint8Array) => void;
  readonly settleAll: (outcome: WireOutcome) => void;
  /** Ends all with `cancelled`; the device is told. */
  readonly abandonAll: () => void;
}

interface Waiting {
  readonly record: Uint8Array;
  readonly settle: (outcome: WireOutcome) => void;
}

/**
 * No calls yet. `onAbandoned` hears of each that its caller no longer wants, and not of one that
 * timed out: that may yet be repeated.
 */
export const createPending = (onAbandoned: (id: number) => void): PendingCalls => {
  const waiting = new Map<number, Waiting>();

  const add = (request: Request, signal: AbortSignal): Promise<WireOutcome> => {
    const { promise, resolve } = Promise.withResolvers<WireOutcome>();
    const settle = (outcome: WireOutcome): void => {
      waiting.delete(request.id);
      signal.removeEventListener("abort", abort);
      resolve(outcome);
    };
    const abort = (): void => {
      if (signal.reason === "timeout") settle(fail("timeout"));
      else abandon(request.id);
    };
    signal.addEventListener("abort", abort);
    waiting.set(request.id, { record: encodeMessage(request), settle });
    if (signal.aborted) settle(fail(signal.reason === "timeout" ? "timeout" : "cancelled"));
    return promise;
  };
  const abandon = (id: number): void => {
    waiting.get(id)?.settle(fail("cancelled"));
    onAbandoned(id);
  };
  const send = (id: number, sendRecord: SendRecord): void => {
    const one = waiting.get(id);
    if (one === undefined) return;
    if (one.record.length > LIMITS.record) one.settle(fail("record_too_large"));
    else if (!sendRecord(one.record)) one.settle(fail("busy"));
  };
  const take = (record: Uint8Array): void => {
    const message = decodeMessage(record);
    if (!message.ok) return;
    const one = waiting.get(message.value.id);
    if (message.value.kind === "result") one?.settle(ok(message.value.result));
    if (message.value.kind === "refusal") {
      one?.settle(fail(message.value.error, message.value.details));
    }
  };

  return {
    add,
    send,
    sendAll: (sendRecord) => {
      for (const id of waiting.keys()) send(id, sendRecord);
    },
    take,
    settleAll: (outcome) => {
      for (const one of waiting.values()) one.settle(outcome);
    },
    abandonAll: () => {
      for (const id of waiting.keys()) abandon(id);
    },
  };
};
