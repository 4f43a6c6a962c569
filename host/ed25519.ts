/** Ed25519 (RFC 8032) over node:crypto, for what people sign and for checking it. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** RFC 8410, sections 4 and 7: what stands before a key in DER. */
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

const publicKeyOf = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: "der", type: "spki" });

/** Signs with a private key of 32 bytes: 64 bytes. */
export const signEd25519 = (message: Uint8Array, privateKey: Uint8Array): Uint8Array => {
  const der = Buffer.concat([PKCS8_HEAD, privateKey]);
  try {
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    return Uint8Array.from(sign(null, message, key));
  } finally {
    der.fill(0);
  }
};

/** Whether a signature holds; never throws. */
export const isEd25519Good = (
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean => {
  try {
    return verify(null, message, publicKeyOf(publicKey), signature);
  } catch {
    return false; // the key is no point of the curve
  }
};
