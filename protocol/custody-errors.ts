/** The failures of custody: shares, quotes, manifests and their lineage. A part of errors.ts. */
import { entry } from "./error-entry.ts";

/** Codes 9xx. */
export const CUSTODY_ERRORS = {
  share_unreadable: entry(901, "custody", "never", "A sealed share does not open with this key."),
  share_misaddressed: entry(
    902,
    "custody",
    "never",
    "A share was sealed for another device or another boot.",
  ),
  share_repeated: entry(903, "custody", "never", "The same share was submitted twice."),
  shares_mixed: entry(904, "custody", "never", "The shares belong to different seeds."),
  shares_wrong: entry(905, "custody", "never", "The shares do not recombine to a seed."),
  seed_mismatch: entry(906, "custody", "never", "The shares give another seed than they name."),
  threshold_invalid: entry(
    907,
    "custody",
    "never",
    "The threshold must be at least 2 and at most the number of custodians.",
  ),
  custodian_invalid: entry(908, "custody", "never", "That is not a custodian's public key."),
  custodian_repeated: entry(909, "custody", "never", "A custodian is named twice."),
  quote_expired: entry(910, "custody", "never", "The quote is too old: ask for a new one."),
  quote_malformed: entry(911, "custody", "never", "That is not a device's quote."),
  share_malformed: entry(912, "custody", "never", "That is not a sealed share."),

  manifest_malformed: entry(920, "custody", "never", "That is not a manifest."),
  manifest_wrong: entry(921, "custody", "never", "The manifest breaks a rule."),
  lineage_gap: entry(
    922,
    "custody",
    "never",
    "A version of the manifest is missing, or the lineage does not begin with the draft.",
  ),
  lineage_fork: entry(
    923,
    "custody",
    "never",
    "The manifest does not follow the version before it.",
  ),
  signatures_missing: entry(
    924,
    "custody",
    "later",
    "Fewer people have signed the manifest than its predecessor's quorum asks for.",
  ),
  signature_foreign: entry(
    925,
    "custody",
    "never",
    "The manifest carries the signature of somebody outside the quorum that signs it.",
  ),
  manifest_signature_invalid: entry(
    926,
    "custody",
    "never",
    "A signature of the manifest does not verify.",
  ),
  genesis_altered: entry(
    927,
    "custody",
    "never",
    "Version 1 differs from its draft in more than keys made and wallets.",
  ),
  lineage_foreign: entry(
    928,
    "custody",
    "never",
    "The lineage comes from another genesis than the one that is known.",
  ),
  manifest_missing: entry(
    929,
    "custody",
    "never",
    "The device has been offered no manifest that this could rest upon.",
  ),
  key_unknown: entry(930, "custody", "never", "The manifest has no such key."),
  device_unlisted: entry(
    931,
    "custody",
    "never",
    "The manifest names another device for this key.",
  ),
  firmware_not_listed: entry(
    932,
    "custody",
    "never",
    "The manifest does not allow the firmware that the device says it runs.",
  ),
  root_tag_mismatch: entry(
    933,
    "custody",
    "never",
    "The seed has never known the genesis of this manifest.",
  ),
  device_key_mismatch: entry(
    934,
    "custody",
    "never",
    "The manifest names other keys for this seed than it gives.",
  ),
  manifest_outdated: entry(
    935,
    "custody",
    "never",
    "A custodian has seen a newer version of the manifest.",
  ),
  share_signature_invalid: entry(
    936,
    "custody",
    "never",
    "A share is not signed by the custodian whose seat it has.",
  ),
  commitment_mismatch: entry(
    937,
    "custody",
    "never",
    "A share's value is not the one that the manifest is committed to.",
  ),
} as const;
