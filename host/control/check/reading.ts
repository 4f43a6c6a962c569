/** What came of reading something that may be broken: the value, or a sentence why not. */

/** A value or the reason for its absence. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

/** A value that was read. */
export const got = <T>(value: T): Reading<T> => ({ ok: true, value });

/** The reason why there is no value. */
export const unread = (why: string): { readonly ok: false; readonly why: string } => ({
  ok: false,
  why,
});
