/**
 * The gate that every request passes: command, role, phase and room; then what its key stands for;
 * then its body, if it has one; then its params, which come before the body where that is an
 * upload. A call that is known by its key is not asked for its phase: it may have changed it.
 */
import type { BodyClaim, Request } from "../../protocol/call/envelope.ts";
import { commandOfCode, REGISTRY } from "../../protocol/commands/registry.ts";
import { type ErrorName, fail, type Outcome } from "../../protocol/errors.ts";
import { mayCall } from "../../protocol/session/role.ts";
import type { DeviceContext, Handlers } from "../dispatch.ts";
import type { Bodies } from "./bodies.ts";
import { type Call, callOf } from "./call.ts";
import { type AnyPrepared, expectedBody, inlineCall } from "./intake.ts";
import type { OpenRequest } from "./requests.ts";
import { createRoom } from "./room.ts";
import type { Conclude, Runs } from "./runs.ts";

/** Runs an action for a request; a fault of ours ends the device, and the request with it. */
export type Guard = (during: string, request: OpenRequest | undefined, action: () => void) => void;

/** What the gate needs. */
export interface GateConfig {
  readonly context: DeviceContext;
  readonly handlers: Handlers;
  readonly bodies: Bodies;
  readonly runs: Runs;
  readonly conclude: Conclude;
  readonly guard: Guard;
}

/** Lets a request in, or ends it. */
export type Gate = (message: Request, request: OpenRequest) => void;

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
  const proceed = (call: Call, prepared: Outcome<AnyPrepared>): void => {
    if (!prepared.ok) refuse(call, prepared.error);
    // While its body came, the same call may have come another way.
    else if (!isRepeated(call)) runs.run(call, prepared.value);
  };
  const takeParams = (call: Call, { params, body }: Request): void => {
    if (!isInPhase(call)) refuse(call, "wrong_phase");
    else if (body === undefined) proceed(call, inlineCall(handlers, call.name, params));
    else takeBody(call, params, body);
  };
  const takeBody = (call: Call, params: unknown, claim: BodyClaim): void => {
    const { name, caller, request, digest, key } = call;
    const expected = expectedBody(handlers, context, name, params);
    if (!expected.ok) refuse(call, expected.error);
    else {
      const announced = { digest, key, claim, expected: expected.value };
      bodies.take(caller, announced, request, (prepared) =>
        guard(name, request, () => proceed(call, prepared)),
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
