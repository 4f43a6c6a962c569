/**
 * SymmetricState (Noise, section 5.2): the handshake's hash, its chaining key, and the cipher that
 * the last key mixed gave. Chaining keys and all between are zeroed as soon as the next replaces
 * them.
 */
import { concat } from "../../bytes.ts";
import { type Cipher, createCipher } from "./cipher.ts";
import { NOISE_BYTES, type NoiseSuite } from "./suite.ts";

const NONE = new Uint8Array(0);

/** A cipher whose key never changes by itself: keys of a handshake seal a message or two. */
const NEVER = Number.POSITIVE_INFINITY;

/** What both sides of a handshake have mixed so far. */
export interface Symmetric {
  readonly mixHash: (data: Uint8Array) => void;
  readonly mixKey: (input: Uint8Array) => void;
  readonly mixKeyAndHash: (input: Uint8Array) => void;
  /** Bytes that sealing adds: none while there is no key. */
  readonly overhead: () => number;
  /** EncryptAndHash: the plaintext itself while there is no key. */
  readonly seal: (plaintext: Uint8Array) => Uint8Array;
  /** DecryptAndHash: a copy; `undefined` where the tag does not hold. */
  readonly open: (sealed: Uint8Array) => Uint8Array | undefined;
  /** The ciphers of the transport, the initiator's direction first. */
  readonly split: (rekeyEvery: number) => readonly [Cipher, Cipher];
  /** A copy of h, 32 bytes: not secret, and the same on both sides. */
  readonly hash: () => Uint8Array;
  readonly wipe: () => void;
}

interface Outputs {
  readonly next: () => Uint8Array;
  readonly wipe: () => void;
}

/** HKDF (section 4.3), output by output: RFC 5869 with a salt and no info. */
const createOutputs = (suite: NoiseSuite, salt: Uint8Array, input: Uint8Array): Outputs => {
  const key = suite.hmacSha256(salt, input);
  let last: Uint8Array = NONE;
  let counter = 0;
  return {
    next: () => {
      counter += 1;
      const block = concat(last, Uint8Array.of(counter));
      last = suite.hmacSha256(key, block);
      block.fill(0);
      return last;
    },
    wipe: () => {
      key.fill(0);
    },
  };
};

/** The name itself where it fits a hash, padded with zeros; else its hash (section 5.2). */
const nameHash = (suite: NoiseSuite, name: string): Uint8Array => {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length > NOISE_BYTES.hash) return suite.sha256(bytes);
  const padded = new Uint8Array(NOISE_BYTES.hash);
  padded.set(bytes);
  return padded;
};

const splitKey = (
  suite: NoiseSuite,
  chainingKey: Uint8Array,
  rekeyEvery: number,
): readonly [Cipher, Cipher] => {
  const outputs = createOutputs(suite, chainingKey, NONE);
  const first = createCipher(suite, outputs.next(), rekeyEvery);
  const second = createCipher(suite, outputs.next(), rekeyEvery);
  outputs.wipe();
  return [first, second];
};

/** The state before anything was mixed but the protocol's name. */
export const createSymmetric = (suite: NoiseSuite, name: string): Symmetric => {
  let hash: Uint8Array = nameHash(suite, name);
  let chainingKey: Uint8Array = hash.slice();
  let cipher: Cipher | undefined;

  const mixHash = (data: Uint8Array): void => {
    const input = concat(hash, data);
    hash = suite.sha256(input);
    input.fill(0);
  };
  const wipe = (): void => {
    chainingKey.fill(0);
    cipher?.wipe();
  };
  /** Mixes into the chaining key; the outputs that follow are the caller's. */
  const chain = (input: Uint8Array): Outputs => {
    const outputs = createOutputs(suite, chainingKey, input);
    wipe();
    chainingKey = outputs.next();
    return outputs;
  };
  const mixKey = (input: Uint8Array): void => {
    const outputs = chain(input);
    cipher = createCipher(suite, outputs.next(), NEVER);
    outputs.wipe();
  };
  const mixKeyAndHash = (input: Uint8Array): void => {
    const outputs = chain(input);
    const forHash = outputs.next();
    cipher = createCipher(suite, outputs.next(), NEVER);
    mixHash(forHash);
    forHash.fill(0);
    outputs.wipe();
  };

  return {
    mixHash,
    mixKey,
    mixKeyAndHash,
    overhead: () => (cipher === undefined ? 0 : NOISE_BYTES.tag),
    seal: (plaintext) => {
      const sealed = cipher?.seal(plaintext, hash) ?? plaintext;
      mixHash(sealed);
      return sealed;
    },
    open: (sealed) => {
      const plaintext = cipher === undefined ? sealed.slice() : cipher.open(sealed, hash);
      if (plaintext !== undefined) mixHash(sealed);
      return plaintext;
    },
    split: (rekeyEvery) => {
      const ciphers = splitKey(suite, chainingKey, rekeyEvery);
      wipe();
      return ciphers;
    },
    hash: () => hash.slice(),
    wipe,
  };
};
