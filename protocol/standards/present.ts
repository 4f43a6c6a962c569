/** Bun has all of today's JavaScript that we use: nothing to add. */
export {};
