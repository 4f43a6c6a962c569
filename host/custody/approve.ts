/**
 * A custodian's approval: the share is opened with the custodian's key and sealed again to one
 * device's boot key, both by HPKE (RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * AES-256-GCM). The share's value is in clear only between those two lines.
 */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import {
  type Quote,
  type SealedShare,
  SHARE_CONTEXT,
  SHARE_INFO,
  type ShareContext,
  shareSignedBytes,
} from "../../protocol/share.ts";
import { isSame } from "../../protocol/bytes.ts";
import { signEd25519 } from "../ed25519.ts";
import type { ConfirmedQuote } from "./confirmed-quote.ts";
import type { CustodianKey } from "./keys.ts";
import { checkSeat, isCommitted, type SeatError } from "./seat-check.ts";
import type { ShareFile } from "./share-file.ts";

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** A copy in a buffer of its own, as the library takes it. */
const buffer = (bytes: Uint8Array): ArrayBuffer => {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
};

const openShare = async (
  { sealed }: ShareFile,
  key: CustodianKey,
): Promise<Outcome<ArrayBuffer, "share_unreadable">> => {
  try {
    const recipientKey = await suite.kem.importKey("raw", buffer(key.privateKey), false);
    const context = { recipientKey, enc: buffer(sealed.encapsulated), info: buffer(SHARE_INFO) };
    return ok(await suite.open(context, buffer(sealed.ciphertext), buffer(sealed.context)));
  } catch {
    return fail("share_unreadable"); // the library throws for a wrong key and for an altered share
  }
};

const sealTo = async (
  value: ArrayBuffer,
  publicKey: Uint8Array,
  context: Uint8Array,
): Promise<Outcome<SealedShare, "quote_malformed">> => {
  try {
    const recipientPublicKey = await suite.kem.importKey("raw", buffer(publicKey), true);
    const sender = { recipientPublicKey, info: buffer(SHARE_INFO) };
    const { enc, ct } = await suite.seal(sender, value, buffer(context));
    return ok({ context, encapsulated: new Uint8Array(enc), ciphertext: new Uint8Array(ct) });
  } catch {
    return fail("quote_malformed"); // the boot key is no X25519 point
  }
};

/** Why an approval is refused. */
export type ApproveError =
  | SeatError
  | "commitment_mismatch"
  | "share_unreadable"
  | "quote_malformed"
  | "manifest_missing"
  | "manifest_outdated"
  | "lineage_foreign";

/** The lineage that a custodian's tool has verified, as far as an approval needs it. */
export interface KnownLineage {
  /** Hash of the draft, 32 bytes. */
  readonly genesis: Uint8Array;
  /** Hash of the newest version, which enough people have signed. */
  readonly hash: Uint8Array;
  /** The newest version. */
  readonly manifest: Manifest;
}

/** Whether a quote names the newest version that the custodian knows. */
const checkVersion = (
  { manifest, version = 0 }: Quote,
  known: KnownLineage,
): Outcome<void, ApproveError> => {
  if (manifest !== undefined && isSame(manifest, known.hash)) return ok(undefined);
  const error = version < known.manifest.version ? "manifest_outdated" : "lineage_foreign";
  return fail(error, { version: known.manifest.version });
};

/** What a share's context says of the lineage; nothing where the seed was made without one. */
const checkLineage = (
  quote: Quote,
  { context: { genesis, keyId } }: ShareFile,
  known: KnownLineage | undefined,
): Outcome<Partial<ShareContext>, ApproveError> => {
  const named = [genesis, keyId, known, quote.manifest];
  if (named.every((one) => one === undefined)) return ok({});
  if (known === undefined || genesis === undefined) return fail("manifest_missing");
  if (!isSame(genesis, known.genesis)) return fail("lineage_foreign");
  if (keyId === undefined || quote.keyId !== keyId) return fail("quote_malformed");
  const newest = checkVersion(quote, known);
  if (!newest.ok) return newest;
  return ok({ manifest: known.hash, seenVersion: known.manifest.version });
};

/** What the share says once it is for a boot. */
const contextFor = (
  quote: Quote,
  share: ShareFile,
  { signing }: CustodianKey,
  known: KnownLineage | undefined,
): Outcome<ShareContext, ApproveError> => {
  const { device, purpose } = share.context;
  if (purpose !== "custodian") return fail("share_malformed");
  if (device !== quote.device) {
    return fail("share_misaddressed", { share: device, quote: quote.device });
  }
  const bound = checkLineage(quote, share, known);
  if (!bound.ok) return bound;
  return ok({
    ...share.context,
    purpose: "boot",
    recipient: quote.bootKey,
    bootId: quote.bootId,
    notAfterMs: quote.notAfterMs,
    ...bound.value,
    ...(known === undefined ? {} : { signer: signing.publicKey }),
  });
};

/**
 * Seals a custodian's share to the device of a quote, which must be the one it was made on. Under
 * a manifest the quote must name the newest version that the custodian knows, of the lineage that
 * the share was made under; the share is signed.
 */
export const approve = async (
  { quote }: ConfirmedQuote,
  share: ShareFile,
  key: CustodianKey,
  known?: KnownLineage,
): Promise<Outcome<SealedShare, ApproveError>> => {
  const context = contextFor(quote, share, key, known);
  if (!context.ok) return context;
  const seat = known ? checkSeat(known.manifest, quote, share.context, key) : ok(undefined);
  if (!seat.ok) return seat;
  const value = await openShare(share, key);
  if (!value.ok) return value;
  if (seat.value !== undefined && !isCommitted(value.value, share.context, seat.value)) {
    new Uint8Array(value.value).fill(0);
    return fail("commitment_mismatch");
  }
  const bytes = encodeAs(SHARE_CONTEXT, context.value);
  const sealed = await sealTo(value.value, quote.bootKey, bytes);
  new Uint8Array(value.value).fill(0);
  if (!sealed.ok || known === undefined) return sealed;
  const signature = signEd25519(shareSignedBytes(sealed.value), key.signing.privateKey);
  return ok({ ...sealed.value, signature });
};
