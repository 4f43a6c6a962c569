/** A way to a cable in memory from outside of the process. */

/** A way that is open. */
export interface Way {
  /**
   * Hangs up on whoever came by it. Its name in the file system is gone when the call returns;
   * repeating it is harmless. Never rejects.
   */
  readonly close: () => Promise<void>;
}
