/** A limit on everything that crosses the wire: name, unit, reason. */
export const LIMITS = {
  /** Bytes of payload in a frame, before the sides agree on less or more. */
  framePayloadDefault: 512,
  /** Below this the header costs more than it carries. */
  framePayloadMinimum: 64,
  /** CRC-32C keeps a useful distance up to here; it is also one page. */
  framePayloadMaximum: 4096,
  /** Bytes of one record: a PSBT of some 400 inputs. Uploads will carry more. */
  record: 1 << 18,
  /** Records waiting to be sent on one link. */
  queuedRecords: 16,
  /** Channels of one link. */
  channels: 8,

  /** Depth of nested lists and maps in a message. */
  cborDepth: 8,
  /** Items (of any kind) in a message: bounds what decoding allocates. */
  cborItems: 16_384,
  /** Keys of our maps are 0..23: one byte each. */
  cborMapKey: 23,

  /** Bytes of an idempotency key. */
  idempotencyKey: 16,
  /** Items of a refusal's details on the wire (names and values). */
  detailItems: 8,
  /** Bytes of a detail's name or text. */
  detailText: 160,

  /** Bytes of a device's name. */
  deviceName: 32,
  /** Custodians of one seed: SLIP-39 allows 16 members. */
  custodians: 16,
  /** Sealed shares submitted in one call. */
  submittedShares: 16,
  /** Bytes of a sealed share's context. */
  shareContext: 512,
  /** Bytes of a custodian's nonce in a quote. */
  quoteNonce: 32,
  /** Bytes of a quote. */
  quote: 512,
  /** Milliseconds for which a quote, and what was sealed to it, is good: one day. */
  quoteLifeMs: 86_400_000,

  /** Bytes of a wallet's name (BIP-388). */
  walletName: 64,
  /** Bytes of a wallet policy's template. */
  walletTemplate: 512,
  /** Bytes of a key with its origin. */
  walletKey: 256,
  /** Keys of a wallet policy: the most that a P2WSH multisig holds within standard rules. */
  walletKeys: 15,
  /** Bytes of a descriptor. */
  descriptor: 4096,
  /** Steps of a derivation path. */
  pathLength: 10,
  /** Signatures in one reply. */
  signatures: 2_000,
} as const;
