/** What the keepers of secrets hold and take at most, whichever engine they run on. */

/** Limits of this room; each with its unit and its reason. */
export const SECRET_LIMITS = {
  /** Bytes: SLIP-39, "Generating the shares", and BIP-32, "Master key generation". */
  seedLeast: 16,
  /** Bytes: BIP-32, "Master key generation". */
  seedMost: 64,
  /** Bytes: what a device makes itself. */
  seedMade: 32,
  /** Members in a group and groups in a set: SLIP-39 has four bits for each. */
  slip39Members: 16,
  /** SLIP-39 has four bits for it. */
  slip39Exponent: 15,
  /** SLIP-39 has fifteen bits for it. */
  slip39Identifier: 0x7fff,
  /** Bytes of host entropy and dice under a new seed: 4096 rolls written one to a byte. */
  extraEntropy: 4096,
  /** Live secrets: a ready device with a set of shares under way needs a tenth of it. */
  slots: 1024,
} as const;

/** Whether a seed, or a share's value, may have this length in bytes (SLIP-39: it is even). */
export const isSeedLength = (length: number): boolean =>
  length >= SECRET_LIMITS.seedLeast && length <= SECRET_LIMITS.seedMost && length % 2 === 0;
