/** The other end of an envelope: `@hpke/core` with the suite of `Envelope`. */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import type { Envelope, EnvelopeContext } from "../../../firmware/hal.ts";

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** A copy on a buffer of its own, as WebCrypto likes it. */
const copy = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** A key pair of the oracle. */
export interface OraclePair {
  readonly publicKey: Uint8Array;
  /** Rejects where the envelope does not open. */
  readonly open: (envelope: Envelope, context: EnvelopeContext) => Promise<Uint8Array>;
}

const openWith = async (
  recipientKey: CryptoKey,
  envelope: Envelope,
  context: EnvelopeContext,
): Promise<Uint8Array> => {
  const settings = { recipientKey, enc: copy(envelope.encapsulated), info: copy(context.info) };
  const aad = copy(context.associatedData);
  return new Uint8Array(await suite.open(settings, copy(envelope.ciphertext), aad));
};

/** A fresh key pair. */
export const oraclePair = async (): Promise<OraclePair> => {
  const pair = await suite.kem.generateKeyPair();
  return {
    publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
    open: (envelope, context) => openWith(pair.privateKey, envelope, context),
  };
};

/** Opens with a secret key of 32 bytes; rejects where the envelope does not open. */
export const oracleOpen = async (
  secretKey: Uint8Array,
  envelope: Envelope,
  context: EnvelopeContext,
): Promise<Uint8Array> =>
  openWith(await suite.kem.deserializePrivateKey(copy(secretKey)), envelope, context);

/** Seals to a public key of ours. */
export const oracleSeal = async (
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  context: EnvelopeContext,
): Promise<Envelope> => {
  const recipientPublicKey = await suite.kem.deserializePublicKey(copy(publicKey));
  const settings = { recipientPublicKey, info: copy(context.info) };
  const aad = copy(context.associatedData);
  const { enc, ct } = await suite.seal(settings, copy(plaintext), aad);
  return { encapsulated: new Uint8Array(enc), ciphertext: new Uint8Array(ct) };
};
