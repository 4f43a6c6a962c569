/** The one way in for a plain seed, beside `Secrets`. */
import type { Crypto, Handle, Secrets } from "../../firmware/hal.ts";

/** An engine that can be told a seed: for self-tests, tests and emulators told to be insecure. */
export interface ImportingSecrets extends Secrets {
  /** A copy of the bytes as a seed: 16 to 64, an even number. */
  readonly importSeed: (bytes: Uint8Array) => Handle<"seed">;
  /** What `Crypto` has of the threads, where there are any. */
  readonly deriveMany?: NonNullable<Crypto["deriveMany"]>;
  /** Starts the threads, which the first batch would do otherwise. */
  readonly startThreads?: () => void;
  /** Ends the threads; batches are cancelled from then on. */
  readonly endThreads?: () => void;
  /**
   * Ends the threads, wipes everything and gives the memory back; what is asked of it then throws,
   * but for wiping all.
   */
  readonly close: () => void;
}
