/** The native engine's libraries with a fault in one of their calls. */
import type { Libraries } from "../../../hardware/secrets/native/libraries.ts";

/** What is wrong with the curve's library. */
export interface CurveFaults {
  /** A bit of a compact ECDSA signature, as it is written down. */
  readonly compactBit?: number;
  /** A bit of an ECDSA signature in the library's own form. */
  readonly opaqueBit?: number;
  readonly schnorrBit?: number;
  readonly verifiesAll?: boolean;
  /** The key that signs is another than the one its public key was made of. */
  readonly keyAfterFirst?: boolean;
}

/** Another key than anybody's. */
const OTHER_KEY = new Uint8Array(32).fill(0x33);

const flip = (bytes: unknown, bit: number | undefined): void => {
  if (bit === undefined || !(bytes instanceof Uint8Array)) return;
  const at = bit >> 3;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
};

/** A curve that computes with these faults. */
export const brokenCurve = (libraries: Libraries, faults: CurveFaults): Libraries => {
  const { curve } = libraries;
  const { verifiesAll = false } = faults;
  return {
    ...libraries,
    curve: {
      ...curve,
      secp256k1_ecdsa_sign: Object.assign(
        (...all: Parameters<typeof curve.secp256k1_ecdsa_sign>) => {
          const [context = null, signature = null, digest = null, key = null, ...rest] = all;
          const used = faults.keyAfterFirst === true ? OTHER_KEY : key;
          const made = curve.secp256k1_ecdsa_sign(context, signature, digest, used, ...rest);
          flip(all[1], faults.opaqueBit);
          return made;
        },
        curve.secp256k1_ecdsa_sign,
      ),
      secp256k1_ecdsa_signature_serialize_compact: Object.assign(
        (...all: Parameters<typeof curve.secp256k1_ecdsa_signature_serialize_compact>) => {
          const made = curve.secp256k1_ecdsa_signature_serialize_compact(...all);
          flip(all[1], faults.compactBit);
          return made;
        },
        curve.secp256k1_ecdsa_signature_serialize_compact,
      ),
      secp256k1_keypair_create: Object.assign(
        (...all: Parameters<typeof curve.secp256k1_keypair_create>) => {
          const [context = null, pair = null, key = null] = all;
          const used = faults.keyAfterFirst === true ? OTHER_KEY : key;
          return curve.secp256k1_keypair_create(context, pair, used);
        },
        curve.secp256k1_keypair_create,
      ),
      secp256k1_schnorrsig_sign32: Object.assign(
        (...all: Parameters<typeof curve.secp256k1_schnorrsig_sign32>) => {
          const made = curve.secp256k1_schnorrsig_sign32(...all);
          flip(all[1], faults.schnorrBit);
          return made;
        },
        curve.secp256k1_schnorrsig_sign32,
      ),
      secp256k1_ecdsa_verify: Object.assign(
        (...all: Parameters<typeof curve.secp256k1_ecdsa_verify>) =>
          verifiesAll ? 1 : curve.secp256k1_ecdsa_verify(...all),
        curve.secp256k1_ecdsa_verify,
      ),
    },
  };
};

/** What is wrong with the C library; it may change while it is in use. */
export interface LibcFaults {
  readonly getrandom?: string;
  readonly clock?: string;
}

/** Bytes that a broken generator gives, so many of them from a position on. */
const brokenBytes = (fault: string, length: number, position: number): Uint8Array => {
  const period = fault.startsWith("repeating") ? Number(fault.split(" ")[1]) : undefined;
  const from = period === undefined ? 0 : position % period;
  // Any fixed sequence that has every byte as often as another.
  const byteAt = (i: number): number => (Math.imul(i + 1, 0x9e3779b1) >>> 16) & 0xff;
  if (fault === "stuck") return new Uint8Array(length).fill(0x5a);
  return Uint8Array.from({ length }, (_, i) => byteAt((from + i) % (period ?? length)));
};

/** A C library whose generator or clock is broken, as the faults say at the moment of each call. */
export const brokenLibc = (libraries: Libraries, faults: LibcFaults): Libraries => {
  const { libc } = libraries;
  let position = 0;
  const getrandom = (...all: Parameters<typeof libc.getrandom>): bigint => {
    const [at = null, count = 0] = all;
    const length = Number(count);
    const fault = faults.getrandom ?? "healthy";
    if (fault === "healthy") return libc.getrandom(...all);
    if (fault === "failing") return -1n;
    libc.memcpy(at, brokenBytes(fault, length, position), length);
    position += length;
    return BigInt(length);
  };
  const clock = (...all: Parameters<typeof libc.clock_gettime>): number => {
    if (faults.clock !== "stuck") return libc.clock_gettime(...all);
    libc.memcpy(all[1] ?? null, new Uint8Array(16).fill(3), 16);
    return 0;
  };
  return {
    ...libraries,
    libc: {
      ...libc,
      getrandom: Object.assign(getrandom, libc.getrandom),
      clock_gettime: Object.assign(clock, libc.clock_gettime),
    },
  };
};

/** An OpenSSL whose HMAC flips a bit. */
export const brokenSsl = (libraries: Libraries): Libraries => {
  const { ssl, libc } = libraries;
  const hmac = (...all: Parameters<typeof ssl.HMAC>): ReturnType<typeof ssl.HMAC> => {
    const made = ssl.HMAC(...all);
    libc.memcpy(all[5] ?? null, Uint8Array.of(0x77), 1);
    return made;
  };
  return { ...libraries, ssl: { ...ssl, HMAC: Object.assign(hmac, ssl.HMAC) } };
};
