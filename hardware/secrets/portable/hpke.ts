/**
 * HPKE, base mode, single-shot (RFC 9180, section 6.1): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * AES-256-GCM. One message to a context, so the sequence number is always 0 and the nonce is the
 * base nonce.
 */
import type { Envelope, EnvelopeContext } from "../../../firmware/hal.ts";
import { type Aead, AES_256_GCM } from "../aead.ts";
import { openAesGcm, sealAesGcm } from "../aes-gcm.ts";
import { agreementPublicKey, agreeOn } from "./agreement.ts";
import { join, NONE, zero } from "./bytes.ts";
import { expand, extract } from "./hkdf.ts";

const SECRET_BYTES = 32;
const NONCE_BYTES = 12;
const MODE_BASE = Uint8Array.of(0);

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const VERSION = ascii("HPKE-v1");
/** RFC 9180, section 4.1: KEM 0x0020. */
const KEM_SUITE = join(ascii("KEM"), Uint8Array.of(0x00, 0x20));
/** RFC 9180, section 5.1: KEM 0x0020, KDF 0x0001, and the AEAD. */
const hpkeSuite = ({ id }: Aead): Uint8Array =>
  join(ascii("HPKE"), Uint8Array.of(0x00, 0x20, 0x00, 0x01, 0x00, id));

/** RFC 9180, section 4: `LabeledExtract`. */
const labeledExtract = (
  suite: Uint8Array,
  salt: Uint8Array,
  label: string,
  input: Uint8Array,
): Uint8Array => {
  const labeled = join(VERSION, suite, ascii(label), input);
  try {
    return extract(salt, labeled);
  } finally {
    zero(labeled);
  }
};

/** RFC 9180, section 4: `LabeledExpand`; `length` is below 256. */
const labeledExpand = (
  suite: Uint8Array,
  key: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array =>
  expand(key, join(Uint8Array.of(0, length), VERSION, suite, ascii(label), info), length);

/** RFC 9180, section 4.1: `ExtractAndExpand`; takes over the result of the exchange. */
const sharedSecretOf = (exchanged: Uint8Array, kemContext: Uint8Array): Uint8Array => {
  const key = labeledExtract(KEM_SUITE, NONE, "eae_prk", exchanged);
  try {
    return labeledExpand(KEM_SUITE, key, "shared_secret", kemContext, SECRET_BYTES);
  } finally {
    zero(exchanged, key);
  }
};

interface MessageKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

/** RFC 9180, section 5.1: `KeySchedule` in mode_base; takes over the shared secret. */
const scheduleOf = (shared: Uint8Array, info: Uint8Array, aead: Aead): MessageKey => {
  const suite = hpkeSuite(aead);
  const pskIdHash = labeledExtract(suite, NONE, "psk_id_hash", NONE);
  const infoHash = labeledExtract(suite, NONE, "info_hash", info);
  const context = join(MODE_BASE, pskIdHash, infoHash);
  const secret = labeledExtract(suite, shared, "secret", NONE);
  try {
    return {
      key: labeledExpand(suite, secret, "key", context, aead.keyBytes),
      nonce: labeledExpand(suite, secret, "base_nonce", context, NONCE_BYTES),
    };
  } finally {
    zero(shared, secret);
  }
};

/**
 * Seals to a public key with a fresh ephemeral secret key (32 random bytes, the caller's to zero);
 * `undefined` where the public key is none.
 */
export const sealEnvelope = (
  ephemeral: Uint8Array,
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  context: EnvelopeContext,
  aead: Aead = AES_256_GCM,
): Envelope | undefined => {
  const exchanged = agreeOn(ephemeral, publicKey);
  if (exchanged === undefined) return undefined;
  const encapsulated = agreementPublicKey(ephemeral);
  const shared = sharedSecretOf(exchanged, join(encapsulated, publicKey));
  const { key, nonce } = scheduleOf(shared, context.info, aead);
  try {
    const ciphertext = sealAesGcm(key, nonce, plaintext, context.associatedData, aead);
    return { encapsulated, ciphertext };
  } finally {
    zero(key, nonce);
  }
};

/** The plaintext; `undefined` where key, context or envelope do not belong together. */
export const openEnvelope = (
  secret: Uint8Array,
  envelope: Envelope,
  context: EnvelopeContext,
  aead: Aead = AES_256_GCM,
): Uint8Array | undefined => {
  const exchanged = agreeOn(secret, envelope.encapsulated);
  if (exchanged === undefined) return undefined;
  const own = agreementPublicKey(secret);
  const shared = sharedSecretOf(exchanged, join(envelope.encapsulated, own));
  const { key, nonce } = scheduleOf(shared, context.info, aead);
  try {
    return openAesGcm(key, nonce, envelope.ciphertext, context.associatedData, aead);
  } finally {
    zero(key, nonce);
  }
};
