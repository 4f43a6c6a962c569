/** A limit on everything that crosses the wire: name, unit, reason. */
export const LIMITS = {
  /** Bytes of payload in a frame, before the sides agree on less or more. */
  framePayloadDefault: 512,
  /** Below this the header costs more than it carries. */
  framePayloadMinimum: 64,
  /** CRC-32C keeps a useful distance up to here; it is also one page. */
  framePayloadMaximum: 4096,
  /** Frames outstanding: 32 of a page fill what a USB serial driver holds. */
  window: 32,
  /** Without hardware flow control 8 default frames are all that a tty's 4,096 bytes hold. */
  windowDefault: 8,
  /** Bytes of one record on the wire: what is longer is a body, and sent in parts. */
  record: 4096,
  /** Records waiting to be sent or acknowledged on one link. */
  queuedRecords: 16,
  /** Channels of one link. */
  channels: 8,

  /** Records of one key before it is renewed. */
  rekeyRecords: 4096,
  /** Records of a session in one direction. */
  sessionRecords: 1 << 20,
  /** Milliseconds of a session: a day. */
  sessionMs: 86_400_000,
  /** Hosts that a device's trust may list, and keys that it may revoke. */
  trustedHosts: 256,
  /** Milliseconds for which a pairing code is good: ten minutes. */
  pairingMs: 600_000,
  /** How far the counter of a channel's handshakes may rise at once: its 16 bits must last. */
  counterStep: 1024,
  /** Milliseconds until a handshake that is not confirmed is forgotten. */
  handshakeMs: 10_000,

  /** Depth of nested lists and maps in a message. */
  cborDepth: 8,
  /** Items (of any kind) in a message: bounds what decoding allocates. */
  cborItems: 16_384,
  /** Keys of our maps are 0..23: one byte each. */
  cborMapKey: 23,

  /** Bytes of a message: a record less the tag of 16 bytes. */
  message: 4080,
  /** Bytes of params as a body: they are held whole, and the device has room for four. */
  body: 1 << 20,
  /** Bytes of a result's body: 20,000 signatures of 72 bytes, and a wallet's id. */
  result: 3 << 19,
  /** Bytes of an upload: a PSBT of 20,000 inputs with previous transactions of 1.7 kB each. */
  upload: 1 << 26,
  /** Bytes of a PSBT: it is an upload. */
  psbt: 1 << 26,
  /** Bytes of a body in one message: a message less its map and its numbers. */
  piece: 4060,
  /** Bytes of a body of a caller that anyone may be: 16 sealed shares, or a manifest. */
  publicBody: 1 << 15,
  /** Bytes of a body that the host may send beyond what the device has taken in. */
  bodyCredit: 1 << 16,
  /** The longest deadline of a call, in milliseconds: a day. */
  deadlineMs: 86_400_000,

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

  /** Bytes of a manifest: one call of a caller that anyone may be, signatures included. */
  manifest: 28_000,
  /** Bytes of a name in a manifest: of a person, a site, a group, a key or a host. */
  manifestName: 32,
  /** People of a roster. */
  people: 32,
  /** Keys of a manifest: the most that a wallet has. */
  manifestKeys: 15,
  /** Shares of one key: SLIP-39 allows 16 groups of 16, of which a manifest has room for these. */
  keyShares: 64,
  /** Bytes that people and host add to a new seed's randomness: 1,024 rolls of a die. */
  genesisEntropy: 1024,
  /** Accounts of a key: one for each kind of script that wallets use. */
  keyAccounts: 4,
  /** Bytes of a device's report of a genesis: 64 commitments, 4 accounts, 250 bytes besides. */
  genesisReport: 4096,
  /** Bytes of a statement of time. */
  timeStatement: 128,
  /** Wallets of a manifest: what it has room for. */
  manifestWallets: 32,
  /** Firmware digests that a manifest allows: a release, its successor, and debug images. */
  firmwareDigests: 16,
  /** Bytes of a caller's nonce in an attestation. */
  attestationNonce: 32,
  /** Bytes of a COSE_Sign1: three times what an attestation or a certificate comes to. */
  sign1: 1024,

  /** Bytes of a wallet's name (BIP-388). */
  walletName: 64,
  /** Bytes of a wallet policy's template. */
  walletTemplate: 512,
  /** Bytes of a key with its origin. */
  walletKey: 256,
  /** Keys of a wallet policy: 15 of a multisig, and a taproot's internal key. */
  walletKeys: 16,
  /** Bytes of a descriptor: 30 key expressions of 255 and the tree around them. */
  descriptor: 8192,
  /** Steps of a derivation path. */
  pathLength: 10,
  /** Bytes of a message that is signed: some pages of a small screen, which a person reads. */
  signedMessage: 1024,
  /** Signatures over one message: one for each key of the longest template that may be ours. */
  messageSignatures: 32,
  /** Bytes of a script behind a hash, or of a leaf: what P2SH allows, and 15 keys take 513. */
  script: 520,
  /** Bytes of a control block (BIP-341): a key, and 32 steps of a tree that has fewer leaves. */
  controlBlock: 1057,
  /** Signatures in one reply: as many inputs as a device signs at once. */
  signatures: 20_000,
} as const;
