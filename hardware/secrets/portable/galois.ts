/**
 * GF(256) as SLIP-39 has it: polynomials over GF(2) modulo x^8 + x^4 + x^3 + x + 1. No tables, so
 * no memory access depends on a secret.
 */
import { assert } from "../../../protocol/errors.ts";

const REDUCTION = 0x1b;

/** The value of a polynomial at `x`. */
export interface PointAt {
  /** 0..255. */
  readonly x: number;
  /** One byte for each polynomial shared side by side. */
  readonly y: Uint8Array;
}

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

/** Lagrange's coefficient of the point at `own` for the value at `x`; all of these are public. */
const coefficient = (points: readonly PointAt[], own: number, x: number): number =>
  points
    .filter((point) => point.x !== own)
    .reduce((sum, point) => multiply(sum, multiply(x ^ point.x, invert(own ^ point.x))), 1);

/** The value at `x` of the polynomial through the points, whose `x` differ and `y` are as long. */
export const interpolate = (points: readonly PointAt[], x: number): Uint8Array => {
  const sum = new Uint8Array(points[0]?.y.length ?? 0);
  for (const point of points) {
    const factor = coefficient(points, point.x, x);
    for (const [index, byte] of point.y.entries()) {
      sum[index] = (sum[index] ?? 0) ^ multiply(byte, factor);
    }
  }
  return sum;
};
