/** What a client offers: one method per registered command, and the exact union of its errors. */
import type { CommonError } from "../../protocol/commands/command.ts";
import type { CommandName, Commands } from "../../protocol/commands/registry.ts";
import type { ErrorName, Outcome } from "../../protocol/errors.ts";
import type { Hello } from "../../protocol/link/hello.ts";
import type { CallProgress, WireOutcome } from "./call.ts";

/** What the driver itself may add to a command's errors. */
export const DRIVER_ERRORS = [
  "link_down",
  "session_refused",
  "device_unknown",
  "call_indeterminate",
  "malformed_reply",
  "pairing_closed",
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
  readonly onProgress?: (progress: CallProgress) => void;
  /**
   * Told of each session that carries the call, by its Noise handshake hash (32 bytes): an answer
   * is that of the last one.
   */
  readonly onSession?: (handshakeHash: Uint8Array) => void;
  /**
   * 32 bytes, from the words on the device's screen: what `pair` needs. Whatever is called with it
   * goes over the session of these words and no other, so that the device that shows them answers.
   */
  readonly psk?: Uint8Array;
}

/** What a method takes: the params, and the bytes of an upload under its name. */
export type Taken<N extends CommandName> = Commands[N]["params"] & {
  readonly [U in Commands[N]["upload"]]: Uint8Array;
};

/** One method per command. */
export type Methods = {
  readonly [N in CommandName]: (params: Taken<N>, options?: CallOptions) => Promise<Reply<N>>;
};

/** A connected signer. */
export interface Client extends Methods {
  /** What the device said of itself when the line came up. */
  readonly peer: () => Hello;
  readonly close: () => Promise<void>;
}

/** A call as whoever stands between a client and its signer sees it. */
export interface SeenCall {
  readonly name: CommandName;
  /** In wire form. */
  readonly params: unknown;
  readonly upload?: Uint8Array;
}

/** Stands between a client and its signer: looks at calls, or answers in the signer's place. */
export type Intercept = (call: SeenCall, carry: () => Promise<WireOutcome>) => Promise<WireOutcome>;
