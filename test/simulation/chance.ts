/** Chance from one seed: every part of a run draws from a stream of its own, told by its label. */
import type { Draws } from "../../hardware/emulator/kit/faults/draws.ts";

/** A repeatable source of chance. */
export interface Chance extends Draws {
  /** A stream of its own: what is drawn from it changes nothing here. */
  readonly fork: (label: string) => Chance;
}

/** Mulberry32, which passes the tests of PractRand for as much as a run draws. */
const createStream = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
};

/** The stream of a seed and a label. */
export const createChance = (seed: number, label = ""): Chance => {
  const next = createStream(Number(Bun.hash(`${seed}/${label}`) & 0xffff_ffffn));
  const below: Chance["below"] = (limit) => next() % limit;
  const between: Chance["between"] = (least, most) => least + below(most - least + 1);
  return {
    below,
    between,
    magnitude: (least, most) => {
      const share = next() / 2 ** 32;
      return Math.min(most, Math.floor(least * ((most + 1) / least) ** share));
    },
    isLucky: (probability) => next() < probability * 2 ** 32,
    pick: (list) => {
      const [one] = list.slice(below(list.length));
      if (one === undefined) throw new Error("there is nothing to pick from");
      return one;
    },
    bytes: (length) => {
      const drawn = new Uint32Array(Math.ceil(length / 4));
      for (let i = 0; i < drawn.length; i += 1) drawn[i] = next();
      return new Uint8Array(drawn.buffer, 0, length);
    },
    fork: (name) => createChance(seed, `${label}/${name}`),
  };
};
