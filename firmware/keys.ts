/** Small facts about keys that several handlers need. */
import type { Crypto, Handle, Secrets } from "./hal.ts";

/** The fingerprint of a public key (BIP-32): the first 4 bytes of its HASH160. */
export const fingerprintOf = (crypto: Crypto, publicKey: Uint8Array): Uint8Array =>
  crypto.ripemd160(crypto.sha256().update(publicKey).digest()).slice(0, 4);

/** Whether two byte strings are equal. For public values: it takes no care of time. */
export const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** The keys of a device that has just been given a seed; the seed is wiped. */
export const keysOf = (secrets: Secrets, crypto: Crypto, seed: Handle<"seed">) => {
  const master = secrets.master(seed);
  secrets.wipe(seed);
  const { publicKey } = secrets.publicNode(master);
  return { keys: { master, fingerprint: fingerprintOf(crypto, publicKey), wallets: [] }, publicKey };
};
