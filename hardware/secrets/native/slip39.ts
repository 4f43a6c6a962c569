/** SLIP-39, both levels, inside the arena: a seed becomes members' shares, and back. */
import type { Pointer } from "bun:ffi";
import type { ShareHeader, SplitPlan } from "../../../firmware/hal.ts";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { type CipherSettings, headerOf, isPlan, settingsOf } from "../sharing/plan.ts";
import {
  checkSet,
  completeGroups,
  type SetShare,
  type ShareError,
  type ShareGroup,
} from "../sharing/share-set.ts";
import type { Span } from "./address.ts";
import type { Slot } from "./arena.ts";
import { type Cipher, decryptSecret, encryptSecret } from "./feistel.ts";
import type { PointAt } from "./galois.ts";
import type { Take } from "./scratch.ts";
import { recoverSecret, type Sharing, splitSecret } from "./shamir.ts";

/** What both levels work with. */
export type Slip39 = Sharing & Cipher;

/** A share with the place of its value. */
export interface PlacedShare extends SetShare, Slot {}

/** A new share: its header, and a slot of its own. */
export interface NewShare {
  readonly header: ShareHeader;
  readonly slot: Slot;
}

type SplitError = "rng_failed" | "threshold_invalid";

const wipeAll = ({ room }: Slip39, shares: readonly NewShare[]): void => {
  for (const { slot } of shares) room.arena.wipe(slot);
};

/** Adds the shares of one group to `made`, so that none is lost where a later one fails. */
const splitGroup = (
  slip39: Slip39,
  plan: SplitPlan,
  settings: CipherSettings,
  groupIndex: number,
  { at, length }: Span,
  made: NewShare[],
): boolean => {
  const { arena } = slip39.room;
  const { threshold = 0, count = 0 } = plan.groups[groupIndex] ?? {};
  return arena.scratch((take) => {
    const values = Array.from({ length: count }, () => take(length));
    if (!splitSecret(slip39, threshold, at, length, values)) return false;
    for (const [i, value] of values.entries()) {
      const slot = arena.keep(length, (own) => arena.lay(own, { at: value, length }) === length);
      if (slot !== undefined) {
        made.push({ header: headerOf(settings, plan, groupIndex, i), slot });
      }
    }
    return true;
  });
};

const splitGroups = (
  slip39: Slip39,
  seed: Span,
  plan: SplitPlan,
  settings: CipherSettings,
  made: NewShare[],
): boolean =>
  slip39.room.arena.scratch((take) => {
    const { length } = seed;
    const encrypted = take(length);
    encryptSecret(slip39, seed, settings, encrypted);
    const groups = plan.groups.map(() => take(length));
    return (
      splitSecret(slip39, plan.groupThreshold, encrypted, length, groups) &&
      groups.every((at, i) => splitGroup(slip39, plan, settings, i, { at, length }, made))
    );
  });

/** Shares of a seed in group order, then member order; each slot is the caller's to wipe. */
export const splitSeed = (
  slip39: Slip39,
  seed: Span,
  plan: SplitPlan,
): Outcome<readonly NewShare[], SplitError> => {
  if (!isPlan(plan)) return fail("threshold_invalid");
  const identifier = slip39.random.publicNumber();
  if (identifier === undefined) return fail("rng_failed");
  const settings = settingsOf(identifier);
  const made: NewShare[] = [];
  let isWhole = false;
  try {
    isWhole = splitGroups(slip39, seed, plan, settings, made);
  } finally {
    if (!isWhole) wipeAll(slip39, made);
  }
  return isWhole ? ok(made) : fail("rng_failed");
};

const recoverGroup = (
  slip39: Slip39,
  take: Take,
  { index, threshold, shares }: ShareGroup<PlacedShare>,
  length: number,
): readonly PointAt[] => {
  const y = take(length);
  const points = shares.map(({ header, at }) => ({ x: header.memberIndex, y: at }));
  return recoverSecret(slip39, threshold, points, length, y) ? [{ x: index, y }] : [];
};

/**
 * Writes the seed of a set of shares, as long as their values. More shares than the threshold may
 * come, and all of them must agree; a group that is not complete does not count.
 */
export const recombineSeed = (
  slip39: Slip39,
  shares: readonly PlacedShare[],
  out: Pointer,
): Outcome<void, ShareError> => {
  const checked = checkSet(shares);
  if (!checked.ok) return checked;
  const [{ header, length }] = checked.value;
  return slip39.room.arena.scratch((take) => {
    const complete = completeGroups(checked.value);
    const points = complete.flatMap((group) => recoverGroup(slip39, take, group, length));
    const encrypted = take(length);
    const { groupThreshold } = header;
    const isWhole =
      points.length === complete.length &&
      recoverSecret(slip39, groupThreshold, points, length, encrypted);
    if (!isWhole) return fail("shares_wrong");
    decryptSecret(slip39, { at: encrypted, length }, header, out);
    return ok(undefined);
  });
};
