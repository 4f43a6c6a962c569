/**
 * Sealed shares and quotes: the bytes that a device, a custodian's tool and the host between them
 * must agree on. A share's value is sealed by HPKE; all else about it is its context, in clear,
 * which the envelope authenticates as associated data.
 */
import { encodeCbor } from "./cbor/cbor.ts";
import {
  bool,
  bytes,
  choice,
  field,
  type Infer,
  map,
  optional,
  text,
  uint,
} from "./cbor/schema.ts";
import { LIMITS } from "./limits.ts";

/** HPKE `info` of every sealed share; a label of its own keeps envelopes of other uses apart. */
export const SHARE_INFO: Uint8Array = new TextEncoder().encode("mayfly share 1");

/** Bytes of a share's value: a 32-byte seed is split into shares of 32 bytes (SLIP-39). */
export const SHARE_VALUE_LENGTH = 32;

/** The public fields of a SLIP-39 share. */
export const SHARE_HEADER = map({
  identifier: field(0, uint(0x7fff)),
  extendable: field(1, bool()),
  iterationExponent: field(2, uint(15)),
  groupIndex: field(3, uint(15)),
  groupThreshold: field(4, uint(16)),
  groupCount: field(5, uint(16)),
  memberIndex: field(6, uint(15)),
  memberThreshold: field(7, uint(16)),
});

/**
 * What a sealed share is and for whom. `custodian`: as made at genesis, sealed to the custodian's
 * wrapping key. `boot`: sealed by the custodian's tool to a device's boot key, good for that boot
 * until `notAfterMs` of the device's uptime.
 */
export const SHARE_CONTEXT = map({
  purpose: field(0, choice("custodian", "boot")),
  device: field(1, text(LIMITS.deviceName)),
  /** Of the seed's master key. */
  fingerprint: field(2, bytes(4)),
  header: field(3, SHARE_HEADER),
  /** The custodian's wrapping key. */
  custodian: field(4, bytes(32)),
  /** The key it is sealed to. */
  recipient: field(5, bytes(32)),
  /** The boot that made it or that it is for. */
  bootId: field(6, bytes(16)),
  notAfterMs: field(7, uint()),
  /** What follows is there where a manifest is: the key of the manifest. */
  keyId: optional(8, text(LIMITS.manifestName)),
  /** Hash of the draft that the seed was made under. */
  genesis: optional(9, bytes(32)),
  /** Of `boot`: hash of the manifest that the device may become ready under. */
  manifest: optional(10, bytes(32)),
  /** Of `boot`: the newest version of the manifest that the custodian's tool has seen. */
  seenVersion: optional(11, uint(0xffff_ffff)),
  /** Of `boot`: the custodian's signing key (Ed25519), who signs the share. */
  signer: optional(12, bytes(32)),
});

/** A share's context. */
export type ShareContext = Infer<typeof SHARE_CONTEXT>;

/** A share under seal: context (deterministic CBOR), encapsulated key and ciphertext. */
export const SEALED_SHARE = map({
  context: field(0, bytes(1, LIMITS.shareContext)),
  encapsulated: field(1, bytes(32)),
  ciphertext: field(2, bytes(SHARE_VALUE_LENGTH + 16)),
  /** Of a share for a boot under a manifest: the custodian's, over `shareSignedBytes`. */
  signature: optional(3, bytes(64)),
});

/** A share under seal. */
export type SealedShare = Infer<typeof SEALED_SHARE>;

/** What a custodian signs (Ed25519): who holds the boot key could forge an envelope, not this. */
export const shareSignedBytes = ({ context, encapsulated, ciphertext }: SealedShare): Uint8Array =>
  encodeCbor(["mayfly share 1", context, encapsulated, ciphertext]);

/** What a share is committed to by: MAC under the share's value of these bytes. */
export const commitmentBytes = (
  keyId: string,
  { groupIndex, memberIndex }: Pick<ShareContext["header"], "groupIndex" | "memberIndex">,
): Uint8Array => encodeCbor(["mayfly commitment 1", keyId, groupIndex, memberIndex]);

/**
 * What a sealed device says of itself so that shares can be sealed to it. The firmware digest is a
 * claim. The boot key is fresh at each boot, so a quote dies with its boot at the latest.
 */
export const QUOTE = map({
  device: field(0, text(LIMITS.deviceName)),
  bootId: field(1, bytes(16)),
  firmwareDigest: field(2, bytes(32)),
  bootKey: field(3, bytes(32)),
  nonce: field(4, bytes(0, LIMITS.quoteNonce)),
  /** Uptime of the device after which it refuses what was sealed to this quote. */
  notAfterMs: field(5, uint()),
  /** Where a manifest was offered: its hash and version, and the key that is asked for. */
  manifest: optional(6, bytes(32)),
  version: optional(7, uint(0xffff_ffff)),
  keyId: optional(8, text(LIMITS.manifestName)),
});

/** A device's quote. */
export type Quote = Infer<typeof QUOTE>;
