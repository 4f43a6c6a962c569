/**
 * X25519 (RFC 7748) of link secrets over node:crypto: 23 µs a result on Bun 1.4.5, where
 * `@noble/curves` takes 281. For keys that guard the cable, and for the portable engine, which
 * promises nothing of its copies: what belongs on locked pages is agreed with there.
 */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import { assert } from "../../protocol/errors.ts";
import type { KeyAgreement } from "../../protocol/session/noise/suite.ts";

const KEY_BYTES = 32;

/** RFC 8410, sections 7 and 4: the PrivateKeyInfo and SubjectPublicKeyInfo up to the key. */
const PKCS8_HEAD = Uint8Array.fromHex("302e020100300506032b656e04220420");
const SPKI_HEAD = Uint8Array.fromHex("302a300506032b656e032100");

const privateKeyOf = (secret: Uint8Array): KeyObject => {
  const key = Buffer.concat([PKCS8_HEAD, secret]);
  try {
    return createPrivateKey({ key, format: "der", type: "pkcs8" });
  } finally {
    key.fill(0);
  }
};

const publicKeyOf = (key: KeyObject): Uint8Array => {
  const der = createPublicKey(key).export({ format: "der", type: "spki" });
  return Uint8Array.from(der.subarray(SPKI_HEAD.length));
};

const agree = (privateKey: KeyObject, peer: Uint8Array): Uint8Array | undefined => {
  if (peer.length !== KEY_BYTES) return undefined;
  try {
    const der = Buffer.concat([SPKI_HEAD, peer]);
    const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
    const shared = diffieHellman({ privateKey, publicKey });
    // the library throws at a result of all zeros; should another not, it is refused here
    if (shared.every((byte) => byte === 0)) return undefined;
    return new Uint8Array(shared.buffer, shared.byteOffset, shared.byteLength);
  } catch {
    return undefined;
  }
};

/** The key pair of a link secret of 32 bytes, which the caller may overwrite afterwards. */
export const keyAgreement = (secret: Uint8Array): KeyAgreement => {
  assert(secret.length === KEY_BYTES, "an X25519 secret has 32 bytes");
  const privateKey = privateKeyOf(secret);
  const publicKey = publicKeyOf(privateKey);
  return { publicKey, agree: (peer) => agree(privateKey, peer) };
};
