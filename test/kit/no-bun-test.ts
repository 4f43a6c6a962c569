/** Without Bun there is no bun:test: `expect.extend(matchers)` is the test's own to say. */

/** None. */
export const KNOWN: readonly string[] = [];
