/**
 * The gate that every request passes: command, role, phase and room; then what its key stands for;
 * then its body, if it has one; then its params. A call that is known by its key is not asked for
 * its phase: it may have changed it.
 */
import type { Request } from "../../protocol/call/envelope.ts";
import { decodeCbor } from "../../protocol/cbor/cbor.ts";
import { commandOfCode, REGISTRY } from "../../protocol/commands/registry.ts";
import { type ErrorName, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { mayCall } from "../../protocol/session/role.ts";
import { type CallContext, type Context, type Handlers, prepare } from "../dispatch.ts";
import type { Bodies } from "./bodies.ts";
import { type Call, callOf } from "./call.ts";
import type { OpenRequest } from "./requests.ts";
import { createRoom } from "./room.ts";
import type { Conclude, Runs } from "./runs.ts";

/** Runs an action for a request; a fault of ours ends the device, and the request with it. */
export type Guard = (during: string, request: OpenRequest | undefined, action: () => void) => void;

/** What the gate needs. */
export interface GateConfig {
  readonly context: Omit<Context, keyof CallContext>;
  readonly handlers: Handlers;
  readonly bodies: Bodies;
  readonly runs: Runs;
  readonly conclude: Conclude;
  readonly guard: Guard;
}

/** Lets a request in, or ends it. */
export type Gate = (message: Request, request: OpenRequest) => void;

/** The params that a body carries. */
const paramsOf = (body: Outcome<Uint8Array>): Outcome<unknown> => {
  if (!body.ok) return body;
  const decoded = decodeCbor(body.value);
  return decoded.ok ? decoded : fail("invalid_params");
};

/** The gate of one boot. */
export const createGate = (config: GateConfig): Gate => {
  const { context, handlers, bodies, runs, conclude, guard } = config;
  const room = createRoom();

  const isInPhase = ({ name }: Call): boolean =>
    REGISTRY[name].phases.includes(context.device().phase);
  /** A device that has ended repeats nothing either. */
  const isRepeatable = ({ name }: Call): boolean =>
    !REGISTRY[name].idempotent && context.device().phase !== "ended";
  const isRepeated = (call: Call): boolean => isRepeatable(call) && runs.repeat(call);
  const refuse = ({ name, request }: Call, error: ErrorName): void =>
    conclude(name, [request], fail(error));

  const refusalOf = (call: Call): ErrorName | undefined => {
    const { access, idempotent } = REGISTRY[call.name];
    if (!mayCall(call.request.origin.caller, access)) return "role_denied";
    if (!isInPhase(call) && !(isRepeatable(call) && runs.isKnown(call))) return "wrong_phase";
    return idempotent || room.enter(call.request) ? undefined : "busy";
  };
  const proceed = (call: Call, params: Outcome<unknown>): void => {
    const prepared = params.ok ? prepare(handlers, call.name, params.value) : params;
    if (!prepared.ok) refuse(call, prepared.error);
    // While its body came, the same call may have come another way.
    else if (!isRepeated(call)) runs.run(call, prepared.value);
  };
  const takeParams = (call: Call, { params, body }: Request): void => {
    if (!isInPhase(call)) refuse(call, "wrong_phase");
    else if (body === undefined) proceed(call, ok(params));
    else {
      bodies.take(call.caller, body, call.request, (bytes) =>
        guard(call.name, call.request, () => proceed(call, paramsOf(bytes))),
      );
    }
  };
  return (message, request) => {
    const name = commandOfCode(message.code);
    if (name === undefined) {
      request.finish(fail("unknown_command"));
      return;
    }
    const call = callOf(name, message, request, context.hal.crypto);
    const refusal = refusalOf(call);
    if (refusal !== undefined) refuse(call, refusal);
    else if (!isRepeated(call)) takeParams(call, message);
  };
};
