/**
 * Taking shares (CUSTODY, section 4). A call is taken whole or not at all; a bad share is named and
 * costs nothing but itself. With enough shares the seed is recombined, and checked against the
 * fingerprint that the shares name and, after genesis, against the public key made there.
 */
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { ManifestKey } from "../../protocol/manifest/manifest.ts";
import {
  commitmentBytes,
  type SealedShare,
  SHARE_CONTEXT,
  SHARE_INFO,
  type ShareContext,
} from "../../protocol/share.ts";
import { isSame } from "../bitcoin/index.ts";
import { type AdmissionError, type Admitted, admitShare } from "../custody/admission.ts";
import { type BeliefError, believe, isOwnMade } from "../custody/belief.ts";
import { missingShares } from "../custody/roster-seat.ts";
import type { BootKey, Device, HeldShare, Keys } from "../device.ts";
import type { Context, Handlers, Reply } from "../dispatch.ts";
import type { Handle, Secrets, ShareHeader } from "../hal.ts";
import { keysOf, wipeKeys } from "../keys.ts";
import { DEVICE_LIMITS } from "../limits.ts";
import type { Lineage } from "../manifest/lineage.ts";

type Provisioning = Extract<Device, { phase: "sealed" | "provisioning" }>;
type ShareError =
  | AdmissionError
  | "commitment_mismatch"
  | "share_malformed"
  | "share_misaddressed"
  | "share_unreadable"
  | "share_repeated"
  | "shares_mixed"
  | "quote_expired";

/** One group, at least two members, a quick cipher: what genesis makes. */
const isPlain = (header: ShareHeader): boolean =>
  header.groupThreshold === 1 &&
  header.groupCount === 1 &&
  header.groupIndex === 0 &&
  header.memberThreshold >= 2 &&
  header.memberThreshold <= LIMITS.custodians &&
  header.iterationExponent <= DEVICE_LIMITS.shareExponent;

const isForUs = (context: Context, boot: BootKey, share: ShareContext): boolean =>
  share.purpose === "boot" &&
  share.device === context.hal.identity.name &&
  isSame(share.bootId, context.bootId) &&
  isSame(share.recipient, boot.publicKey);

/** A share that may be taken, by the manifest that was offered, or on an emulator without one. */
const admit = (
  { hal }: Context,
  lineage: Lineage | undefined,
  share: ShareContext,
  sealed: SealedShare,
): Outcome<Admitted | undefined, ShareError> => {
  if (lineage !== undefined) return admitShare(hal, lineage, share, sealed);
  if (!hal.identity.insecure || share.manifest !== undefined) return fail("manifest_missing");
  return isPlain(share.header) ? ok(undefined) : fail("share_malformed");
};

const checkTime = (context: Context, { notAfterMs }: ShareContext): Outcome<void, ShareError> => {
  const uptimeMs = context.uptimeMs();
  const isGood = notAfterMs >= uptimeMs && notAfterMs <= uptimeMs + LIMITS.quoteLifeMs + 1;
  return isGood ? ok(undefined) : fail("quote_expired");
};

const openShare = (
  context: Context,
  { boot, lineage }: Provisioning,
  sealed: SealedShare,
): Outcome<HeldShare, ShareError> => {
  const { secrets } = context.hal;
  const share = decodeAs(SHARE_CONTEXT, sealed.context);
  if (share === undefined) return fail("share_malformed");
  if (!isForUs(context, boot, share)) return fail("share_misaddressed");
  const timely = checkTime(context, share);
  if (!timely.ok) return timely;
  const admitted = admit(context, lineage, share, sealed);
  if (!admitted.ok) return admitted;
  const value = secrets.open(boot.secret, sealed, {
    info: SHARE_INFO,
    associatedData: sealed.context,
  });
  if (!value.ok) return value;
  const { header, fingerprint, keyId } = share;
  if (admitted.value === undefined || keyId === undefined) {
    return ok({ share: { header, value: value.value }, fingerprint });
  }
  const commitment = secrets.mac(value.value, commitmentBytes(keyId, header));
  if (isSame(commitment, admitted.value.commitment)) {
    return ok({ share: { header, value: value.value }, fingerprint, keyId });
  }
  secrets.wipe(value.value);
  return fail("commitment_mismatch");
};

const isSameSet = (a: HeldShare, b: HeldShare): boolean =>
  a.share.header.identifier === b.share.header.identifier &&
  a.share.header.extendable === b.share.header.extendable &&
  a.share.header.iterationExponent === b.share.header.iterationExponent &&
  (a.keyId !== undefined || a.share.header.memberThreshold === b.share.header.memberThreshold) &&
  a.keyId === b.keyId &&
  isSame(a.fingerprint, b.fingerprint);

const fits = (held: readonly HeldShare[], one: HeldShare): Outcome<void, ShareError> => {
  if (held.some((other) => !isSameSet(other, one))) return fail("shares_mixed");
  const { groupIndex, memberIndex } = one.share.header;
  const isThere = ({ share: { header } }: HeldShare): boolean =>
    header.groupIndex === groupIndex && header.memberIndex === memberIndex;
  return held.some(isThere) ? fail("share_repeated") : ok(undefined);
};

const wipeShares = (secrets: Secrets, shares: readonly HeldShare[]): void => {
  for (const { share } of shares) secrets.wipe(share.value);
};

