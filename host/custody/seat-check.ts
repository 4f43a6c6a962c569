/**
 * What a custodian's tool can know of a share before it gives it away: that the manifest puts this
 * person there, that the device may run what it says, and that the value is the one committed to.
 */
import { createHmac } from "node:crypto";
import { isSame } from "../../protocol/bytes.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import { commitmentBytes, type Quote, type ShareContext } from "../../protocol/share.ts";
import type { CustodianKey } from "./keys.ts";
import { seatsOf } from "./made-key.ts";

/** Why a share is not given. */
export type SeatError =
  | "key_unknown"
  | "share_misaddressed"
  | "firmware_not_listed"
  | "signing_key_unlisted"
  | "share_malformed";

/** The commitment of the share's seat, 32 bytes, where quote and person are the manifest's. */
export const checkSeat = (
  { people, keys, firmware }: Manifest,
  quote: Quote,
  { header, keyId }: ShareContext,
  own: CustodianKey,
): Outcome<Uint8Array, SeatError> => {
  const key = keys.find(({ id }) => id === keyId);
  if (key?.made === undefined) return fail("key_unknown");
  if (key.device !== quote.device) return fail("share_misaddressed", { listed: key.device });
  if (!firmware.some((digest) => isSame(digest, quote.firmwareDigest))) {
    return fail("firmware_not_listed");
  }
  const at = seatsOf({ people }, key).findIndex(
    ({ groupIndex, memberIndex }) =>
      groupIndex === header.groupIndex && memberIndex === header.memberIndex,
  );
  const commitment = key.made.commitments[at];
  const name = key.groups[header.groupIndex]?.members[header.memberIndex];
  const person = people.find((one) => one.name === name);
  if (commitment === undefined || person === undefined) return fail("share_malformed");
  const isOwn =
    isSame(person.wrappingKey, own.publicKey) && isSame(person.signingKey, own.signing.publicKey);
  return isOwn ? ok(commitment) : fail("signing_key_unlisted", { seat: person.name });
};

/** Whether a share's value is the one that the manifest is committed to. */
export const isCommitted = (
  value: ArrayBuffer,
  { header, keyId }: ShareContext,
  commitment: Uint8Array,
): boolean => {
  const mac = createHmac("sha256", new Uint8Array(value));
  return isSame(mac.update(commitmentBytes(keyId ?? "", header)).digest(), commitment);
};
