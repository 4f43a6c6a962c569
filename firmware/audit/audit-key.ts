/**
 * The audit key: made at each boot, and with it until the end. What it signs leaves the device, so
 * each signature is verified before, by the engine (CUSTODY, section 7).
 */
import { CERTIFICATE, CERTIFICATE_DOMAIN } from "../../protocol/attestation.ts";
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { encodeSign1, sign1Message } from "../../protocol/cose/sign1.ts";
import { type Outcome, ok } from "../../protocol/errors.ts";
import type { Hal, Handle, Secrets } from "../hal.ts";

/** A key for signing what a device says of itself. */
export interface AuditKey {
  readonly node: Handle<"node">;
  /** 33 bytes, compressed. */
  readonly publicKey: Uint8Array;
}

/** A fresh audit key, of no seed that anybody has: its own is wiped. */
export const makeAuditKey = (secrets: Secrets): Outcome<AuditKey, "rng_failed"> => {
  const seed = secrets.generateSeed(new Uint8Array(0));
  if (!seed.ok) return seed;
  const node = secrets.master(seed.value);
  secrets.wipe(seed.value);
  return ok({ node, publicKey: secrets.publicKey(node) });
};

/** A payload signed for a domain: the bytes of a COSE_Sign1. */
export const signPayload = (
  { secrets, crypto }: Pick<Hal, "secrets" | "crypto">,
  { node, publicKey }: AuditKey,
  payload: Uint8Array,
  domain: string,
): Uint8Array => {
  const digest = crypto.sha256().update(sign1Message(payload, domain)).digest();
  return encodeSign1({ payload, signature: secrets.signEcdsa(node, digest, publicKey) });
};

/** The boot that is certified, and the seed that it got. */
export interface Certified {
  readonly auditKey: AuditKey;
  readonly bootId: Uint8Array;
  /** Of the seed's master key. */
  readonly fingerprint: Uint8Array;
}

/** The certificate of a boot's audit key: the one signature of a certifying key. */
export const certify = (
  hal: Pick<Hal, "secrets" | "crypto" | "identity">,
  certifier: AuditKey,
  { auditKey, bootId, fingerprint }: Certified,
): Uint8Array => {
  const payload = encodeAs(CERTIFICATE, {
    auditKey: auditKey.publicKey,
    bootId,
    firmwareDigest: hal.identity.firmwareDigest,
    fingerprint,
    certifier: certifier.publicKey,
  });
  return signPayload(hal, certifier, payload, CERTIFICATE_DOMAIN);
};
