/** What faults draw from: a stream of chance, in the shapes that they need. */
import type { Rng } from "../../../../firmware/hal.ts";
import { assert } from "../../../../protocol/errors.ts";

/** Repeatable chance. */
export interface Draws {
  /** A whole number from 0 to `limit` - 1. */
  readonly below: (limit: number) => number;
  /** A whole number, both ends included. */
  readonly between: (least: number, most: number) => number;
  /** A whole number, both ends included; each order of magnitude is as likely as the next. */
  readonly magnitude: (least: number, most: number) => number;
  readonly isLucky: (probability: number) => boolean;
  /** One of a list that is not empty. */
  readonly pick: <T>(list: readonly T[]) => T;
  readonly bytes: (length: number) => Uint8Array;
}

const WORD_BYTES = 4;

/** Draws from a stream. */
export const drawsFrom = (rng: Rng): Draws => {
  const bytes = (length: number): Uint8Array => {
    const drawn = new Uint8Array(length);
    rng.fill(drawn);
    return drawn;
  };
  const next = (): number => new DataView(bytes(WORD_BYTES).buffer).getUint32(0);
  const below: Draws["below"] = (limit) => next() % limit;
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    magnitude: (least, most) => {
      const share = next() / 2 ** 32;
      return Math.min(most, Math.floor(least * ((most + 1) / least) ** share));
    },
    isLucky: (probability) => next() < probability * 2 ** 32,
    pick: (list) => {
      const [one] = list.slice(below(list.length));
      assert(one !== undefined, "there is something to pick from");
      return one;
    },
    bytes,
  };
};
