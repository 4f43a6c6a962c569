/** Contexts and points of libsecp256k1, as signing and verification both have them. */
import type { Pointer } from "bun:ffi";
import type { CurveLibrary } from "./libraries.ts";
import { got } from "./room.ts";

/** SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY; later versions take them as nothing. */
const CONTEXT_FLAGS = 0x0301;
/** SECP256K1_EC_COMPRESSED. */
const COMPRESSED = 0x0102;
/** Bytes of a compressed public key. */
export const COMPRESSED_BYTES = 33;
/** secp256k1_pubkey, _xonly_pubkey and _ecdsa_signature, opaque. */
export const OBJECT_BYTES = 64;

/** A context of its own, not blinded yet. */
export const createCurveContext = (curve: CurveLibrary): Pointer =>
  got("secp256k1_context_create", curve.secp256k1_context_create(CONTEXT_FLAGS));

/** 33 bytes, compressed, of a point in the library's own form. */
export const serialisePoint = (
  curve: CurveLibrary,
  context: Pointer,
  point: Uint8Array,
): Uint8Array => {
  const out = new Uint8Array(COMPRESSED_BYTES);
  const length = BigUint64Array.of(BigInt(COMPRESSED_BYTES));
  curve.secp256k1_ec_pubkey_serialize(context, out, length, point, COMPRESSED);
  return out;
};
