/**
 * HPKE, base mode, single-shot (RFC 9180, section 6.1): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * AES-256-GCM. One message to a context, so its nonce is the base nonce.
 */
import type { Pointer } from "bun:ffi";
import type { Envelope, EnvelopeContext } from "../../../firmware/hal.ts";
import { type Aead, AES_256_GCM } from "../aead.ts";
import type { Bytes, Span } from "./address.ts";
import { past } from "./address.ts";
import { type MessageKey, openAesGcm, sealAesGcm } from "./aes-gcm.ts";
import { AGREEMENT_BYTES, agreeOn, publicHalfOf } from "./agreement.ts";
import { expand, extract, KEY_BYTES } from "./hkdf.ts";
import type { Take } from "./scratch.ts";
import type { Room } from "./room.ts";

const NONE = new Uint8Array(0);
const MODE_BASE = Uint8Array.of(0);
const NONCE_BYTES = 12;

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const VERSION = ascii("HPKE-v1");
/** RFC 9180, section 4.1: KEM 0x0020. */
const KEM_SUITE = Uint8Array.of(...ascii("KEM"), 0x00, 0x20);
/** RFC 9180, section 5.1: KEM 0x0020, KDF 0x0001, and the AEAD. */
const hpkeSuite = ({ id }: Aead): Uint8Array =>
  Uint8Array.of(...ascii("HPKE"), 0x00, 0x20, 0x00, 0x01, 0x00, id);

/** RFC 9180, section 4: `LabeledExtract`. */
const labeledExtract = (
  room: Room,
  suite: Uint8Array,
  salt: Bytes,
  label: string,
  input: Bytes,
  out: Pointer,
): void => extract(room, salt, [VERSION, suite, ascii(label), input], out);

/** RFC 9180, section 4: `LabeledExpand`; 32 bytes are written, of which `length` count. */
const labeledExpand = (
  room: Room,
  suite: Uint8Array,
  key: Pointer,
  label: string,
  info: readonly Bytes[],
  length: number,
  out: Pointer,
): void =>
  expand(room, key, [Uint8Array.of(0, length), VERSION, suite, ascii(label), ...info], out);

/** RFC 9180, section 4.1: `ExtractAndExpand`. */
const sharedSecret = (
  room: Room,
  take: Take,
  exchanged: Pointer,
  kemContext: readonly Bytes[],
): Span => {
  const [key, shared] = [take(KEY_BYTES), take(KEY_BYTES)];
  labeledExtract(room, KEM_SUITE, NONE, "eae_prk", { at: exchanged, length: KEY_BYTES }, key);
  labeledExpand(room, KEM_SUITE, key, "shared_secret", kemContext, KEY_BYTES, shared);
  return { at: shared, length: KEY_BYTES };
};

/** RFC 9180, section 5.1: `KeySchedule` in mode_base. */
const schedule = (
  room: Room,
  take: Take,
  shared: Span,
  info: Uint8Array,
  aead: Aead,
): MessageKey => {
  const suite = hpkeSuite(aead);
  const [context, secret] = [take(1 + 2 * KEY_BYTES), take(KEY_BYTES)];
  const [key, nonce] = [take(KEY_BYTES), take(KEY_BYTES)];
  room.arena.lay(context, MODE_BASE);
  labeledExtract(room, suite, NONE, "psk_id_hash", NONE, past(context, 1));
  labeledExtract(room, suite, NONE, "info_hash", info, past(context, 1 + KEY_BYTES));
  labeledExtract(room, suite, shared, "secret", NONE, secret);
  const about = [{ at: context, length: 1 + 2 * KEY_BYTES }];
  labeledExpand(room, suite, secret, "key", about, aead.keyBytes, key);
  labeledExpand(room, suite, secret, "base_nonce", about, NONCE_BYTES, nonce);
  return { key, nonce, aead };
};

/**
 * Seals a plaintext to a public key with a fresh ephemeral secret key, which the caller wipes;
 * `undefined` where the public key is none.
 */
export const sealEnvelope = (
  room: Room,
  ephemeral: Pointer,
  publicKey: Uint8Array,
  plaintext: Span,
  { info, associatedData }: EnvelopeContext,
  aead: Aead = AES_256_GCM,
): Envelope | undefined =>
  room.arena.scratch((take) => {
    const exchanged = take(AGREEMENT_BYTES);
    if (!agreeOn(room, ephemeral, publicKey, exchanged)) return undefined;
    const encapsulated = publicHalfOf(room, ephemeral);
    const shared = sharedSecret(room, take, exchanged, [encapsulated, publicKey]);
    const key = schedule(room, take, shared, info, aead);
    return { encapsulated, ciphertext: sealAesGcm(room, key, plaintext, associatedData) };
  });

/** Opens to `out`; false where key, context or envelope do not belong together. */
export const openEnvelope = (
  room: Room,
  secret: Pointer,
  { encapsulated, ciphertext }: Envelope,
  { info, associatedData }: EnvelopeContext,
  out: Pointer,
  aead: Aead = AES_256_GCM,
): boolean =>
  room.arena.scratch((take) => {
    const exchanged = take(AGREEMENT_BYTES);
    if (!agreeOn(room, secret, encapsulated, exchanged)) return false;
    const own = publicHalfOf(room, secret);
    const shared = sharedSecret(room, take, exchanged, [encapsulated, own]);
    const key = schedule(room, take, shared, info, aead);
    return openAesGcm(room, key, ciphertext, associatedData, out);
  });
