/** What the searcher works out of an envelope opens it: RFC 9180, by `@hpke/core`. */
import { expect, test } from "bun:test";
import { createDecipheriv } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";
import { oracleSeal } from "../secrets/oracles/hpke.ts";
import { hpkeSecrets } from "./hpke.ts";

const RECIPIENT = new Uint8Array(32).fill(0x42);

test("the key of an envelope and its nonce decrypt it", async () => {
  const [info, associatedData] = [Buffer.from("info"), Buffer.from("data")];
  const publicKey = x25519.getPublicKey(RECIPIENT);
  const plaintext = Buffer.from("a share's value of 32 bytes.....");
  const sealed = await oracleSeal(publicKey, plaintext, { info, associatedData });
  const key = { privateKey: RECIPIENT, publicKey };
  const secrets = hpkeSecrets("e", key, sealed.encapsulated, info);
  const bytesOf = (name: string) =>
    secrets.find((one) => one.name === `e ${name}`)?.bytes ?? new Uint8Array(32);
  const decipher = createDecipheriv("aes-256-gcm", bytesOf("key"), bytesOf("nonce"));
  decipher.setAAD(associatedData);
  decipher.setAuthTag(sealed.ciphertext.slice(-16));
  const opened = Buffer.concat([
    decipher.update(sealed.ciphertext.slice(0, -16)),
    decipher.final(),
  ]);
  expect(opened.toString()).toBe(plaintext.toString());
});
