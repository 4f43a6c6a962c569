/** What device and people's tools must agree on to get the same check words. */

/** scrypt's cost (RFC 7914: n * r * 128 bytes are 64 MiB), and words of 11 bits from its output. */
export const CHECK_WORDS = {
  n: 1 << 16,
  r: 8,
  p: 1,
  /** Bytes: the first 66 bits count. */
  length: 9,
  count: 6,
  wordBits: 11,
} as const;

/** Salts: a document of one kind never has the words of another. */
export const WORD_LABELS = {
  quote: "mayfly check words 1",
  genesis: "mayfly genesis words 1",
} as const;
