/** From params to the outcome: what handlers see, and the gate before each of them. */
import type { Counters } from "../protocol/attestation.ts";
import type { CallPhase } from "../protocol/call/envelope.ts";
import type { CommonError } from "../protocol/commands/command.ts";
import { fail, type Outcome, ok } from "../protocol/errors.ts";
import { type CommandName, type Commands, REGISTRY } from "../protocol/commands/registry.ts";
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

/** The outcome of a command. */
export type Reply<N extends CommandName> = Outcome<
  Commands[N]["result"],
  Commands[N]["error"] | CommonError
>;

/** One handler per command; a missing one does not compile. */
export type Handlers = {
  readonly [N in CommandName]: (
    context: Context,
    params: Commands[N]["params"],
  ) => Reply<N> | Promise<Reply<N>>;
};

/** A call whose params fit: it runs the handler, unless the phase forbids it by then. */
export type Prepared<N extends CommandName> = (context: Context) => Promise<Reply<N>>;

/** Reads the params; `wire` is what the envelope or the body carried. */
export const prepare = <N extends CommandName>(
  handlers: Handlers,
  name: N,
  wire: unknown,
): Outcome<Prepared<N>, "invalid_params"> => {
  const { params: schema, phases } = REGISTRY[name];
  const params = readWire(schema, wire);
  if (params === undefined) return fail("invalid_params");
  return ok(async (context) =>
    phases.includes(context.device().phase) ? handlers[name](context, params) : fail("wrong_phase"),
  );
};

/** Checks phase and params, then runs the handler. */
export const dispatch = async <N extends CommandName>(
  handlers: Handlers,
  context: Context,
  name: N,
  wire: unknown,
): Promise<Reply<N>> => {
  if (!REGISTRY[name].phases.includes(context.device().phase)) return fail("wrong_phase");
  const prepared = prepare(handlers, name, wire);
  return prepared.ok ? prepared.value(context) : prepared;
};
