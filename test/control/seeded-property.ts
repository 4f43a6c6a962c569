/** Random tests whose seed is printed; MAYFLY_SEED runs one of them again. */

import { assert as assertProperty, type IProperty } from "fast-check";

const given = Number(Bun.env["MAYFLY_SEED"] ?? Number.NaN);
const seed = Number.isSafeInteger(given) ? given : Math.floor(Math.random() * 2 ** 31);

console.log(`seed ${seed} (MAYFLY_SEED repeats it)`);

/** Asserts a property over random values, `numRuns` times. */
export const assertSeeded = <T>(property: IProperty<T>, numRuns: number): void =>
  assertProperty(property, { seed, numRuns });
