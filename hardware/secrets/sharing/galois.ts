/**
 * The public side of SLIP-39's interpolation over GF(256): coefficients of share indices. Of a
 * share's value nothing comes here.
 */
import { assert } from "../../../protocol/errors.ts";

const REDUCTION = 0x1b;

/** The product of two field elements. */
export const multiply = (left: number, right: number): number => {
  let product = 0;
  let factor = left;
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= factor & -((right >> bit) & 1);
    factor = ((factor << 1) & 0xff) ^ (REDUCTION & -(factor >> 7));
  }
  return product;
};

/** The inverse of a field element other than zero: its 254th power. */
export const invert = (element: number): number => {
  assert(element !== 0, "zero has no inverse");
  let power = element;
  let result = 1;
  for (let exponent = 254; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) === 1) result = multiply(result, power);
    power = multiply(power, power);
  }
  return result;
};

/** Lagrange's coefficient of the point at `own`, one of `xs`, for the value at `x`. */
export const coefficientOf = (xs: readonly number[], own: number, x: number): number =>
  xs
    .filter((other) => other !== own)
    .reduce((sum, other) => multiply(sum, multiply(x ^ other, invert(own ^ other))), 1);
