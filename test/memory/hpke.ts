/**
 * What HPKE computes on the way to an envelope (RFC 9180, base mode, X25519, HKDF-SHA256,
 * AES-256-GCM), worked out by the recipient, over node:crypto: a second implementation on purpose.
 */
import { createHmac } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";
import type { NamedSecret } from "./forms.ts";

/** The recipient's key pair, 32 bytes each. */
export interface RecipientKey {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

const ascii = (text: string): Buffer => Buffer.from(text, "latin1");
const KEM = Buffer.concat([ascii("KEM"), Uint8Array.of(0, 0x20)]);
const HPKE = Buffer.concat([ascii("HPKE"), Uint8Array.of(0, 0x20, 0, 1, 0, 2)]);
const NONE = new Uint8Array(0);

const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(createHmac("sha256", key).update(Buffer.concat(parts)).digest());

const extract = (suite: Uint8Array, salt: Uint8Array, label: string, input: Uint8Array) =>
  hmac(salt, ascii("HPKE-v1"), suite, ascii(label), input);

const expand = (
  suite: Uint8Array,
  key: Uint8Array,
  [label, length]: readonly [string, number],
  ...info: readonly Uint8Array[]
) => {
  const head = [Uint8Array.of(0, length), ascii("HPKE-v1"), suite, ascii(label)];
  return hmac(key, ...head, ...info, Uint8Array.of(1)).slice(0, length);
};

/** All secrets of one envelope, by name. */
export const hpkeSecrets = (
  name: string,
  { privateKey, publicKey }: RecipientKey,
  encapsulated: Uint8Array,
  info: Uint8Array,
): readonly NamedSecret[] => {
  const agreed = x25519.getSharedSecret(privateKey, encapsulated);
  const prk = extract(KEM, NONE, "eae_prk", agreed);
  const shared = expand(KEM, prk, ["shared_secret", 32], encapsulated, publicKey);
  const context = Buffer.concat([
    Uint8Array.of(0),
    extract(HPKE, NONE, "psk_id_hash", NONE),
    extract(HPKE, NONE, "info_hash", info),
  ]);
  const secret = extract(HPKE, shared, "secret", NONE);
  return [
    { name: `${name} agreed`, kind: "agreement", bytes: agreed },
    { name: `${name} PRK`, kind: "intermediate", bytes: prk },
    { name: `${name} shared secret`, kind: "intermediate", bytes: shared },
    { name: `${name} secret`, kind: "intermediate", bytes: secret },
    { name: `${name} key`, kind: "symmetric", bytes: expand(HPKE, secret, ["key", 32], context) },
    {
      name: `${name} nonce`,
      kind: "intermediate",
      bytes: expand(HPKE, secret, ["base_nonce", 12], context),
    },
  ];
};
