/** Randomness of the protocol's tests: from one printed seed, which MAYFLY_SEED repeats. */

const given = Number(Bun.env["MAYFLY_SEED"] ?? Number.NaN);

/** The seed of this run. */
export const SEED: number = Number.isSafeInteger(given)
  ? given
  : Math.floor(Math.random() * 2 ** 31);
console.error(`protocol: MAYFLY_SEED=${SEED}`);

/** Settings of a fast-check run of so many cases. */
export const seeded = (numRuns: number): { readonly seed: number; readonly numRuns: number } => ({
  seed: SEED,
  numRuns,
});

/** A repeatable source of chance. */
export interface Random {
  /** A whole number from 0 to `limit` - 1. */
  readonly below: (limit: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly bytes: (length: number) => Uint8Array;
}

/** Mulberry32. */
export const createRandom = (seed: number): Random => {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    below: (limit) => next() % limit,
    chance: (probability) => next() < probability * 2 ** 32,
    bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff),
  };
};

/** A copy of `bytes` with `count` different bits flipped. */
export const flipBits = (bytes: Uint8Array, count: number, random: Random): Uint8Array => {
  const flipped = Uint8Array.from(bytes);
  const places = new Set<number>();
  while (places.size < Math.min(count, 8 * bytes.length)) {
    places.add(random.below(8 * bytes.length));
  }
  for (const place of places) {
    flipped[place >> 3] = (flipped[place >> 3] ?? 0) ^ (1 << (place & 7));
  }
  return flipped;
};
