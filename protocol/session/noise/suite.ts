/**
 * What the Noise engine is handed: the functions of `25519_AESGCM_SHA256` (Noise Protocol
 * Framework, revision 34, section 12). The engine has no cryptography and no chance of its own.
 */

/** How the names of protocols end (section 8). */
export const SUITE_NAME = "25519_AESGCM_SHA256";

/** Lengths of the suite, in bytes. */
export const NOISE_BYTES = {
  /** A key of X25519, of either half; a result of it; a key of AES-256. */
  key: 32,
  /** A result of SHA-256 (HASHLEN). */
  hash: 32,
  /** A tag of AES-GCM. */
  tag: 16,
  /** A nonce of AES-GCM: four zeros, then the counter. */
  nonce: 12,
  /** The most that any Noise message has (section 3). */
  message: 65_535,
} as const;

/** The public half of an X25519 key pair, and the use of the other half; its bytes stay inside. */
export interface KeyAgreement {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /**
   * X25519 (RFC 7748) with a peer's key: 32 bytes that the caller may overwrite. `undefined` for
   * a key of a wrong length and for a result of all zeros; never throws for a peer's bytes.
   */
  readonly agree: (peer: Uint8Array) => Uint8Array | undefined;
}

/** The functions of the suite. Results are new arrays; no argument is changed or kept. */
export interface NoiseSuite {
  readonly sha256: (data: Uint8Array) => Uint8Array;
  readonly hmacSha256: (key: Uint8Array, data: Uint8Array) => Uint8Array;
  /** AES-256-GCM: ciphertext and 16-byte tag. */
  readonly seal: (
    key: Uint8Array,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    associatedData: Uint8Array,
  ) => Uint8Array;
  /** `undefined` where the tag does not hold; never throws for a peer's bytes. */
  readonly open: (
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    associatedData: Uint8Array,
  ) => Uint8Array | undefined;
  /** The key pair of a secret of 32 bytes, which the caller may overwrite afterwards. */
  readonly keyPair: (secret: Uint8Array) => KeyAgreement;
}
