/** The one way in for a plain seed, beside `Secrets`. */
import type { Handle, Secrets } from "../../firmware/hal.ts";

/** An engine that can be told a seed: for self-tests, tests and emulators told to be insecure. */
export interface ImportingSecrets extends Secrets {
  /** A copy of the bytes as a seed: 16 to 64, an even number. */
  readonly importSeed: (bytes: Uint8Array) => Handle<"seed">;
  /** Wipes everything and gives the memory back; nothing may be asked of it then. */
  readonly close: () => void;
}
