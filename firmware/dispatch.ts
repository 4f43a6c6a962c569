/** From params to the outcome: what handlers see, and the gate before each of them. */
import type { Counters } from "../protocol/attestation.ts";
import type { CallPhase } from "../protocol/call/envelope.ts";
import type { CommonError } from "../protocol/commands/command.ts";
import { fail, type Outcome, ok } from "../protocol/errors.ts";
import {
  type CommandName,
  type Commands,
  hasUpload,
  type PlainName,
  REGISTRY,
  type UploadName,
} from "../protocol/commands/registry.ts";
import { readWire } from "../protocol/cbor/schema.ts";
import type { Caller } from "../protocol/session/role.ts";
import type { NetworkName } from "./bitcoin/index.ts";
import type { EndReason } from "./cancellation.ts";
import type { Ask } from "./consent.ts";
import type { Device, DeviceEvent } from "./device.ts";
import type { Hal } from "./hal.ts";
import type { Charge, CommitError } from "./ledger/ledger.ts";
import type { Pairing } from "./pairing/pairing.ts";
import type { Quotes } from "./quotes.ts";
import type { SignedClock } from "./time/signed-time.ts";
import type { Trust } from "./trust.ts";

/** What handlers may see and do of the call that they serve. */
export interface CallContext {
  readonly caller: Caller;
  /** 32 bytes: that of the session the call came by. */
  readonly handshakeHash: Uint8Array;
  readonly ask: Ask;
  /** Why the call should end, once it should; long work before the commit may end then. */
  readonly endReason: () => EndReason | undefined;
  /** Tells the caller how far the call has come, as often as one likes. */
  readonly progress: (phase: CallPhase, done?: number, total?: number) => void;
  /**
   * The commit point: marks the key and charges the transaction, in one step, or ends the call
   * where it should end. What must not happen twice comes after it, without waiting.
   */
  readonly commit: (charge: Charge) => Outcome<void, CommitError | EndReason>;
  /** Whether the call is committed; at its start if it is repeated: nobody is asked again. */
  readonly isCommitted: () => boolean;
}

/** What handlers may see and do. */
export interface Context extends CallContext {
  readonly hal: Hal;
  readonly network: NetworkName;
  readonly version: string;
  /** 16 random bytes, new at each boot. */
  readonly bootId: Uint8Array;
  readonly uptimeMs: () => number;
  readonly counters: () => Counters;
  readonly device: () => Device;
  readonly advance: (event: DeviceEvent) => void;
  readonly pairing: Pairing;
  readonly quotes: Quotes;
  readonly time: SignedClock;
  readonly trust: () => Trust;
}

/** What handlers see of the device, whoever calls. */
export type DeviceContext = Omit<Context, keyof CallContext>;

/** The outcome of a command. */
export type Reply<N extends CommandName> = Outcome<
  Commands[N]["result"],
  Commands[N]["error"] | CommonError
>;

/**
 * One upload on its way in, over however many sessions that takes. Nobody has called yet: it may
 * stop at any byte, and is then dropped without a word. It bounds what it keeps, and says of bytes
 * that are no good only when it is finished.
 */
export interface Reception<N extends UploadName> {
  /** The next bytes, in order and each once; they are its own to keep. */
  readonly take: (bytes: Uint8Array) => void;
  /** Bytes of memory that it takes. */
  readonly heldBytes: () => number;
  /** All of it is there and is what was announced: the call itself. */
  readonly finish: (context: Context) => Reply<N> | Promise<Reply<N>>;
}

/** Handlers of commands whose params are all that they take. */
export type PlainHandlers = {
  readonly [N in PlainName]: (
    context: Context,
    params: Commands[N]["params"],
  ) => Reply<N> | Promise<Reply<N>>;
};

/** Handlers of commands with an upload: each call of one begins with a reception. */
export type Receivers = {
  readonly [N in UploadName]: (
    context: DeviceContext,
    params: Commands[N]["params"],
  ) => Reception<N>;
};

/** One handler per command; a missing one does not compile. */
export type Handlers = PlainHandlers & Receivers;

/** A call whose params fit: it runs the handler, unless the phase forbids it by then. */
export type Prepared<N extends CommandName> = (context: Context) => Promise<Reply<N>>;

/** Runs a handler, unless the phase forbids it by now. */
const inPhase =
  <N extends CommandName>(name: N, run: Prepared<N>): Prepared<N> =>
  async (context) =>
    REGISTRY[name].phases.includes(context.device().phase) ? run(context) : fail("wrong_phase");

/** Reads the params; `wire` is what the envelope or the body carried. */
export const prepare = <N extends PlainName>(
  handlers: PlainHandlers,
  name: N,
  wire: unknown,
): Outcome<Prepared<N>, "invalid_params"> => {
  const params = readWire(REGISTRY[name].params, wire);
  if (params === undefined) return fail("invalid_params");
  return ok(inPhase(name, async (context) => handlers[name](context, params)));
};

/** A reception, and the call that it is once the upload is there. */
export interface Received<N extends UploadName = UploadName> {
  readonly reception: Reception<N>;
  readonly prepared: Prepared<N>;
}

/** Reads the params beside an upload; what it gives begins a reception each time. */
export const receive = <N extends UploadName>(
  handlers: Receivers,
  context: DeviceContext,
  name: N,
  wire: unknown,
): Outcome<() => Received<N>, "invalid_params"> => {
  const params = readWire(REGISTRY[name].params, wire);
  if (params === undefined) return fail("invalid_params");
  return ok(() => {
    const reception = handlers[name](context, params);
    return { reception, prepared: inPhase(name, async (own) => reception.finish(own)) };
  });
};

/** Checks phase and params, then runs the handler; of an upload nothing has come. */
export const dispatch = async (
  handlers: Handlers,
  context: Context,
  name: CommandName,
  wire: unknown,
): Promise<Reply<CommandName>> => {
  if (!REGISTRY[name].phases.includes(context.device().phase)) return fail("wrong_phase");
  if (!hasUpload(name)) {
    const prepared = prepare(handlers, name, wire);
    return prepared.ok ? prepared.value(context) : prepared;
  }
  const received = receive(handlers, context, name, wire);
  return received.ok ? received.value().prepared(context) : received;
};
