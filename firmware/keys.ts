/** The keys of a device that has just been given a seed. */
import { fingerprintOf } from "./bitcoin/index.ts";
import type { Keys } from "./device.ts";
import type { Crypto, Handle, Secrets } from "./hal.ts";

/** Derives the master node and wipes the seed; `publicKey` is the master's, 33 bytes. */
export const keysOf = (
  secrets: Secrets,
  crypto: Crypto,
  seed: Handle<"seed">,
): { readonly keys: Keys; readonly publicKey: Uint8Array } => {
  const master = secrets.master(seed);
  secrets.wipe(seed);
  const { publicKey } = secrets.publicNode(master);
  const fingerprint = fingerprintOf(publicKey, crypto);
  return { keys: { master, fingerprint, wallets: [] }, publicKey };
};
