/**
 * Interpolation over GF(256) as SLIP-39 has it: polynomials over GF(2) modulo
 * x^8 + x^4 + x^3 + x + 1. No tables, so no memory access depends on a secret.
 */
import { coefficientOf, multiply } from "../sharing/galois.ts";

/** The value of a polynomial at `x`. */
export interface PointAt {
  /** 0..255. */
  readonly x: number;
  /** One byte for each polynomial shared side by side. */
  readonly y: Uint8Array;
}

/** The value at `x` of the polynomial through the points, whose `x` differ and `y` are as long. */
export const interpolate = (points: readonly PointAt[], x: number): Uint8Array => {
  const sum = new Uint8Array(points[0]?.y.length ?? 0);
  const xs = points.map((point) => point.x);
  for (const point of points) {
    const factor = coefficientOf(xs, point.x, x);
    for (const [index, byte] of point.y.entries()) {
      sum[index] = (sum[index] ?? 0) ^ multiply(byte, factor);
    }
  }
  return sum;
};
