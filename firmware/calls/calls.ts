/**
 * From messages to calls and back (SPEC, section 4): every request passes the gate, takes effect
 * once, and gets exactly one final message. Nothing that a peer sends throws out of here; a fault
 * of our own wipes and ends.
 */
import { decodeMessage, type Message } from "../../protocol/call/envelope.ts";
import { fail, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Audit } from "../audit/audit.ts";
import type { AskFor } from "../consent.ts";
import type { DeviceContext, Handlers } from "../dispatch.ts";
import { handlers as firmwareHandlers } from "../handlers/index.ts";
import { createLedger, type Ledger } from "../ledger/ledger.ts";
import { createBodies } from "./bodies.ts";
import { createGate, type Gate, type Guard } from "./gate.ts";
import type { Origin } from "./origin.ts";
import { createRequests, type Requests } from "./requests.ts";
import { type Conclude, createRuns } from "./runs.ts";

export type { Origin } from "./origin.ts";

/** The calls of one boot. */
export interface Calls {
  /** Takes the plaintext of a transport record; what is no message of a host says nothing. */
  readonly take: (plaintext: Uint8Array, origin: Origin) => void;
  /** The session is over: nothing can be sent to it any more. Its calls go on. */
  readonly leave: (session: number) => void;
  /** Calls that are not over: at work, or receiving a body. */
  readonly openCalls: () => number;
  /** Bytes held for the bodies of requests. */
  readonly heldBytes: () => number;
  /** Sessions that have asked for something and are not over. */
  readonly sessions: () => number;
}

/** What calls need besides the context, in which nobody has called yet. */
export interface CallsConfig {
  readonly context: DeviceContext;
  readonly askFor: AskFor;
  readonly audit: Audit;
  /** Wipes and ends the device. */
  readonly onFault: () => void;
  /** Where keys and charges are kept; without it the calls make one of their own. */
  readonly ledger?: Ledger;
  /** The firmware's, unless a test brings others. */
  readonly handlers?: Handlers;
}

/** Tells messages of a host apart; all others are a device's own and say nothing. */
const takeMessage = (
  message: Message,
  origin: Origin,
  requests: Requests,
  gate: Gate,
  guard: Guard,
): void => {
  const known = requests.find(origin.session, message.id);
  if (message.kind === "request") {
    const { id, deadlineMs } = message;
    const request = requests.open({ id, deadlineMs, origin });
    if (request !== undefined) guard("request", request, () => gate(message, request));
  } else if (message.kind === "cancel") {
    guard("cancel", known, () => known?.service()?.end("cancelled"));
  } else if (message.kind === "chunk") {
    const { offset, bytes } = message;
    guard("chunk", known, () => known?.service()?.takeChunk?.(offset, bytes));
  }
};

/** The calls of one boot: nothing is open, no key is known. */
export const createCalls = (config: CallsConfig): Calls => {
  const { context, askFor, audit, onFault } = config;
  const handlers = config.handlers ?? firmwareHandlers;
  const ledger = config.ledger ?? createLedger();
  const requests = createRequests(context.hal.clock);
  const bodies = createBodies(context.hal);

  const fault = (during: string): void => {
    audit({ kind: "fault", during });
    onFault();
  };
  const conclude: Conclude = (command, waiting, answer) => {
    audit({ kind: "call", command, outcome: answer.ok ? ok(undefined) : answer });
    for (const request of waiting) request.finish(answer);
  };
  const guard: Guard = (during, request, action) => {
    try {
      action();
    } catch {
      fault(during);
      request?.finish(fail("device_fault"));
    }
  };
  const runs = createRuns({ context, askFor, ledger, conclude, fault });
  const gate = createGate({ context, handlers, bodies, runs, conclude, guard });
  return {
    take: (plaintext, origin) => {
      if (plaintext.length > LIMITS.message) return;
      guard("message", undefined, () => {
        const message = decodeMessage(plaintext);
        if (message.ok) takeMessage(message.value, origin, requests, gate, guard);
      });
    },
    leave: requests.leave,
    openCalls: () => runs.count() + bodies.count(),
    heldBytes: bodies.heldBytes,
    sessions: requests.sessions,
  };
};
