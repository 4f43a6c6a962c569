/**
 * Whether a share may be taken under the manifest that was offered (CUSTODY, section 4). Nothing
 * here is secret: a share's context says which lineage its custodian knows, and a signature says
 * that it was the custodian. What the value is, its commitment tells once it is open.
 */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { ManifestKey } from "../../protocol/manifest/manifest.ts";
import { type SealedShare, type ShareContext, shareSignedBytes } from "../../protocol/share.ts";
import { isSame } from "../bitcoin/index.ts";
import type { Hal } from "../hal.ts";
import type { Lineage } from "../manifest/lineage.ts";
import { fitsPlan, seatsOf } from "./roster-seat.ts";

/** Why a share is not admitted. */
export type AdmissionError =
  | "share_malformed"
  | "share_misaddressed"
  | "share_signature_invalid"
  | "manifest_missing"
  | "manifest_outdated"
  | "lineage_foreign"
  | "key_unknown"
  | "device_unlisted";

/** A share's key and what it is committed to by. */
export interface Admitted {
  readonly key: ManifestKey;
  /** 32 bytes. */
  readonly commitment: Uint8Array;
}

/** Whether the custodian knows this very lineage, and no later version of it. */
const checkLineage = (
  { genesis, hash, newest }: Lineage,
  share: ShareContext,
): Outcome<void, AdmissionError> => {
  if (share.genesis === undefined || share.manifest === undefined) return fail("share_malformed");
  if (!isSame(share.genesis, genesis)) return fail("lineage_foreign");
  if ((share.seenVersion ?? 0) > newest.version) return fail("manifest_outdated");
  return isSame(share.manifest, hash) ? ok(undefined) : fail("share_misaddressed");
};

/** The share's key, which this device is to hold. */
export const keyOf = (
  { newest }: Lineage,
  keyId: string | undefined,
  deviceName: string,
): Outcome<ManifestKey, "key_unknown" | "device_unlisted"> => {
  const key = newest.keys.find(({ id }) => id === keyId);
  if (key === undefined) return fail("key_unknown");
  return key.device === deviceName ? ok(key) : fail("device_unlisted");
};

/** Admits a share, or says why not. */
export const admitShare = (
  { crypto, identity }: Pick<Hal, "crypto" | "identity">,
  lineage: Lineage,
  share: ShareContext,
  sealed: SealedShare,
): Outcome<Admitted, AdmissionError> => {
  const known = checkLineage(lineage, share);
  if (!known.ok) return known;
  const key = keyOf(lineage, share.keyId, identity.name);
  if (!key.ok) return key;
  const { made } = key.value;
  if (made === undefined) return fail("manifest_missing");
  if (!fitsPlan(share.header, key.value)) return fail("share_malformed");
  const seats = seatsOf(lineage.newest, key.value);
  const { groupIndex, memberIndex } = share.header;
  const at = seats.findIndex(
    (seat) => seat.groupIndex === groupIndex && seat.memberIndex === memberIndex,
  );
  const [seat, commitment] = [seats[at], made.commitments[at]];
  if (seat === undefined || commitment === undefined) return fail("share_malformed");
  const { signingKey, wrappingKey } = seat.person;
  const isTheirs =
    sealed.signature !== undefined &&
    share.signer !== undefined &&
    isSame(share.signer, signingKey) &&
    isSame(share.custodian, wrappingKey) &&
    crypto.verifyEd25519(sealed.signature, shareSignedBytes(sealed), signingKey);
  return isTheirs ? ok({ key: key.value, commitment }) : fail("share_signature_invalid");
};
