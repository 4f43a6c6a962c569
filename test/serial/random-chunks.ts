/** Chunks of random bytes from a printed seed. */

const given = Number(process.env["MAYFLY_SEED"]);
const seed = Number.isInteger(given) && given > 0 ? given : Math.floor(Math.random() * 2 ** 31);
console.log(`serial: MAYFLY_SEED=${seed}`);

/** Mulberry32: 32 bits a call, repeatable. */
const generator = (): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
};

/** `count` chunks of 1 to `largest` bytes. */
export const randomChunks = (count: number, largest: number): readonly Uint8Array[] => {
  const next = generator();
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: 1 + (next() % largest) }, () => next() & 0xff),
  );
};
