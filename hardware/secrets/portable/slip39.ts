/**
 * SLIP-39, both levels: a seed becomes groups, each group's share becomes members' shares, and
 * back. No words here: mnemonics are made where people are, never on the device.
 */
import type { Rng, ShareHeader, SplitPlan } from "../../../firmware/hal.ts";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { SECRET_LIMITS } from "../limits.ts";
import { NONE, randomBytes, zero } from "./bytes.ts";
import { type CipherSettings, decryptSecret, encryptSecret } from "./feistel.ts";
import type { PointAt } from "./galois.ts";
import { recoverSecret, splitSecret } from "./shamir.ts";
import {
  checkSet,
  groupsOf,
  type OpenShare,
  type ShareError,
  type ShareGroup,
} from "./share-set.ts";

type SplitError = "rng_failed" | "threshold_invalid";

const isThreshold = (threshold: number, count: number): boolean =>
  Number.isInteger(threshold) &&
  Number.isInteger(count) &&
  threshold >= 1 &&
  threshold <= count &&
  count <= SECRET_LIMITS.slip39Members;

/** SLIP-39: members of a 1-of-n group would hold one and the same value, so n is 1 there. */
const isPlan = ({ groupThreshold, groups }: SplitPlan): boolean =>
  isThreshold(groupThreshold, groups.length) &&
  groups.every(
    ({ threshold, count }) => isThreshold(threshold, count) && (threshold > 1 || count === 1),
  );

const drawSettings = (rng: Rng): Outcome<CipherSettings, "rng_failed"> => {
  const drawn = randomBytes(rng, 2);
  if (!drawn.ok) return drawn;
  const number = new DataView(drawn.value.buffer).getUint16(0);
  const identifier = number & SECRET_LIMITS.slip39Identifier;
  return ok({ identifier, extendable: true, iterationExponent: 0 });
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
    const group: Omit<ShareHeader, "memberIndex"> = {
      ...settings,
      groupIndex,
      groupThreshold: plan.groupThreshold,
      groupCount: plan.groups.length,
      memberThreshold: threshold,
    };
    shares.push(
      ...members.value.map((value, memberIndex) => ({ header: { ...group, memberIndex }, value })),
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

const recoverGroup = (group: ShareGroup): PointAt[] => {
  const y = recoverSecret(group.threshold, group.points);
  return y === undefined ? [] : [{ x: group.index, y }];
};

const recoverEncrypted = (
  groupThreshold: number,
  shares: readonly OpenShare[],
): Uint8Array | undefined => {
  const complete = groupsOf(shares).filter((group) => group.points.length >= group.threshold);
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
  const checked = checkSet(shares);
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
