/** One body on its way in: how far it has come, its hash so far, and how far its host may send. */
import type { BodyClaim, Credit } from "../../protocol/call/envelope.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Hash } from "../hal.ts";
import type { Intake } from "./intake.ts";

/** A body that is not whole yet. */
export interface Body extends BodyClaim {
  /**
   * Adds the next bytes, at their place; what is there already is passed over. False for a gap, and
   * for bytes beyond the credit: then it is of no use any more.
   */
  readonly add: (offset: number, bytes: Uint8Array) => boolean;
  /** Raises the credit once less than half of it is left; whether it did. */
  readonly raiseCredit: () => boolean;
  readonly credit: () => Pick<Credit, "have" | "limit">;
  readonly isWhole: () => boolean;
  /** SHA-256 of what has come; to be asked once. */
  readonly digest: () => Uint8Array;
  /** Who takes its bytes. */
  readonly intake: Intake;
}

/** Nothing has come yet; `hash` is a SHA-256 that has taken nothing. */
export const createBody = ({ size, sha256 }: BodyClaim, hash: Hash, intake: Intake): Body => {
  let have = 0;
  let state = hash;
  let limit = Math.min(size, LIMITS.bodyCredit);

  return {
    size,
    sha256,
    add: (offset, bytes) => {
      const end = offset + bytes.length;
      if (offset > have || end > limit) return false;
      if (end <= have) return true;
      const news = bytes.subarray(have - offset);
      // A chunk is one message at most: no slice of work is shorter.
      state = state.update(news);
      intake.take(news);
      have = end;
      return true;
    },
    raiseCredit: () => {
      if (limit === size || limit - have >= LIMITS.bodyCredit / 2) return false;
      limit = Math.min(size, have + LIMITS.bodyCredit);
      return true;
    },
    credit: () => ({ have, limit }),
    isWhole: () => have === size,
    digest: () => state.digest(),
    intake,
  };
};
