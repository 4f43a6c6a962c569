/** Verification and public derivation by libsecp256k1: public data only, so nothing is wiped. */
import type { Crypto } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";
import { type Libraries, openLibraries } from "./libraries.ts";
import { COMPRESSED_BYTES, createCurveContext, OBJECT_BYTES, serialisePoint } from "./points.ts";

const UNCOMPRESSED_BYTES = 65;
const UNCOMPRESSED = 0x04;
const SIGNATURE_BYTES = 64;
const SCALAR_BYTES = 32;

/** What `Crypto` asks of the curve. */
export type Verification = Pick<Crypto, "verifyEcdsa" | "verifySchnorr" | "addTweak">;

/** SEC 1, section 2.3.4, without the hybrid form, which the library reads too. */
const isEncoding = (publicKey: Uint8Array): boolean =>
  publicKey.length === COMPRESSED_BYTES ||
  (publicKey.length === UNCOMPRESSED_BYTES && publicKey[0] === UNCOMPRESSED);

/** Verification on a context of its own. */
export const createVerification = ({ curve }: Pick<Libraries, "curve">): Verification => {
  const context = createCurveContext(curve);
  const parse = (publicKey: Uint8Array): Uint8Array | undefined => {
    const point = new Uint8Array(OBJECT_BYTES);
    const { length } = publicKey;
    const isPoint =
      isEncoding(publicKey) &&
      curve.secp256k1_ec_pubkey_parse(context, point, publicKey, length) === 1;
    return isPoint ? point : undefined;
  };
  return {
    verifyEcdsa: (signature, digest, publicKey) => {
      if (signature.length !== SIGNATURE_BYTES || digest.length !== SCALAR_BYTES) return false;
      const point = parse(publicKey);
      const opaque = new Uint8Array(OBJECT_BYTES);
      return (
        point !== undefined &&
        curve.secp256k1_ecdsa_signature_parse_compact(context, opaque, signature) === 1 &&
        curve.secp256k1_ecdsa_verify(context, opaque, digest, point) === 1
      );
    },
    verifySchnorr: (signature, message, publicKey) => {
      if (signature.length !== SIGNATURE_BYTES || publicKey.length !== SCALAR_BYTES) return false;
      const point = new Uint8Array(OBJECT_BYTES);
      const { length } = message;
      const from = length === 0 ? new Uint8Array(1) : message;
      return (
        curve.secp256k1_xonly_pubkey_parse(context, point, publicKey) === 1 &&
        curve.secp256k1_schnorrsig_verify(context, signature, from, length, point) === 1
      );
    },
    addTweak: (publicKey, tweak) => {
      const point = tweak.length === SCALAR_BYTES ? parse(publicKey) : undefined;
      if (point === undefined) return undefined;
      const isSum = curve.secp256k1_ec_pubkey_tweak_add(context, point, tweak) === 1;
      return isSum ? serialisePoint(curve, context, point) : undefined;
    },
  };
};

let opened: Verification | undefined;

/** Verification by the libraries of this process, opened once. */
export const nativeVerification = (): Verification => {
  if (opened === undefined) {
    const libraries = openLibraries();
    assert(libraries.ok, "who asks for the native engine has it");
    opened = createVerification(libraries.value);
  }
  return opened;
};
