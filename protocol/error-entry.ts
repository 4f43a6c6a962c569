/** What an entry of the error table holds; the table itself is errors.ts. */

/**
 * What a caller may do after a failure: `never` repeat it as it is, repeat the `same` call under
 * its idempotency key, try `later`, or begin with a `new-session`.
 */
export type Retry = "never" | "same" | "later" | "new-session";

/** Which part of the road refused. */
export type ErrorGroup =
  | "link"
  | "session"
  | "call"
  | "idempotency"
  | "upload"
  | "policy"
  | "signing"
  | "device"
  | "custody"
  | "host";

/** What the table says of a failure. */
export interface Declaration {
  readonly code: number;
  readonly group: ErrorGroup;
  readonly retry: Retry;
  readonly means: string;
}

/** Declares a failure. */
export const entry = <const G extends ErrorGroup, const R extends Retry>(
  code: number,
  group: G,
  retry: R,
  means: string,
): { readonly code: number; readonly group: G; readonly retry: R; readonly means: string } => ({
  code,
  group,
  retry,
  means,
});
