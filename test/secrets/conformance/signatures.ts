/** ECDSA as Bitcoin Core signs, and BIP-340, against `@noble/curves`. */
import { describe, expect, test } from "bun:test";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { HDKey } from "@scure/bip32";
import fc from "fast-check";
import type { Handle, Secrets } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";
import { loadSeed } from "../oracles/loading.ts";
import { lowRSignature } from "../oracles/low-r.ts";
import { bytes, seeded } from "../oracles/seeded.ts";

const SEED = new Uint8Array(32).fill(0x42);

const keyOutside = (): Uint8Array => {
  const { privateKey } = HDKey.fromMasterSeed(SEED);
  assert(privateKey !== null, "a private key");
  return privateKey;
};

const nodeInside = async (secrets: Secrets): Promise<Handle<"node">> =>
  secrets.master(await loadSeed(secrets, SEED));

/** The part of the suite about signatures. */
export const signatureConformance = (make: () => Secrets): void => {
  describe("signatures", () => {
    test("ECDSA: RFC 6979, low S, low R, byte for byte", async () => {
      const secrets = make();
      const node = await nodeInside(secrets);
      const key = keyOutside();
      const publicKey = secp256k1.getPublicKey(key);
      const property = fc.property(bytes(32), (digest) => {
        const signature = secrets.signEcdsa(node, digest);
        expect(signature.toHex()).toBe(lowRSignature(digest, key).toHex());
        expect(signature[0] ?? 255).toBeLessThan(0x80);
        const settings = { prehash: false, lowS: true };
        expect(secp256k1.verify(signature, digest, publicKey, settings)).toBe(true);
      });
      fc.assert(property, seeded(100));
    });

    test("BIP-340: byte for byte", async () => {
      const secrets = make();
      const node = await nodeInside(secrets);
      const key = keyOutside();
      const property = fc.property(bytes(32), bytes(32), (message, auxiliary) => {
        const signature = secrets.signSchnorr(node, message, auxiliary);
        expect(signature.toHex()).toBe(schnorr.sign(message, key, auxiliary).toHex());
      });
      fc.assert(property, seeded(50));
    });

    test("a digest of another length is our own mistake", async () => {
      const secrets = make();
      const node = await nodeInside(secrets);
      const good = new Uint8Array(32);
      for (const bad of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33)]) {
        expect(() => secrets.signEcdsa(node, bad)).toThrow("broken invariant");
        expect(() => secrets.signSchnorr(node, bad, good)).toThrow("broken invariant");
        expect(() => secrets.signSchnorr(node, good, bad)).toThrow("broken invariant");
      }
    });
  });
};
