/** What a command's declaration holds, and the errors that every command may return. */
import type { ErrorName } from "../errors.ts";
import type { Phase } from "../phase.ts";
import type { Schema } from "../cbor/schema.ts";
import type { Access } from "../session/role.ts";

/** Errors any command may return; a declaration names only its own. */
export const COMMON_ERRORS = [
  "unknown_command",
  "role_denied",
  "invalid_params",
  "wrong_phase",
  "busy",
  "timeout",
  "cancelled",
  "body_too_large",
  "body_mismatch",
  "body_stalled",
  "idempotency_key_reused",
  "ledger_full",
  "device_fault",
] as const satisfies readonly ErrorName[];

/** An error any command may return. */
export type CommonError = (typeof COMMON_ERRORS)[number];

/** Bytes that a command reads as they arrive, raw, beside its params. */
export interface Upload<U extends string> {
  /** Under this name a client hands them over. */
  readonly name: U;
  /** The most of them. */
  readonly bytes: number;
}

/** One command, declared once. Both sides read everything about it from here. */
export interface Command<P, R, E extends ErrorName, U extends string> {
  /** On the wire; never reused. */
  readonly code: number;
  readonly doc: string;
  /** The `mayfly` command line that calls it. */
  readonly commandLine: string;
  readonly access: Access;
  /** The phases in which it is allowed; in all others it is refused with `wrong_phase`. */
  readonly phases: readonly Phase[];
  /** True where calling it twice does what calling it once does: no record of its key is kept. */
  readonly idempotent: boolean;
  /** The protocol version that brought it. */
  readonly since: number;
  /** A stable command's bytes are frozen (test/wire); a provisional one's may still change. */
  readonly stability: "stable" | "provisional";
  readonly params: Schema<P>;
  /** What its request's body is; then the params, which must fit a message, are in the request. */
  readonly upload?: Upload<U>;
  readonly result: Schema<R>;
  readonly errors: readonly E[];
}

/** Declares a command; its types are read from the schemas. */
export const command = <P, R, const E extends ErrorName = never, const U extends string = never>(
  declaration: Command<P, R, E, U>,
): Command<P, R, E, U> => declaration;

/** What a declaration takes, gives and may fail with; `upload` is its upload's name, or never. */
export type Declared<C> =
  C extends Command<infer P, infer R, infer E, infer U>
    ? { readonly params: P; readonly result: R; readonly error: E; readonly upload: U }
    : never;
