/** The ciphers of HPKE envelopes (RFC 9180, table 5). */

/** One of them. */
export interface Aead {
  readonly id: number;
  readonly keyBytes: number;
}

/** What Mayfly's envelopes are sealed with. */
export const AES_256_GCM: Aead = { id: 2, keyBytes: 32 };
/** What the vectors of RFC 9180, appendix A.1, are sealed with. */
export const AES_128_GCM: Aead = { id: 1, keyBytes: 16 };
