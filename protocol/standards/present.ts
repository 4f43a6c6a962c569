/** Bun has all of today's JavaScript that we use. */

/** What was missing here, and was added. */
export const ADDED: readonly string[] = [];
