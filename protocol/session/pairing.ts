/**
 * What device and host must agree on to pair and to begin a session: labels, the claim that the
 * first `IK` message carries, and which bytes name a host's key.
 */
import { bytes, choice, field, type Infer, map, optional } from "../cbor/schema.ts";
import { ROLES } from "./role.ts";

/** Label under which the device's link key comes from its seed. */
export const LINK_LABEL = "link";

/**
 * Label of all that pairing derives: the psk from a code's entropy, the key of credentials from
 * the seed, and the first item of what a credential authenticates.
 */
export const PAIRING_LABEL = "mayfly pair 1";

/** Bytes of entropy in a pairing code: 12 words of BIP-39. */
export const PAIRING_ENTROPY = 16;

/** Payload of message 1 of `IK`, as CBOR: the role that the host claims for the session. */
export const SESSION_CLAIM = map({
  role: field(0, choice(...ROLES)),
  /** What pairing returned; absent where the device's trust lists the host. */
  credential: optional(1, bytes(32)),
});

/** A host's claim. */
export type SessionClaim = Infer<typeof SESSION_CLAIM>;

/**
 * Whether 32 bytes are the one name of an X25519 key. The function ignores the highest bit (RFC
 * 7748, section 5), so a key with it set would be a second name, and slip past a revocation.
 */
export const isKeyName = (key: Uint8Array): boolean =>
  key.length === 32 && (key[31] ?? 0xff) < 0x80;
