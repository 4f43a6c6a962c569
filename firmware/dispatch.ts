/** From a request to its outcome: the gate that every command passes. */
import type { CommonError } from "../protocol/commands/command.ts";
import { fail, type Outcome } from "../protocol/errors.ts";
import { type CommandName, type Commands, REGISTRY } from "../protocol/commands/registry.ts";
import { readWire } from "../protocol/cbor/schema.ts";
import type { NetworkName } from "./bitcoin/index.ts";
import type { Ask } from "./consent.ts";
import type { Device, DeviceEvent } from "./device.ts";
import type { Hal } from "./hal.ts";

/** What handlers may see and do. */
export interface Context {
  readonly hal: Hal;
  readonly network: NetworkName;
  readonly version: string;
  /** 16 random bytes, new at each boot. */
  readonly bootId: Uint8Array;
  readonly uptimeMs: () => number;
  readonly device: () => Device;
  readonly advance: (event: DeviceEvent) => void;
  readonly ask: Ask;
  /** Whether the caller changed his mind; long work before a question may end then. */
  readonly isCancelled: () => boolean;
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

/** Checks phase and params, then runs the handler. `wire` is what the envelope carried. */
export const dispatch = async <N extends CommandName>(
  handlers: Handlers,
  context: Context,
  name: N,
  wire: unknown,
): Promise<Reply<N>> => {
  const declared = REGISTRY[name];
  if (!declared.phases.includes(context.device().phase)) return fail("wrong_phase");
  const params = readWire(declared.params, wire);
  if (params === undefined) return fail("invalid_params");
  return handlers[name](context, params);
};
