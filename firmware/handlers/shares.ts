/**
 * Taking shares (CUSTODY, section 4). A call is taken whole or not at all; a bad share is named and
 * costs nothing but itself. With enough shares the seed is recombined, and checked against the
 * fingerprint that the shares name and, after genesis, against the public key made there.
 */
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import {
  type SealedShare,
  SHARE_CONTEXT,
  SHARE_INFO,
  type ShareContext,
} from "../../protocol/share.ts";
import { isSame } from "../bitcoin/index.ts";
import type { BootKey, Device, HeldShare } from "../device.ts";
import type { Context, Handlers, Reply } from "../dispatch.ts";
import type { Secrets, ShareHeader } from "../hal.ts";
import { keysOf, wipeKeys } from "../keys.ts";
import { DEVICE_LIMITS } from "../limits.ts";

type Provisioning = Extract<Device, { phase: "sealed" | "provisioning" }>;
type ShareError =
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

const openShare = (
  context: Context,
  boot: BootKey,
  sealed: SealedShare,
): Outcome<HeldShare, ShareError> => {
  const share = decodeAs(SHARE_CONTEXT, sealed.context);
  if (share === undefined || !isPlain(share.header)) return fail("share_malformed");
  if (!isForUs(context, boot, share)) return fail("share_misaddressed");
  const uptimeMs = context.uptimeMs();
  if (share.notAfterMs < uptimeMs || share.notAfterMs > uptimeMs + LIMITS.quoteLifeMs + 1) {
    return fail("quote_expired");
  }
  const value = context.hal.secrets.open(boot.secret, sealed, {
    info: SHARE_INFO,
    associatedData: sealed.context,
  });
  if (!value.ok) return value;
  return ok({
    share: { header: share.header, value: value.value },
    fingerprint: share.fingerprint,
  });
};

const isSameSet = (a: HeldShare, b: HeldShare): boolean =>
  a.share.header.identifier === b.share.header.identifier &&
  a.share.header.extendable === b.share.header.extendable &&
  a.share.header.iterationExponent === b.share.header.iterationExponent &&
  a.share.header.memberThreshold === b.share.header.memberThreshold &&
  isSame(a.fingerprint, b.fingerprint);

const fits = (held: readonly HeldShare[], one: HeldShare): Outcome<void, ShareError> => {
  if (held.some((other) => !isSameSet(other, one))) return fail("shares_mixed");
  const index = one.share.header.memberIndex;
  return held.some((other) => other.share.header.memberIndex === index)
    ? fail("share_repeated")
    : ok(undefined);
};

const wipeShares = (secrets: Secrets, shares: readonly HeldShare[]): void => {
  for (const { share } of shares) secrets.wipe(share.value);
};

/** Opens all of a call's shares, or none: on a failure those just opened are wiped. */
const openAll = (
  context: Context,
  boot: BootKey,
  sealed: readonly SealedShare[],
): Outcome<readonly HeldShare[], ShareError> => {
  const opened: HeldShare[] = [];
  for (const [i, one] of sealed.entries()) {
    const share = openShare(context, boot, one);
    if (share.ok) opened.push(share.value);
    const verdict = share.ok ? fits(opened.slice(0, -1), share.value) : share;
    if (!verdict.ok) {
      wipeShares(context.hal.secrets, opened);
      return fail(verdict.error, { share: i });
    }
  }
  return ok(opened);
};

const needOf = (shares: readonly HeldShare[]): number =>
  shares[0]?.share.header.memberThreshold ?? 0;

/**
 * Joins a call's shares to those held. Anyone can seal a share to a boot, so those held may be a
 * stranger's: a call that brings a whole set which does not fit them takes their place, and they
 * are wiped. Any other that does not fit is refused, and its own shares are wiped.
 */
const joinSet = (
  secrets: Secrets,
  held: readonly HeldShare[],
  opened: readonly HeldShare[],
): Outcome<readonly HeldShare[], ShareError> => {
  for (const [i, one] of opened.entries()) {
    const verdict = fits(held, one);
    if (verdict.ok) continue;
    const isWhole = opened.length >= needOf(opened);
    wipeShares(secrets, isWhole ? held : opened);
    return isWhole ? ok(opened) : fail(verdict.error, { share: i });
  }
  return ok([...held, ...opened]);
};

/** Recombines all of a full set: one too many must agree too. They are wiped in any case. */
const unlock = (
  context: Context,
  device: Provisioning,
  shares: readonly HeldShare[],
  need: number,
): Reply<"submitShares"> => {
  const { secrets, crypto } = context.hal;
  const seed = secrets.recombine(shares.map(({ share }) => share));
  wipeShares(secrets, shares);
  const forget = (): void => {
    if (device.phase === "provisioning") context.advance({ kind: "set-wiped" });
  };
  if (!seed.ok) {
    forget();
    return seed;
  }
  const { keys, publicKey } = keysOf(secrets, crypto, seed.value);
  const expected = device.phase === "provisioning" ? device.expected : undefined;
  const isNamed = shares.every(({ fingerprint }) => isSame(fingerprint, keys.fingerprint));
  if (!isNamed || (expected !== undefined && !isSame(expected, publicKey))) {
    wipeKeys(secrets, keys);
    forget();
    return fail("seed_mismatch");
  }
  secrets.wipe(device.boot.secret);
  context.advance({ kind: "unlocked", keys });
  return ok({ phase: "ready", have: shares.length, need, fingerprint: keys.fingerprint });
};

/** Takes sealed shares; `ready` once there are as many as their threshold. */
export const submitShares: Handlers["submitShares"] = (context, params) => {
  const device = context.device();
  if (device.phase !== "sealed" && device.phase !== "provisioning") return fail("wrong_phase");
  const held = device.phase === "provisioning" ? device.shares : [];
  const opened = openAll(context, device.boot, params.shares);
  if (!opened.ok) return opened;
  const shares = joinSet(context.hal.secrets, held, opened.value);
  if (!shares.ok) return shares;
  const need = needOf(shares.value);
  // No share, no news: nothing is held for longer because of it.
  if (params.shares.length === 0) return ok({ phase: device.phase, have: held.length, need });
  if (shares.value.length >= need) return unlock(context, device, shares.value, need);
  context.advance({ kind: "shares-held", shares: shares.value });
  return ok({ phase: "provisioning", have: shares.value.length, need });
};
