/** The hosts of a run: who the device believes, and who it must not. */
import { createHmac } from "node:crypto";
import type { Trust } from "../../firmware/index.ts";
import { keyAgreement } from "../../hardware/secrets/x25519.ts";
import { deriveKey } from "../../hardware/secrets/portable/hkdf.ts";
import { type Identity, type KnownDevice, noiseSuite } from "../../host/driver/index.ts";
import { encodeCbor } from "../../protocol/cbor/cbor.ts";
import { ok } from "../../protocol/errors.ts";
import { LINK_LABEL, PAIRING_LABEL } from "../../protocol/session/pairing.ts";
import type { KeyAgreement } from "../../protocol/session/noise/suite.ts";
import { type Role, ROLES } from "../../protocol/session/role.ts";
import { FINGERPRINT } from "../bitcoin/wallet-fixture.ts";
import { SEED } from "./known-secrets.ts";

const keyOf = (byte: number): KeyAgreement => noiseSuite.keyPair(new Uint8Array(32).fill(byte));

/** Keys of hosts. */
export const HOST_KEYS = {
  worker: keyOf(0xa1),
  auditor: keyOf(0xa2),
  /** Listed, and revoked. */
  revoked: keyOf(0xa3),
  /** Known to nobody. */
  stranger: keyOf(0xa4),
} as const;

/** The device's link key: X25519, 32 bytes. */
export const LINK_KEY: Uint8Array = keyAgreement(deriveKey(SEED, LINK_LABEL)).publicKey;

/** The generation of pairings that are good. */
const GENERATION = 2;

/** Whom the device believes; `isListed` tells whether the worker is known without pairing. */
export const trustOf = (isListed: boolean): Trust => ({
  generation: GENERATION,
  hosts: [
    ...(isListed ? [{ key: HOST_KEYS.worker.publicKey, roles: ["vault"] as const }] : []),
    { key: HOST_KEYS.auditor.publicKey, roles: ["auditor"] },
    { key: HOST_KEYS.revoked.publicKey, roles: ROLES },
  ],
  revoked: [HOST_KEYS.revoked.publicKey],
});

/** The credential that a device of this seed gives, by somebody who knows the seed. */
export const credentialOf = (generation: number, role: Role, hostKey: Uint8Array): Uint8Array => {
  const key = deriveKey(SEED, PAIRING_LABEL);
  const message = encodeCbor([PAIRING_LABEL, FINGERPRINT, generation, role, hostKey]);
  return Uint8Array.from(createHmac("sha256", key).update(message).digest());
};

/** A credential of pairings that were ended. */
export const staleCredential = (role: Role, hostKey: Uint8Array): Uint8Array =>
  credentialOf(GENERATION - 1, role, hostKey);

/** The worker, and what it knows of the device by then. */
export const workerIdentity = (known: () => KnownDevice | undefined): Identity => ({
  hostKey: HOST_KEYS.worker,
  deviceOf: () => ok(known()),
});
