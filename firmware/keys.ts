/** The keys of a device that has just been given a seed. */
import { SEED_LABELS } from "../protocol/manifest/manifest.ts";
import { LINK_LABEL, PAIRING_LABEL } from "../protocol/session/pairing.ts";
import { type AuditKey, certify } from "./audit/audit-key.ts";
import { fingerprintOf } from "./bitcoin/index.ts";
import type { Keys } from "./device.ts";
import type { Hal, Handle, Secrets } from "./hal.ts";

/** The boot that is given a seed. */
export interface AuditedBoot {
  readonly auditKey: AuditKey;
  /** 16 bytes. */
  readonly bootId: Uint8Array;
}

/** The certifying key of a seed; its handle is the caller's to wipe. */
const certifierOf = (secrets: Secrets, seed: Handle<"seed">): AuditKey => {
  const node = secrets.deriveNode(seed, SEED_LABELS.audit);
  return { node, publicKey: secrets.publicKey(node) };
};

/**
 * Derives all keys and wipes the seed; `publicKey` is the master's, 33 bytes. The certifying key
 * signs the boot's audit key and nothing else: it is wiped before anything is returned.
 */
export const keysOf = (
  hal: Pick<Hal, "secrets" | "crypto" | "identity">,
  seed: Handle<"seed">,
  { auditKey, bootId }: AuditedBoot,
): { readonly keys: Keys; readonly publicKey: Uint8Array } => {
  const { secrets, crypto } = hal;
  const master = secrets.master(seed);
  const link = secrets.deriveAgreement(seed, LINK_LABEL);
  const pairing = secrets.deriveSymmetric(seed, PAIRING_LABEL);
  const certifier = certifierOf(secrets, seed);
  secrets.wipe(seed);
  const publicKey = secrets.publicKey(master);
  const fingerprint = fingerprintOf(publicKey, crypto);
  const certificate = certify(hal, certifier, { auditKey, bootId, fingerprint });
  secrets.wipe(certifier.node);
  const audit = { ...auditKey, certificate, certifier: certifier.publicKey };
  return { keys: { master, fingerprint, link, pairing, audit, wallets: [] }, publicKey };
};

/** Wipes all that `keysOf` derived; the audit key is the boot's, and stays. */
export const wipeKeys = (secrets: Secrets, { master, link, pairing }: Keys): void => {
  for (const handle of [master, link.secret, pairing]) secrets.wipe(handle);
};
