/**
 * From a record to the record that answers it: decode, find the command, run it once, audit,
 * encode. Nothing that a peer sends throws out of here; a fault of our own wipes and ends.
 */
import { encodeCbor } from "../protocol/cbor.ts";
import { decodeMessage, encodeMessage, type Request } from "../protocol/envelope.ts";
import { assert, fail, type Outcome, ok } from "../protocol/errors.ts";
import { type CommandName, commandOfCode, REGISTRY } from "../protocol/registry.ts";
import type { Audit } from "./audit/audit.ts";
import { type Context, dispatch } from "./dispatch.ts";
import { handlers } from "./handlers/index.ts";
import { createOnce } from "./idempotency.ts";
import { DEVICE_LIMITS } from "./limits.ts";

type WireOutcome = Outcome<unknown>;

/** Answers records; `undefined` where a record is no request and deserves no answer. */
export interface Calls {
  readonly answer: (record: Uint8Array) => Promise<Uint8Array | undefined>;
}

/** A result in wire form, checked against its declaration. */
const toWire = <N extends CommandName>(
  name: N,
  reply: Awaited<ReturnType<typeof dispatch<N>>>,
): WireOutcome => {
  if (!reply.ok) return reply;
  assert(REGISTRY[name].result.check(reply.value), `${name} returns what it declares`);
  return ok(REGISTRY[name].result.toWire(reply.value));
};

const answerOf = (id: number, outcome: WireOutcome): Uint8Array => {
  if (outcome.ok) return encodeMessage({ kind: "result", id, result: outcome.value });
  const { error, details } = outcome;
  const refusal = { kind: "refusal", id, error } as const;
  return encodeMessage(details === undefined ? refusal : { ...refusal, details });
};

/** The calls of one boot. `onFault` wipes and ends the device. */
export const createCalls = (context: Context, audit: Audit, onFault: () => void): Calls => {
  const once = createOnce<WireOutcome>();
  let open = 0;
  let isWorking = false;

  const run = async (name: CommandName, params: unknown): Promise<WireOutcome> => {
    try {
      return toWire(name, await dispatch(handlers, context, name, params));
    } catch {
      // A broken invariant of ours. The error is not logged: it could quote a secret.
      audit({ kind: "fault", during: name });
      onFault();
      return fail("device_fault");
    }
  };
  const runAlone = async (name: CommandName, params: unknown): Promise<WireOutcome> => {
    if (isWorking) return fail("busy");
    isWorking = true;
    const outcome = await run(name, params);
    isWorking = false;
    return outcome;
  };
  const digestOf = (request: Request): string =>
    context.hal.crypto
      .sha256()
      .update(encodeCbor([request.code, request.params]))
      .digest()
      .join();
  const outcomeOf = (name: CommandName, request: Request): Promise<WireOutcome> =>
    // A device that has ended repeats nothing either: dispatch refuses.
    REGISTRY[name].idempotent || context.device().phase === "ended"
      ? run(name, request.params)
      : once(request.idempotencyKey.join(), digestOf(request), () =>
          runAlone(name, request.params),
        );
  const answer = async (request: Request): Promise<WireOutcome> => {
    const name = commandOfCode(request.code);
    if (name === undefined) return fail("unknown_command");
    // Status and seal are answered however many calls wait for a person.
    const mayWait = !REGISTRY[name].idempotent;
    if (mayWait && open >= DEVICE_LIMITS.openCalls) return fail("busy");
    if (mayWait) open += 1;
    const outcome = await outcomeOf(name, request);
    if (mayWait) open -= 1;
    audit({ kind: "call", command: name, outcome });
    return outcome;
  };

  return {
    answer: async (record) => {
      const message = decodeMessage(record);
      if (!message.ok || message.value.kind !== "request") return undefined;
      return answerOf(message.value.id, await answer(message.value));
    },
  };
};
