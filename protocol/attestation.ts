/**
 * Attestations: what a device signs of itself, and the certificate of the key that it does so
 * with. The audit key is made at each boot; a key of the seed certifies it once the seed is there.
 */
import { bytes, choice, field, type Infer, map, optional, text, uint } from "./cbor/schema.ts";
import { LIMITS } from "./limits.ts";
import { PHASES } from "./phase.ts";

/** What certificates are signed as: the external data of their COSE_Sign1. */
export const CERTIFICATE_DOMAIN = "mayfly certificate 1";

/** What attestations are signed as. */
export const ATTESTATION_DOMAIN = "mayfly attestation 1";

/** Payload of a certificate: the certifying key says whose boot an audit key is. */
export const CERTIFICATE = map({
  /** The audit key of the boot: secp256k1, compressed. */
  auditKey: field(0, bytes(33)),
  bootId: field(1, bytes(16)),
  /** SHA-256 of what runs: a claim. */
  firmwareDigest: field(2, bytes(32)),
  /** Of the seed's master key. */
  fingerprint: field(3, bytes(4)),
  /** The certifying key, which signed this: to be held against one that is trusted. */
  certifier: field(4, bytes(33)),
});

/** A certificate's payload. */
export type Certificate = Infer<typeof CERTIFICATE>;

/** What a device has counted since its boot. */
export const COUNTERS = map({
  /** Calls that came to an end before this one. */
  calls: field(0, uint()),
  /** Those of them that were refused. */
  refusals: field(1, uint()),
  /** Idempotency keys in the ledger now. */
  keys: field(2, uint()),
  /** Transactions charged. */
  charges: field(3, uint()),
  /** What they took out of their wallets. */
  chargedSats: field(4, uint()),
});

/** What a device has counted. */
export type Counters = Infer<typeof COUNTERS>;

/** Payload of an attestation, signed with the audit key. */
export const ATTESTATION = map({
  /** The Noise handshake hash of the session that it was asked for in. */
  session: field(0, bytes(32)),
  /** The caller's, empty where it gave none. */
  nonce: field(1, bytes(0, LIMITS.attestationNonce)),
  bootId: field(2, bytes(16)),
  device: field(3, text(LIMITS.deviceName)),
  phase: field(4, choice(...PHASES)),
  firmwareDigest: field(5, bytes(32)),
  /** SHA-256 of the manifest; absent where the device has none. */
  manifest: optional(6, bytes(32)),
  version: field(7, text(32)),
  uptimeMs: field(8, uint()),
  counters: field(9, COUNTERS),
});

/** An attestation's payload. */
export type Attestation = Infer<typeof ATTESTATION>;
