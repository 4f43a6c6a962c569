/**
 * One level of SLIP-39's sharing (SLIP-39, "Shamir's secret sharing scheme") inside the arena: the
 * secret at x = 255, its digest at x = 254.
 */
import type { Pointer } from "bun:ffi";
import { past } from "./address.ts";
import type { Take } from "./scratch.ts";
import type { Galois, PointAt } from "./galois.ts";
import type { Random } from "./random.ts";
import type { Room } from "./room.ts";

const SECRET_AT = 255;
const DIGEST_AT = 254;
const DIGEST_BYTES = 4;
const MAC_BYTES = 32;

/** What sharing works with. */
export interface Sharing {
  readonly room: Room;
  readonly galois: Galois;
  readonly random: Random;
}

/** The first four bytes of HMAC-SHA256 of the secret under the rest of the digest's point. */
const writeDigest = ({ room }: Sharing, digest: Pointer, secret: Pointer, length: number): void =>
  room.arena.scratch((take) => {
    const mac = take(MAC_BYTES);
    const salt = { at: past(digest, DIGEST_BYTES), length: length - DIGEST_BYTES };
    room.hmacSha256(salt, { at: secret, length }, mac);
    room.arena.lay(digest, { at: mac, length: DIGEST_BYTES });
  });

/** The points that fix the polynomial: `threshold - 2` random ones, the digest and the secret. */
const basisOf = (
  sharing: Sharing,
  take: Take,
  threshold: number,
  secret: Pointer,
  length: number,
): readonly PointAt[] | undefined => {
  const random = Array.from({ length: threshold - 2 }, (_, x) => ({ x, y: take(length) }));
  const digest = take(length);
  const drawn = [...random.map(({ y }) => y), digest];
  if (!drawn.every((at) => sharing.random.fill(at, length))) return undefined;
  writeDigest(sharing, digest, secret, length);
  return [...random, { x: DIGEST_AT, y: digest }, { x: SECRET_AT, y: secret }];
};

/**
 * Writes a value to each of `outs`, the share at index i being point i; false where the generator
 * failed. Any `threshold` of them give the secret back; 1 <= threshold <= count <= 16.
 */
export const splitSecret = (
  sharing: Sharing,
  threshold: number,
  secret: Pointer,
  length: number,
  outs: readonly Pointer[],
): boolean => {
  const { arena } = sharing.room;
  return arena.scratch((take) => {
    if (threshold === 1) {
      for (const out of outs) arena.lay(out, { at: secret, length });
      return true;
    }
    const basis = basisOf(sharing, take, threshold, secret, length);
    if (basis === undefined) return false;
    for (const [x, out] of outs.entries()) sharing.galois.interpolate(basis, x, length, out);
    return true;
  });
};

const areEqual = ({ room }: Sharing, left: Pointer, right: Pointer, length: number): boolean =>
  room.libraries.ssl.CRYPTO_memcmp(left, right, length) === 0;

/**
 * Writes the secret of `threshold` points or more with different `x`; false where they are too
 * few, or do not agree. Every point counts, so one bad point among too many is found as well.
 */
export const recoverSecret = (
  sharing: Sharing,
  threshold: number,
  points: readonly PointAt[],
  length: number,
  out: Pointer,
): boolean => {
  const { arena } = sharing.room;
  const [first] = points;
  if (first === undefined || points.length < threshold) return false;
  if (threshold === 1) {
    arena.lay(out, { at: first.y, length });
    return points.every(({ y }) => areEqual(sharing, y, first.y, length));
  }
  return arena.scratch((take) => {
    const [found, expected] = [take(length), take(length)];
    sharing.galois.interpolate(points, SECRET_AT, length, out);
    sharing.galois.interpolate(points, DIGEST_AT, length, found);
    arena.lay(expected, { at: found, length });
    writeDigest(sharing, expected, out, length);
    return areEqual(sharing, found, expected, DIGEST_BYTES);
  });
};
