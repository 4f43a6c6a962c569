/** Five people with fixed keys, at three sites. */
import { createHash } from "node:crypto";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import type { SigningKey } from "../../host/manifest/index.ts";
import type { Person } from "../../protocol/manifest/manifest.ts";

/** Their names. */
export const NAMES = ["Ada", "Ben", "Cleo", "Dan", "Eve"] as const;

const SITES: Readonly<Record<string, string>> = {
  Ada: "Zurich",
  Ben: "Zurich",
  Cleo: "Oslo",
  Dan: "Oslo",
  Eve: "Lisbon",
};

/** 32 bytes of a text: SHA-256, the same on every machine. */
export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(createHash("sha256").update(text).digest());

/** A person's signing key. */
export const signingKeyOf = (name: string): SigningKey => {
  const privateKey = bytesOf(`${name} signs`);
  return { privateKey, publicKey: ed25519.getPublicKey(privateKey) };
};

/** The public half of an X25519 key. */
export const agreementKeyOf = (label: string): Uint8Array => x25519.getPublicKey(bytesOf(label));

/** A person as the roster has them. */
export const personOf = (name: string): Person => ({
  name,
  duties: ["custodian", "approver"],
  signingKey: signingKeyOf(name).publicKey,
  wrappingKey: agreementKeyOf(`${name} unwraps`),
  site: SITES[name] ?? "Rome",
});
