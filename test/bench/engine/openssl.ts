/** OpenSSL's own ECDSA on secp256k1, with a key that is made once. */
import { dlopen } from "bun:ffi";
import { got } from "../../../hardware/secrets/native/room.ts";
import { type Case, createDigests, createRing, DIGEST_BYTES, demand, RING } from "./case.ts";

const SONAME = "libcrypto.so.3";
/** NID_secp256k1. */
const CURVE = 714;
/** Bytes of the longest DER signature. */
const SIGNATURE_MOST = 72;

const open = () => {
  try {
    return dlopen(SONAME, {
      EC_KEY_new_by_curve_name: { args: ["i32"], returns: "ptr" },
      EC_KEY_generate_key: { args: ["ptr"], returns: "i32" },
      ECDSA_sign: { args: ["i32", "ptr", "i32", "ptr", "ptr", "ptr"], returns: "i32" },
      ECDSA_verify: { args: ["i32", "ptr", "i32", "ptr", "i32", "ptr"], returns: "i32" },
    }).symbols;
  } catch {
    return undefined;
  }
};

/** OpenSSL's cases; none where it is not here. */
export const opensslCases = (): readonly Case[] => {
  const library = open();
  if (library === undefined) return [];
  const key = got("EC_KEY_new_by_curve_name", library.EC_KEY_new_by_curve_name(CURVE));
  demand("EC_KEY_generate_key", library.EC_KEY_generate_key(key));
  const made = new Uint8Array(SIGNATURE_MOST);
  const length = new Uint32Array(1);
  const next = createDigests();
  const sign = (digest: Uint8Array): void =>
    demand("ECDSA_sign", library.ECDSA_sign(0, digest, DIGEST_BYTES, made, length, key));
  const signed = createRing(RING, () => {
    const digest = next().slice();
    sign(digest);
    return { digest, signature: made.slice(0, length[0]) };
  });
  const verify = (): void => {
    const { digest, signature } = signed();
    const size = signature.length;
    const result = library.ECDSA_verify(0, digest, DIGEST_BYTES, signature, size, key);
    demand("ECDSA_verify", result);
  };
  return [
    { title: "OpenSSL: sign", step: () => sign(next()) },
    { title: "OpenSSL: verify", step: verify },
  ];
};
