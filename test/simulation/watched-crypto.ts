/**
 * The device's cryptography with an eye on it: what its sessions seal and open is seen in clear,
 * and the costly derivation of points, a pure function, is remembered across runs.
 */
import type { Crypto } from "../../firmware/hal.ts";
import { createCrypto } from "../../hardware/secrets/index.ts";

/** Is told of each transport record, in clear. */
export interface CryptoWatch {
  readonly sealed: (key: Uint8Array, plaintext: Uint8Array) => void;
  readonly opened: (key: Uint8Array, plaintext: Uint8Array) => void;
  /** A session's key has become another. */
  readonly rekeyed: (before: Uint8Array, after: Uint8Array) => void;
  /** A point was derived: what takes a real device some time. */
  readonly worked: () => void;
}

const crypto = createCrypto();
const added = new Map<string, Uint8Array | undefined>();

const isRekey = (nonce: Uint8Array): boolean => nonce[4] === 0xff && nonce[5] === 0xff;

/** A boot's cryptography. */
export const createWatchedCrypto = (watch: CryptoWatch): Crypto => ({
  ...crypto,
  aesGcmSeal: (key, nonce, plaintext, associatedData) => {
    const sealed = crypto.aesGcmSeal(key, nonce, plaintext, associatedData);
    // What is sealed in a handshake has the transcript's hash for associated data.
    if (associatedData.length > 0) return sealed;
    if (isRekey(nonce)) watch.rekeyed(key, sealed.subarray(0, 32));
    else watch.sealed(key, plaintext);
    return sealed;
  },
  aesGcmOpen: (key, nonce, sealed, associatedData) => {
    const plaintext = crypto.aesGcmOpen(key, nonce, sealed, associatedData);
    if (plaintext !== undefined && associatedData.length === 0) watch.opened(key, plaintext);
    return plaintext;
  },
  addTweak: (publicKey, tweak) => {
    watch.worked();
    const name = `${publicKey.toHex()}${tweak.toHex()}`;
    if (!added.has(name)) added.set(name, crypto.addTweak(publicKey, tweak));
    return added.get(name)?.slice();
  },
});
