/**
 * Interpolation over GF(256) (SLIP-39: polynomials over GF(2) modulo x^8 + x^4 + x^3 + x + 1), the
 * secret operands in OpenSSL's numbers on its locked heap. The coefficients are public.
 */
import type { Pointer } from "bun:ffi";
import { assert } from "../../../protocol/errors.ts";
import { coefficientOf } from "../sharing/galois.ts";
import { past } from "./address.ts";
import { got, type Room } from "./room.ts";

/** The value of a polynomial at `x`: one byte for each polynomial shared side by side. */
export interface PointAt {
  /** 0..255. */
  readonly x: number;
  readonly y: Pointer;
}

/** Arithmetic on secret bytes. */
export interface Galois {
  /** The value at `x`, `length` bytes, of the polynomial through the points. */
  readonly interpolate: (
    points: readonly PointAt[],
    x: number,
    length: number,
    out: Pointer,
  ) => void;
  /** Writes over all that its numbers hold. */
  readonly forget: () => void;
  /** `left ^ right`. */
  readonly xor: (left: Pointer, right: Pointer, length: number, out: Pointer) => void;
}

/** Exponents of the reduction polynomial, as BN_GF2m_mod_mul_arr wants them. */
const REDUCTION = Int32Array.of(8, 4, 3, 1, 0, -1);
/** As wide as any operand: setting a number to zero leaves its limbs in memory. */
const ONES = new Uint8Array(64).fill(0xff);

/** Arithmetic with numbers of its own. */
export const createGalois = ({ libraries: { ssl } }: Room): Galois => {
  const fresh = (): Pointer => got("BN_secure_new", ssl.BN_secure_new());
  const [left, right, sum] = [fresh(), fresh(), fresh()];
  const context = got("BN_CTX_secure_new", ssl.BN_CTX_secure_new());
  const forget = (): void => {
    // The context keeps the last product unreduced: one of public bytes takes its place.
    for (const number of [left, right]) ssl.BN_bin2bn(ONES, 1, number);
    ssl.BN_GF2m_mod_mul_arr(left, left, right, REDUCTION, context);
    for (const number of [left, right, sum]) ssl.BN_bin2bn(ONES, ONES.length, number);
  };
  const thenForget = (work: () => void): void => {
    try {
      work();
    } finally {
      forget();
    }
  };
  const addProduct = (byte: Pointer, factor: number): void => {
    ssl.BN_bin2bn(byte, 1, left);
    ssl.BN_set_word(right, factor);
    const isProduct = ssl.BN_GF2m_mod_mul_arr(left, left, right, REDUCTION, context) === 1;
    assert(isProduct && ssl.BN_GF2m_add(sum, sum, left) === 1, "GF(256) is closed");
  };
  return {
    forget,
    interpolate: (points, x, length, out) => {
      const xs = points.map((point) => point.x);
      const factors = xs.map((own) => coefficientOf(xs, own, x));
      const writeByte = (i: number): void => {
        ssl.BN_set_word(sum, 0);
        for (const [j, { y }] of points.entries()) addProduct(past(y, i), factors[j] ?? 0);
        assert(ssl.BN_bn2binpad(sum, past(out, i), 1) === 1, "an element of GF(256) is a byte");
      };
      thenForget(() => {
        for (let i = 0; i < length; i += 1) writeByte(i);
      });
    },
    xor: (one, other, length, out) =>
      thenForget(() => {
        ssl.BN_bin2bn(one, length, left);
        ssl.BN_bin2bn(other, length, right);
        const isSum = ssl.BN_GF2m_add(sum, left, right) === 1;
        assert(isSum && ssl.BN_bn2binpad(sum, out, length) === length, "a sum is as long");
      }),
  };
};
