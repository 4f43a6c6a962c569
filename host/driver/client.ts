/** The typed client: one method per registered command, and the exact union of its errors. */
import { randomBytes } from "node:crypto";
import { COMMON_ERRORS, type CommonError } from "../../protocol/commands/command.ts";
import { type ErrorName, type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Hello } from "../../protocol/link/hello.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { type CommandName, type Commands, REGISTRY } from "../../protocol/commands/registry.ts";
import { readWire } from "../../protocol/cbor/schema.ts";
import type { ConnectError } from "./connection.ts";
import type { WireOutcome } from "./pending.ts";
import { openSession, type Session, type SessionOptions } from "./session.ts";

/** What the driver itself may add to a command's errors. */
export const DRIVER_ERRORS = [
  "link_down",
  "timeout",
  "cancelled",
  "call_indeterminate",
  "malformed_reply",
  "record_too_large",
] as const satisfies readonly ErrorName[];

/** An error that the driver itself adds. */
export type DriverError = (typeof DRIVER_ERRORS)[number];

/** The outcome of a call. */
export type Reply<N extends CommandName> = Outcome<
  Commands[N]["result"],
  Commands[N]["error"] | CommonError | DriverError
>;

/** How one call is made. */
export interface CallOptions {
  /** Milliseconds until `timeout`; unless told, 10 s, or 150 s where a person may have to press. */
  readonly timeoutMs?: number;
  /** Ends the wait with `cancelled`. */
  readonly signal?: AbortSignal;
  /** 16 bytes; the same key repeats the same call. Random unless told. */
  readonly idempotencyKey?: Uint8Array;
}

/** One method per command. */
export type Methods = {
  readonly [N in CommandName]: (
    params: Commands[N]["params"],
    options?: CallOptions,
  ) => Promise<Reply<N>>;
};

/** A connected signer. */
export interface Client extends Methods {
  /** What the device said of itself when the line came up. */
  readonly peer: () => Hello;
  readonly close: () => Promise<void>;
}

const PATIENCE_MS = { machine: 10_000, person: 150_000 } as const;

const raised = <N extends CommandName>(
  name: N,
  failure: Failure,
): Failure<Commands[N]["error"] | CommonError | DriverError> => {
  const known = [...REGISTRY[name].errors, ...COMMON_ERRORS, ...DRIVER_ERRORS].find(
    (error) => error === failure.error,
  );
  if (known === undefined) return fail("malformed_reply", { error: failure.error });
  return failure.details === undefined ? fail(known) : fail(known, failure.details);
};

const readReply = <N extends CommandName>(name: N, outcome: WireOutcome): Reply<N> => {
  if (!outcome.ok) return raised(name, outcome);
  const result = readWire(REGISTRY[name].result, outcome.value);
  return result === undefined ? fail("malformed_reply") : ok(result);
};

const call = async <N extends CommandName>(
  session: Session,
  name: N,
  params: Commands[N]["params"],
  options: CallOptions = {},
): Promise<Reply<N>> => {
  const { code, params: schema, idempotent } = REGISTRY[name];
  if (!schema.check(params)) return fail("invalid_params");
  const timeout = new AbortController();
  const patienceMs = options.timeoutMs ?? (idempotent ? PATIENCE_MS.machine : PATIENCE_MS.person);
  const timer = setTimeout(() => timeout.abort("timeout"), patienceMs);
  const { signal } = timeout;
  const outcome = await session.call(
    {
      code,
      idempotencyKey: options.idempotencyKey ?? randomBytes(LIMITS.idempotencyKey),
      params: schema.toWire(params),
    },
    options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]),
  );
  clearTimeout(timer);
  return readReply(name, outcome);
};

/** Opens a line and waits for the signer on it. */
export const openClient = async (
  options: SessionOptions,
): Promise<Outcome<Client, ConnectError>> => {
  const opened = await openSession(options);
  if (!opened.ok) return opened;
  const session = opened.value;
  return ok({
    peer: session.peer,
    close: session.close,
    getStatus: (params, how) => call(session, "getStatus", params, how),
    generateSeed: (params, how) => call(session, "generateSeed", params, how),
    getQuote: (params, how) => call(session, "getQuote", params, how),
    submitShares: (params, how) => call(session, "submitShares", params, how),
    seal: (params, how) => call(session, "seal", params, how),
    registerWallet: (params, how) => call(session, "registerWallet", params, how),
    getXpub: (params, how) => call(session, "getXpub", params, how),
    getAddress: (params, how) => call(session, "getAddress", params, how),
    signPsbt: (params, how) => call(session, "signPsbt", params, how),
  });
};
