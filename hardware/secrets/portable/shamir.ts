/**
 * One level of SLIP-39's secret sharing: SplitSecret and RecoverSecret (SLIP-39, "Shamir's secret
 * sharing" and "Sharing a secret"). The point at 255 is the secret, the one at 254 its digest.
 */
import type { Rng } from "../../../firmware/hal.ts";
import { type Outcome, ok } from "../../../protocol/errors.ts";
import { areEqual, join, randomBytes, zero } from "./bytes.ts";
import { interpolate, type PointAt } from "./galois.ts";
import { hmacSha256 } from "./hkdf.ts";

const SECRET_AT = 255;
const DIGEST_AT = 254;
const DIGEST_BYTES = 4;

const digestOf = (salt: Uint8Array, secret: Uint8Array): Uint8Array =>
  hmacSha256(salt, secret).slice(0, DIGEST_BYTES);

const randomPoints = (
  rng: Rng,
  count: number,
  length: number,
): Outcome<PointAt[], "rng_failed"> => {
  const points: PointAt[] = [];
  for (let x = 0; x < count; x += 1) {
    const drawn = randomBytes(rng, length);
    if (!drawn.ok) {
      zero(...points.map((point) => point.y));
      return drawn;
    }
    points.push({ x, y: drawn.value });
  }
  return ok(points);
};

/** The points that fix the polynomial: `threshold - 2` random ones, the digest and the secret. */
const basisOf = (
  rng: Rng,
  threshold: number,
  secret: Uint8Array,
): Outcome<PointAt[], "rng_failed"> => {
  const salt = randomBytes(rng, secret.length - DIGEST_BYTES);
  if (!salt.ok) return salt;
  const digest = join(digestOf(salt.value, secret), salt.value);
  zero(salt.value);
  const random = randomPoints(rng, threshold - 2, secret.length);
  if (!random.ok) {
    zero(digest);
    return random;
  }
  return ok([...random.value, { x: DIGEST_AT, y: digest }, { x: SECRET_AT, y: secret }]);
};

/**
 * `count` values, the share at index i being point i. Any `threshold` of them give the secret
 * back, fewer tell nothing; 1 <= threshold <= count <= 16.
 */
export const splitSecret = (
  rng: Rng,
  threshold: number,
  count: number,
  secret: Uint8Array,
): Outcome<Uint8Array[], "rng_failed"> => {
  if (threshold === 1) return ok(Array.from({ length: count }, () => secret.slice()));
  const basis = basisOf(rng, threshold, secret);
  if (!basis.ok) return basis;
  const values = Array.from({ length: count }, (_, x) => interpolate(basis.value, x));
  zero(...basis.value.slice(0, -1).map((point) => point.y));
  return ok(values);
};

/**
 * The secret of `threshold` points or more with different `x`; `undefined` where they are too
 * few, or do not agree. Every point counts, so one bad point among too many is found as well.
 */
export const recoverSecret = (
  threshold: number,
  points: readonly PointAt[],
): Uint8Array | undefined => {
  const [first] = points;
  if (first === undefined || points.length < threshold) return undefined;
  if (threshold === 1) {
    return points.every((point) => areEqual(point.y, first.y)) ? first.y.slice() : undefined;
  }
  const secret = interpolate(points, SECRET_AT);
  const digest = interpolate(points, DIGEST_AT);
  const expected = digestOf(digest.subarray(DIGEST_BYTES), secret);
  const holds = areEqual(expected, digest.subarray(0, DIGEST_BYTES));
  zero(digest, expected);
  if (holds) return secret;
  zero(secret);
  return undefined;
};