/** Opens all of a call's shares, or none: on a failure those just opened are wiped. */
const openAll = (
  context: Context,
  device: Provisioning,
  sealed: readonly SealedShare[],
): Outcome<readonly HeldShare[], ShareError> => {
  const opened: HeldShare[] = [];
  for (const [i, one] of sealed.entries()) {
    const share = openShare(context, device, one);
    if (share.ok) opened.push(share.value);
    const verdict = share.ok ? fits(opened.slice(0, -1), share.value) : share;
    if (!verdict.ok) {
      wipeShares(context.hal.secrets, opened);
      return fail(verdict.error, { share: i });
    }
  }
  return ok(opened);
};

/** The key that shares are of, under the manifest that was offered. */
const keyIn = ({ lineage }: Provisioning, shares: readonly HeldShare[]): ManifestKey | undefined =>
  lineage?.newest.keys.find(({ id }) => id === shares[0]?.keyId);

/** How many shares it takes, with those that are there. */
const needOf = (device: Provisioning, shares: readonly HeldShare[]): number => {
  const key = keyIn(device, shares);
  if (key === undefined) return shares[0]?.share.header.memberThreshold ?? 0;
  return (
    shares.length +
    missingShares(
      key,
      shares.map(({ share }) => share.header),
    )
  );
};

/**
 * Joins a call's shares to those held. Anyone can seal a share to a boot, so those held may be a
 * stranger's: a call that brings a whole set which does not fit them takes their place, and they
 * are wiped. Any other that does not fit is refused, and its own shares are wiped.
 */
const joinSet = (
  secrets: Secrets,
  device: Provisioning,
  held: readonly HeldShare[],
  opened: readonly HeldShare[],
): Outcome<readonly HeldShare[], ShareError> => {
  for (const [i, one] of opened.entries()) {
    const verdict = fits(held, one);
    if (verdict.ok) continue;
    const isWhole = opened.length >= needOf(device, opened);
    wipeShares(secrets, isWhole ? held : opened);
    return isWhole ? ok(opened) : fail(verdict.error, { share: i });
  }
  return ok([...held, ...opened]);
};

/** The keys of a seed that no manifest is for: an emulator's. */
const plainKeys = (
  { hal, bootId }: Context,
  device: Provisioning,
  shares: readonly HeldShare[],
  seed: Handle<"seed">,
): Outcome<Keys, "seed_mismatch"> => {
  const { auditKey } = device.boot;
  const { keys, publicKey } = keysOf(hal, seed, { auditKey, bootId });
  const expected = device.phase === "provisioning" ? device.expected : undefined;
  const isNamed = shares.every(({ fingerprint }) => isSame(fingerprint, keys.fingerprint));
  if (isNamed && (expected === undefined || isSame(expected, publicKey))) return ok(keys);
  wipeKeys(hal.secrets, keys);
  return fail("seed_mismatch");
};

/** The keys of a recombined seed, if it is the one that was to come; otherwise it is wiped. */
const keysIn = (
  context: Context,
  device: Provisioning,
  shares: readonly HeldShare[],
  seed: Handle<"seed">,
): Outcome<Keys, BeliefError | "seed_mismatch"> => {
  const [{ lineage }, key] = [device, keyIn(device, shares)];
  if (lineage === undefined || key?.made === undefined) {
    return plainKeys(context, device, shares, seed);
  }
  const own = device.phase === "provisioning" ? device.made : undefined;
  if (own === undefined || isOwnMade(own, key.made))
    return believe(context, device.boot.auditKey, lineage, key, seed);
  context.hal.secrets.wipe(seed);
  return fail("device_key_mismatch");
};

/** Recombines all of a full set: one too many must agree too. They are wiped in any case. */
const unlock = (
  context: Context,
  device: Provisioning,
  shares: readonly HeldShare[],
  need: number,
): Reply<"submitShares"> => {
  const { secrets } = context.hal;
  const seed = secrets.recombine(shares.map(({ share }) => share));
  wipeShares(secrets, shares);
  const keys = seed.ok ? keysIn(context, device, shares, seed.value) : seed;
  if (!keys.ok) {
    if (device.phase === "provisioning") context.advance({ kind: "set-wiped" });
    return keys;
  }
  secrets.wipe(device.boot.secret);
  context.advance({ kind: "unlocked", keys: keys.value });
  return ok({ phase: "ready", have: shares.length, need, fingerprint: keys.value.fingerprint });
};

/** Whether what the device says it runs is what the manifest allows. */
const mayRun = ({ hal: { identity } }: Context, { lineage }: Provisioning): boolean =>
  lineage === undefined ||
  lineage.newest.firmware.some((digest) => isSame(digest, identity.firmwareDigest));

/** Takes sealed shares; `ready` once there are as many as their threshold. */
export const submitShares: Handlers["submitShares"] = (context, params) => {
  const device = context.device();
  if (device.phase !== "sealed" && device.phase !== "provisioning") return fail("wrong_phase");
  if (!mayRun(context, device)) return fail("firmware_not_listed");
  const held = device.phase === "provisioning" ? device.shares : [];
  const opened = openAll(context, device, params.shares);
  if (!opened.ok) return opened;
  const shares = joinSet(context.hal.secrets, device, held, opened.value);
  if (!shares.ok) return shares;
  const need = needOf(device, shares.value);
  // No share, no news: nothing is held for longer because of it.
  if (params.shares.length === 0) return ok({ phase: device.phase, have: held.length, need });
  if (shares.value.length >= need) return unlock(context, device, shares.value, need);
  context.advance({ kind: "shares-held", shares: shares.value });
  return ok({ phase: "provisioning", have: shares.value.length, need });
};
