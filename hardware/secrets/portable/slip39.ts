/**
 * SLIP-39, both levels: a seed becomes groups, each group's share becomes members' shares, and
 * back. No words here: mnemonics are made where people are, never on the device.
 */
import type { Rng, ShareHeader, SplitPlan } from "../../../firmware/hal.ts";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { type CipherSettings, headerOf, isPlan, settingsOf } from "../sharing/plan.ts";
import {
  checkSet,
  completeGroups,
  type SetShare,
  type ShareError,
  type ShareGroup,
} from "../sharing/share-set.ts";
import { NONE, randomBytes, zero } from "./bytes.ts";
import { decryptSecret, encryptSecret } from "./feistel.ts";
import type { PointAt } from "./galois.ts";
import { recoverSecret, splitSecret } from "./shamir.ts";

/** A share with its value in the open: what `split` makes and `recombine` reads. */
export interface OpenShare {
  readonly header: ShareHeader;
  /** As long as the seed. */
  readonly value: Uint8Array;
}

type ValuedShare = SetShare & Pick<OpenShare, "value">;

type SplitError = "rng_failed" | "threshold_invalid";

const drawSettings = (rng: Rng): Outcome<CipherSettings, "rng_failed"> => {
  const drawn = randomBytes(rng, 2);
  return drawn.ok ? ok(settingsOf(new DataView(drawn.value.buffer).getUint16(0))) : drawn;
};

const splitGroups = (
  rng: Rng,
  plan: SplitPlan,
  settings: CipherSettings,
  groupShares: readonly Uint8Array[],
): Outcome<OpenShare[], "rng_failed"> => {
  const shares: OpenShare[] = [];
  for (const [groupIndex, { threshold, count }] of plan.groups.entries()) {
    const members = splitSecret(rng, threshold, count, groupShares[groupIndex] ?? NONE);
    if (!members.ok) {
      zero(...shares.map((share) => share.value));
      return members;
    }
    shares.push(
      ...members.value.map((value, memberIndex) => ({
        header: headerOf(settings, plan, groupIndex, memberIndex),
        value,
      })),
    );
  }
  return ok(shares);
};

/** Shares of a seed in group order, then member order; each value is the caller's to wipe. */
export const splitSeed = (
  rng: Rng,
  seed: Uint8Array,
  plan: SplitPlan,
  passphrase: Uint8Array = NONE,
): Outcome<OpenShare[], SplitError> => {
  if (!isPlan(plan)) return fail("threshold_invalid");
  const settings = drawSettings(rng);
  if (!settings.ok) return settings;
  const encrypted = encryptSecret(seed, settings.value, passphrase);
  const groups = splitSecret(rng, plan.groupThreshold, plan.groups.length, encrypted);
  zero(encrypted);
  if (!groups.ok) return groups;
  const shares = splitGroups(rng, plan, settings.value, groups.value);
  zero(...groups.value);
  return shares;
};

const recoverGroup = ({ index, threshold, shares }: ShareGroup<ValuedShare>): PointAt[] => {
  const points = shares.map(({ header, value }) => ({ x: header.memberIndex, y: value }));
  const y = recoverSecret(threshold, points);
  return y === undefined ? [] : [{ x: index, y }];
};

const recoverEncrypted = (
  groupThreshold: number,
  shares: readonly ValuedShare[],
): Uint8Array | undefined => {
  const complete = completeGroups(shares);
  const points = complete.flatMap(recoverGroup);
  const allHold = points.length === complete.length;
  const encrypted = allHold ? recoverSecret(groupThreshold, points) : undefined;
  zero(...points.map((point) => point.y));
  return encrypted;
};

/**
 * The seed of a set of shares. More shares than the threshold may come, and all of them must
 * agree; a group that is not complete does not count. Refuses impossible headers, a set too
 * small and a wrong digest with `shares_wrong`.
 */
export const recombineSeed = (
  shares: readonly OpenShare[],
  passphrase: Uint8Array = NONE,
): Outcome<Uint8Array, ShareError> => {
  const checked = checkSet(shares.map((share) => ({ ...share, length: share.value.length })));
  if (!checked.ok) return checked;
  const [{ header }] = checked.value;
  const encrypted = recoverEncrypted(header.groupThreshold, checked.value);
  if (encrypted === undefined) return fail("shares_wrong");
  try {
    return ok(decryptSecret(encrypted, header, passphrase));
  } finally {
    zero(encrypted);
  }
};
