/** The keys of a device that has just been given a seed. */
import { LINK_LABEL, PAIRING_LABEL } from "../protocol/session/pairing.ts";
import { fingerprintOf } from "./bitcoin/index.ts";
import type { Keys } from "./device.ts";
import type { Crypto, Handle, Secrets } from "./hal.ts";

/** Derives all keys and wipes the seed; `publicKey` is the master's, 33 bytes. */
export const keysOf = (
  secrets: Secrets,
  crypto: Crypto,
  seed: Handle<"seed">,
): { readonly keys: Keys; readonly publicKey: Uint8Array } => {
  const master = secrets.master(seed);
  const link = secrets.deriveAgreement(seed, LINK_LABEL);
  const pairing = secrets.deriveSymmetric(seed, PAIRING_LABEL);
  secrets.wipe(seed);
  const { publicKey } = secrets.publicNode(master);
  const fingerprint = fingerprintOf(publicKey, crypto);
  return { keys: { master, fingerprint, link, pairing, wallets: [] }, publicKey };
};

/** Wipes all that `keysOf` derived. */
export const wipeKeys = (secrets: Secrets, { master, link, pairing }: Keys): void => {
  for (const handle of [master, link.secret, pairing]) secrets.wipe(handle);
};
