/**
 * Signed time (CUSTODY, section 5): what somebody of the roster says the time is, against a nonce
 * of the device's, so that a statement counts for one boot and for a while.
 */
import { encodeCbor } from "./cbor/cbor.ts";
import { bytes, field, type Infer, map, uint } from "./cbor/schema.ts";
import { LIMITS } from "./limits.ts";

/** What is said. */
export const TIME_STATEMENT = map({
  bootId: field(0, bytes(16)),
  /** The device's, of that boot. */
  nonce: field(1, bytes(16)),
  /** Ed25519 public key. */
  signer: field(2, bytes(32)),
  /** Milliseconds since 1970, UTC. */
  timeMs: field(3, uint()),
});

/** A statement and its signature: Ed25519 over `timeSignedBytes`. */
export const SIGNED_TIME = map({
  statement: field(0, bytes(1, LIMITS.timeStatement)),
  signature: field(1, bytes(64)),
});

/** What somebody says the time is. */
export type TimeStatement = Infer<typeof TIME_STATEMENT>;
/** The same, signed. */
export type SignedTime = Infer<typeof SIGNED_TIME>;

/** What is signed: CBOR of a label and the statement. */
export const timeSignedBytes = (statement: Uint8Array): Uint8Array =>
  encodeCbor(["mayfly time 1", statement]);
