/**
 * From a record to the record that answers it: decode, find the command, run it once, audit,
 * encode. Nothing that a peer sends throws out of here; a fault of our own wipes and ends.
 */
import { encodeCbor } from "../protocol/cbor/cbor.ts";
import { decodeMessage, encodeMessage, type Request } from "../protocol/call/envelope.ts";
import { assert, fail, type Outcome, ok } from "../protocol/errors.ts";
import { type CommandName, commandOfCode, REGISTRY } from "../protocol/commands/registry.ts";
import type { Audit } from "./audit/audit.ts";
import type { Cancellation } from "./cancellation.ts";
import type { AskFor } from "./consent.ts";
import { type Context, dispatch } from "./dispatch.ts";
import { handlers } from "./handlers/index.ts";
import { createOnce } from "./idempotency.ts";
import { DEVICE_LIMITS } from "./limits.ts";
import { createOpenCalls } from "./open-calls.ts";

type WireOutcome = Outcome<unknown>;
type Run = (name: CommandName, params: unknown, cancellation: Cancellation) => Promise<WireOutcome>;

/** Answers records; `undefined` where a record is no request and deserves no answer. */
export interface Calls {
  /** `epoch` is that of the link the record came on: ids mean something only there. */
  readonly answer: (record: Uint8Array, epoch: number) => Promise<Uint8Array | undefined>;
}

/** What calls need besides the context, in which nobody is asked for yet. */
export interface CallsConfig {
  readonly context: Omit<Context, "ask" | "isCancelled">;
  readonly askFor: AskFor;
  readonly audit: Audit;
  /** Wipes and ends the device. */
  readonly onFault: () => void;
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

/** Runs commands: any at any time, or one at a time. */
const createRuns = ({ context, askFor, audit, onFault }: CallsConfig) => {
  let isWorking = false;
  const run: Run = async (name, params, cancellation) => {
    try {
      const { isCancelled } = cancellation;
      const whole: Context = { ...context, ask: askFor(cancellation), isCancelled };
      return toWire(name, await dispatch(handlers, whole, name, params));
    } catch {
      // A broken invariant of ours. The error is not logged: it could quote a secret.
      audit({ kind: "fault", during: name });
      onFault();
      return fail("device_fault");
    }
  };
  const runAlone: Run = async (name, params, cancellation) => {
    if (isWorking) return fail("busy");
    isWorking = true;
    const outcome = await run(name, params, cancellation);
    isWorking = false;
    return outcome;
  };
  return { run, runAlone };
};

/** The calls of one boot. */
export const createCalls = (config: CallsConfig): Calls => {
  const { context, audit } = config;
  const { run, runAlone } = createRuns(config);
  const once = createOnce<WireOutcome>();
  const openCalls = createOpenCalls();
  let open = 0;

  const digestOf = (request: Request): string =>
    context.hal.crypto
      .sha256()
      .update(encodeCbor([request.code, request.params]))
      .digest()
      .join();
  const outcomeOf = (
    name: CommandName,
    request: Request,
    cancellation: Cancellation,
  ): Promise<WireOutcome> =>
    // A device that has ended repeats nothing either: dispatch refuses.
    REGISTRY[name].idempotent || context.device().phase === "ended"
      ? run(name, request.params, cancellation)
      : once(request.idempotencyKey.join(), digestOf(request), () =>
          runAlone(name, request.params, cancellation),
        );
  const answer = async (request: Request, epoch: number): Promise<WireOutcome> => {
    const name = commandOfCode(request.code);
    if (name === undefined) return fail("unknown_command");
    // Status and seal are answered however many calls wait for a person.
    const mayWait = !REGISTRY[name].idempotent;
    if (mayWait && open >= DEVICE_LIMITS.openCalls) return fail("busy");
    if (mayWait) open += 1;
    const call = openCalls.begin(request, epoch);
    const outcome = await outcomeOf(name, request, call.cancellation);
    call.end();
    if (mayWait) open -= 1;
    audit({ kind: "call", command: name, outcome });
    return outcome;
  };

  return {
    answer: async (record, epoch) => {
      const message = decodeMessage(record);
      if (!message.ok) return undefined;
      if (message.value.kind === "cancel") openCalls.cancel(epoch, message.value.id);
      if (message.value.kind !== "request") return undefined;
      return answerOf(message.value.id, await answer(message.value, epoch));
    },
  };
};
