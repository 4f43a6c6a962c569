/** How a seed comes into a device and how it leaves: genesis, quote, shares, seal. */
import { command } from "./command.ts";
import { LIMITS } from "../limits.ts";
import { PHASES } from "../phase.ts";
import { SIGNED_MANIFEST } from "../manifest/signed.ts";
import { bytes, choice, field, list, map, optional, secret, text, uint } from "../cbor/schema.ts";
import { SEALED_SHARE } from "../share.ts";

/** Custody commands, by method name. */
export const custodyCommands = {
  generateSeed: command({
    code: 0x10,
    doc: "Make a seed, split it and seal each share to its custodian; insecure emulators only.",
    commandLine: "genesis",
    access: "anyone",
    phases: ["sealed"],
    idempotent: false,
    since: 1,
    stability: "provisional",
    params: map({
      /** X25519 wrapping keys, 32 bytes each; member indices follow this order. */
      custodians: field(0, list(bytes(32), LIMITS.custodians)),
      threshold: field(1, uint(LIMITS.custodians)),
    }),
    result: map({
      fingerprint: field(0, bytes(4)),
      shares: field(1, list(SEALED_SHARE, LIMITS.custodians)),
    }),
    errors: [
      "only_insecure",
      "threshold_invalid",
      "custodian_invalid",
      "custodian_repeated",
      "rng_failed",
      "declined",
      "consent_timeout",
    ],
  }),
  getQuote: command({
    code: 0x11,
    doc: "The device's quote: its boot key and what it claims to be.",
    commandLine: "quote",
    access: "anyone",
    phases: ["sealed", "provisioning"],
    idempotent: true,
    since: 1,
    stability: "provisional",
    params: map({
      nonce: optional(0, bytes(0, LIMITS.quoteNonce)),
      /** A key of the manifest that was offered. */
      keyId: optional(1, text(LIMITS.manifestName)),
    }),
    result: map({
      /** Deterministic CBOR of a `QUOTE`. */
      quote: field(0, bytes(1, LIMITS.quote)),
      /** Milliseconds from now until it dies. */
      lifeMs: field(1, uint(LIMITS.quoteLifeMs)),
    }),
    errors: ["manifest_missing", "key_unknown", "device_unlisted"],
  }),
  submitShares: command({
    code: 0x12,
    doc: "Submit shares sealed to the boot key; with enough of them the device is ready.",
    commandLine: "provision",
    access: "anyone",
    phases: ["sealed", "provisioning"],
    idempotent: false,
    since: 1,
    stability: "provisional",
    params: map({ shares: field(0, list(SEALED_SHARE, LIMITS.submittedShares)) }),
    result: map({
      phase: field(0, choice(...PHASES)),
      have: field(1, uint(LIMITS.submittedShares)),
      need: field(2, uint(LIMITS.custodians)),
      fingerprint: optional(3, bytes(4)),
    }),
    errors: [
      "share_malformed",
      "share_misaddressed",
      "share_unreadable",
      "share_repeated",
      "shares_mixed",
      "shares_wrong",
      "seed_mismatch",
      "quote_expired",
      "share_signature_invalid",
      "commitment_mismatch",
      "manifest_missing",
      "manifest_outdated",
      "lineage_foreign",
      "key_unknown",
      "device_unlisted",
      "firmware_not_listed",
      "root_tag_mismatch",
      "device_key_mismatch",
      "wallet_malformed",
    ],
  }),
  offerManifest: command({
    code: 0x14,
    doc: "Offer the next version of a manifest, from its draft on; it is believed with the seed.",
    commandLine: "quote",
    access: "anyone",
    phases: ["sealed", "provisioning"],
    idempotent: true,
    since: 1,
    stability: "provisional",
    params: SIGNED_MANIFEST,
    result: map({ hash: field(0, bytes(32)), version: field(1, uint(0xffff_ffff)) }),
    errors: [
      "manifest_malformed",
      "manifest_wrong",
      "lineage_gap",
      "lineage_fork",
      "signatures_missing",
      "signature_foreign",
      "manifest_signature_invalid",
      "genesis_altered",
    ],
  }),
  makeKey: command({
    code: 0x15,
    doc: "Make the seed of a key of the offered draft and seal its shares to the roster.",
    commandLine: "genesis",
    access: "anyone",
    phases: ["sealed"],
    idempotent: false,
    since: 1,
    stability: "provisional",
    params: map({
      keyId: field(0, text(LIMITS.manifestName)),
      /** What the host and people's dice add to the device's own generator. */
      entropy: secret(optional(1, bytes(0, LIMITS.genesisEntropy))),
    }),
    result: map({
      /** Deterministic CBOR of a `GENESIS_REPORT`, by whose words people know the device. */
      report: field(0, bytes(1, LIMITS.genesisReport)),
      /** In the order of the manifest's groups and members. */
      shares: field(1, list(SEALED_SHARE, LIMITS.keyShares)),
    }),
    errors: [
      "manifest_missing",
      "key_unknown",
      "device_unlisted",
      "firmware_not_listed",
      "threshold_invalid",
      "custodian_invalid",
      "rng_failed",
      "declined",
      "consent_timeout",
    ],
  }),
  seal: command({
    code: 0x13,
    doc: "Wipe every secret and end; the device comes back sealed.",
    commandLine: "seal",
    access: ["operator"],
    phases: ["ready", "suspended"],
    idempotent: true,
    since: 1,
    stability: "stable",
    params: map({}),
    result: map({}),
    errors: [],
  }),
};
