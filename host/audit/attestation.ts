/**
 * Attestations, verified: COSE_Sign1 by ES256K over a statement, and over the certificate of the
 * key that signed it. That the certifying key is of the device's seed is told by a manifest; where
 * none says so, it rests on the session, whose other end has that seed's link key, and a third
 * party has only the host's word for it.
 */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import {
  ATTESTATION,
  ATTESTATION_DOMAIN,
  type Attestation,
  CERTIFICATE,
  CERTIFICATE_DOMAIN,
  type Certificate,
} from "../../protocol/attestation.ts";
import { isSame } from "../../protocol/bytes.ts";
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import type { Commands } from "../../protocol/commands/registry.ts";
import { decodeSign1, openSign1 } from "../../protocol/cose/sign1.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";

type Status = Commands["getStatus"]["result"];

/** What an attestation must be an answer to. */
export interface AttestationRequest {
  /** Handshake hash of the session that it came by, 32 bytes. */
  readonly session: Uint8Array;
  /** Empty where none was given. */
  readonly nonce: Uint8Array;
}

/** What is known of the device that it must come from. */
export interface ExpectedDevice
  extends Pick<Status, "name" | "bootId" | "version" | "firmwareDigest" | "fingerprint"> {
  /** The certifying key, 33 bytes, where a manifest tells it. */
  readonly certifier?: Uint8Array;
  /** Hash of the manifest that it must be ready under, where one is asked for. */
  readonly manifestHash?: Uint8Array;
}

/** An attestation that holds. */
export interface Attested {
  readonly attestation: Attestation;
  readonly certificate: Certificate;
  /** Of the statement, 64 bytes. */
  readonly signature: Uint8Array;
}

/** Whether a key signed a message; low S is demanded, so that a signature has one form. */
const verifiedBy =
  (publicKey: Uint8Array) =>
  (signature: Uint8Array, message: Uint8Array): boolean => {
    try {
      const digest = sha256(message);
      return secp256k1.verify(signature, digest, publicKey, { prehash: false, lowS: true });
    } catch {
      return false; // no point of the curve, or numbers that are none of a signature
    }
  };

const invalid = (why: string) => fail("attestation_invalid", { why });

/** A certificate is signed by the key that it names: whose that is, others must say. */
const openCertificate = (bytes: Uint8Array): Certificate | undefined => {
  const claimed = decodeAs(CERTIFICATE, decodeSign1(bytes)?.payload ?? new Uint8Array(0));
  if (claimed === undefined) return undefined;
  const opened = openSign1(bytes, CERTIFICATE_DOMAIN, verifiedBy(claimed.certifier));
  return opened === undefined ? undefined : claimed;
};

const openStatement = (bytes: Uint8Array, { auditKey }: Certificate): Attestation | undefined => {
  const payload = openSign1(bytes, ATTESTATION_DOMAIN, verifiedBy(auditKey));
  return payload === undefined ? undefined : decodeAs(ATTESTATION, payload);
};

type Check = readonly [why: string, holds: boolean];

const isOneOf = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && isSame(a, b);

const certificateChecks = (certificate: Certificate, device: ExpectedDevice): readonly Check[] => [
  ["certificate of another boot", isSame(certificate.bootId, device.bootId)],
  ["certificate of another seed", isOneOf(device.fingerprint, certificate.fingerprint)],
  [
    "certificate of another certifying key",
    device.certifier === undefined || isSame(certificate.certifier, device.certifier),
  ],
  ["certificate of other firmware", isSame(certificate.firmwareDigest, device.firmwareDigest)],
];

const statementChecks = (
  statement: Attestation,
  request: AttestationRequest,
  device: ExpectedDevice,
): readonly Check[] => [
  ["statement of another session", isSame(statement.session, request.session)],
  ["statement for another nonce", isSame(statement.nonce, request.nonce)],
  ["statement of another boot", isSame(statement.bootId, device.bootId)],
  ["statement of another device", statement.device === device.name],
  ["statement of other firmware", isSame(statement.firmwareDigest, device.firmwareDigest)],
  ["statement of another version", statement.version === device.version],
  [
    "statement under another manifest",
    device.manifestHash === undefined || isOneOf(statement.manifest, device.manifestHash),
  ],
];

/**
 * Verifies both signatures and holds what they say against the request and the device.
 * `attestation_invalid` for anything that does not hold; details carry `why`.
 */
export const checkAttestation = (
  reply: Commands["attest"]["result"],
  request: AttestationRequest,
  device: ExpectedDevice,
): Outcome<Attested, "attestation_invalid"> => {
  const certificate = openCertificate(reply.certificate);
  if (certificate === undefined) return invalid("certificate does not verify");
  const attestation = openStatement(reply.statement, certificate);
  const signature = decodeSign1(reply.statement)?.signature;
  if (attestation === undefined || signature === undefined) {
    return invalid("statement does not verify");
  }
  const checks = [
    ...certificateChecks(certificate, device),
    ...statementChecks(attestation, request, device),
  ];
  const failed = checks.find(([, holds]) => !holds);
  return failed === undefined ? ok({ attestation, certificate, signature }) : invalid(failed[0]);
};
