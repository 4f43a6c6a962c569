/**
 * The Noise suite of the host, 25519_AESGCM_SHA256, on node:crypto. What it holds are link
 * secrets: they guard the cable, not the coins.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
} from "node:crypto";
import { assert } from "../../protocol/errors.ts";
import {
  type KeyAgreement,
  NOISE_BYTES,
  type NoiseSuite,
} from "../../protocol/session/noise/suite.ts";

const ALGORITHM = "aes-256-gcm";
const TAG = { authTagLength: NOISE_BYTES.tag } as const;

/** RFC 8410, sections 7 and 4: the PrivateKeyInfo and SubjectPublicKeyInfo up to the key. */
const PKCS8_HEAD = Uint8Array.fromHex("302e020100300506032b656e04220420");
const SPKI_HEAD = Uint8Array.fromHex("302a300506032b656e032100");

/** An ordinary view: node's buffers print, compare and slice in ways of their own. */
const plain = (buffer: Uint8Array): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

const seal: NoiseSuite["seal"] = (key, nonce, plaintext, associatedData) => {
  const cipher = createCipheriv(ALGORITHM, key, nonce, TAG);
  cipher.setAAD(associatedData);
  const sealed = new Uint8Array(plaintext.length + NOISE_BYTES.tag);
  sealed.set(cipher.update(plaintext));
  cipher.final();
  sealed.set(cipher.getAuthTag(), plaintext.length);
  return sealed;
};

const open: NoiseSuite["open"] = (key, nonce, sealed, associatedData) => {
  const size = sealed.length - NOISE_BYTES.tag;
  if (size < 0) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, TAG);
  decipher.setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(size));
  const plaintext = decipher.update(sealed.subarray(0, size));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    return undefined;
  }
  return plain(plaintext);
};

const keyPair = (secret: Uint8Array): KeyAgreement => {
  assert(secret.length === NOISE_BYTES.key, "an X25519 secret has 32 bytes");
  const key = Buffer.concat([PKCS8_HEAD, secret]);
  const privateKey = createPrivateKey({ key, format: "der", type: "pkcs8" });
  key.fill(0);
  const own = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return {
    publicKey: Uint8Array.from(own.subarray(SPKI_HEAD.length)),
    agree: (peer) => {
      if (peer.length !== NOISE_BYTES.key) return undefined;
      try {
        const der = Buffer.concat([SPKI_HEAD, peer]);
        const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
        const shared = diffieHellman({ privateKey, publicKey });
        // the library throws at a result of all zeros; should another not, it is refused here
        return shared.every((byte) => byte === 0) ? undefined : plain(shared);
      } catch {
        return undefined;
      }
    },
  };
};

/** The suite. */
export const noiseSuite: NoiseSuite = {
  sha256: (data) => plain(createHash("sha256").update(data).digest()),
  hmacSha256: (key, data) => plain(createHmac("sha256", key).update(data).digest()),
  seal,
  open,
  keyPair,
};
