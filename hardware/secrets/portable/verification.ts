/** Verification and public derivation over `@noble/secp256k1`. */
import type { Crypto } from "../../../firmware/hal.ts";
import { CURVE_ORDER, curve, numberOf } from "../curve.ts";

const SCALAR_BYTES = 32;
const SIGNATURE_BYTES = 64;
const DIGEST_BYTES = 32;
const X_ONLY_BYTES = 32;

const verifyEcdsa: Crypto["verifyEcdsa"] = (signature, digest, publicKey) => {
  if (signature.length !== SIGNATURE_BYTES || digest.length !== DIGEST_BYTES) return false;
  return curve.verify(signature, digest, publicKey, { prehash: false, lowS: true });
};

const verifySchnorr: Crypto["verifySchnorr"] = (signature, message, publicKey) => {
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== X_ONLY_BYTES) return false;
  return curve.schnorr.verify(signature, message, publicKey);
};

const addTweak: Crypto["addTweak"] = (publicKey, tweak) => {
  if (tweak.length !== SCALAR_BYTES) return undefined;
  const scalar = numberOf(tweak);
  if (scalar >= CURVE_ORDER) return undefined;
  try {
    const point = curve.Point.fromBytes(publicKey);
    const sum = scalar === 0n ? point : point.add(curve.Point.BASE.multiply(scalar));
    return sum.is0() ? undefined : sum.toBytes(true);
  } catch {
    return undefined;
  }
};

/** What `Crypto` asks of the curve. */
export const portableVerification: Pick<Crypto, "verifyEcdsa" | "verifySchnorr" | "addTweak"> = {
  verifyEcdsa,
  verifySchnorr,
  addTweak,
};
