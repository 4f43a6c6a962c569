/**
 * The keys that a review is going to need, derived on other cores while it is busy with the ones
 * before, where the board has cores to spare.
 */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Crypto } from "../hal.ts";
import type { KeysWish } from "./work.ts";

/** Derives ahead. */
export interface KeysAhead {
  /** Begins with these, and waits for those that were wished for before. */
  readonly next: (wishes: readonly KeysWish[]) => Promise<Outcome<void, "cancelled">>;
  /** Nothing is needed any more: what was supplied and not used goes. */
  readonly end: () => Promise<void>;
}

type Supplied = Outcome<readonly (() => void)[], "cancelled">;

/** Where the board has no such cores, the review derives by itself. */
const NOTHING_AHEAD: KeysAhead = {
  next: () => Promise.resolve(ok(undefined)),
  end: () => Promise.resolve(),
};

const deriveAll = async (
  deriveMany: NonNullable<Crypto["deriveMany"]>,
  wishes: readonly KeysWish[],
): Promise<Supplied> => {
  const supplies: (() => void)[] = [];
  const derived = await Promise.all(
    wishes.map(({ deriver, branch, indices }) =>
      deriveMany(deriver.parents(branch), indices, deriver.form),
    ),
  );
  for (const [i, { deriver, branch, indices }] of wishes.entries()) {
    const keys = derived[i];
    if (keys?.ok !== true) return fail("cancelled");
    supplies.push(() => deriver.supply(branch, indices, keys.value));
  }
  return ok(supplies);
};

/** Nothing was wished for. */
export const createKeysAhead = ({ deriveMany }: Pick<Crypto, "deriveMany">): KeysAhead => {
  if (deriveMany === undefined) return NOTHING_AHEAD;
  const supplied = new Map<KeysWish["deriver"], Set<KeysWish["branch"]>>();
  const note = ({ deriver, branch }: KeysWish): void => {
    supplied.set(deriver, (supplied.get(deriver) ?? new Set()).add(branch));
  };
  let pending: Promise<Supplied> = Promise.resolve(ok([]));
  return {
    next: async (wishes) => {
      const before = pending;
      for (const wish of wishes) note(wish);
      pending = deriveAll(deriveMany, wishes);
      const supplies = await before;
      if (!supplies.ok) return supplies;
      for (const supply of supplies.value) supply();
      return ok(undefined);
    },
    end: async () => {
      await pending;
      // A wallet lives on, and there may be a thousand.
      for (const [deriver, branches] of supplied)
        for (const branch of branches) deriver.drop(branch);
    },
  };
};
