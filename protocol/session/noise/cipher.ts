/**
 * CipherState (Noise, section 5.1): one key, one direction, a counter as the nonce. It gives a new
 * key to itself at fixed places (4.2 and 11.3), and it fails closed: what does not open ends it.
 */
import { assert } from "../../errors.ts";
import { NOISE_BYTES, type NoiseSuite } from "./suite.ts";

const NONE = new Uint8Array(0);

/** The most plaintext in one message. */
const PLAINTEXT_MOST = NOISE_BYTES.message - NOISE_BYTES.tag;

/** REKEY encrypts zeros (section 4.2) under the nonce 2^64 - 1, which no message takes. */
const ZEROS = new Uint8Array(NOISE_BYTES.key);
const REKEY_NONCE = new Uint8Array(NOISE_BYTES.nonce).fill(0xff, 4);

/** One direction: the sender seals, the receiver opens, in the same order. */
export interface Cipher {
  /** Ciphertext and 16-byte tag; `associatedData` is empty in transport messages. */
  readonly seal: (plaintext: Uint8Array, associatedData?: Uint8Array) => Uint8Array;
  /** `undefined` for what is not the next message, and ever after. */
  readonly open: (sealed: Uint8Array, associatedData?: Uint8Array) => Uint8Array | undefined;
  /** How many messages were sealed or opened: the nonce of the next. */
  readonly count: () => number;
  /** Zeroes the key: nothing opens any more, and sealing is our own mistake. */
  readonly wipe: () => void;
}

/**
 * A cipher of a key, which is its own from here on: it zeroes these very bytes. It renews the key
 * before messages `rekeyEvery`, 2 `rekeyEvery` and so on, counted from 0; `Infinity` is never.
 */
export const createCipher = (suite: NoiseSuite, key: Uint8Array, rekeyEvery: number): Cipher => {
  assert(key.length === NOISE_BYTES.key, "a cipher's key has 32 bytes");
  const nonce = new Uint8Array(NOISE_BYTES.nonce);
  const counter = new DataView(nonce.buffer, 4);
  let count = 0;
  let isDead = false;

  const wipe = (): void => {
    key.fill(0);
    isDead = true;
  };
  const rekey = (): void => {
    const sealed = suite.seal(key, REKEY_NONCE, ZEROS, NONE);
    key.set(sealed.subarray(0, NOISE_BYTES.key));
    sealed.fill(0);
  };
  /** Noise has nonces up to 2^64 - 2; numbers here are exact up to 2^53. */
  const begin = (): void => {
    assert(count < Number.MAX_SAFE_INTEGER, "a cipher has a nonce left");
    if (count > 0 && count % rekeyEvery === 0) rekey();
    counter.setBigUint64(0, BigInt(count));
    count += 1;
  };

  return {
    seal: (plaintext, associatedData = NONE) => {
      assert(!isDead, "a dead cipher seals nothing");
      assert(plaintext.length <= PLAINTEXT_MOST, "a message fits 65,535 bytes");
      begin();
      return suite.seal(key, nonce, plaintext, associatedData);
    },
    open: (sealed, associatedData = NONE) => {
      if (isDead) return undefined;
      begin();
      const fits = sealed.length >= NOISE_BYTES.tag && sealed.length <= NOISE_BYTES.message;
      const plaintext = fits ? suite.open(key, nonce, sealed, associatedData) : undefined;
      if (plaintext === undefined) wipe();
      return plaintext;
    },
    count: () => count,
    wipe,
  };
};
