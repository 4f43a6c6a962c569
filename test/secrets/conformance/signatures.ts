/** ECDSA as Bitcoin Core signs, BIP-340, and BIP-341's key path, against `@noble/curves`. */
import { describe, expect, test } from "bun:test";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { HDKey } from "@scure/bip32";
import fc from "fast-check";
import type { Handle, Secrets } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";
import { loadSeed } from "../oracles/loading.ts";
import { lowRSignature } from "../oracles/low-r.ts";
import { bytes, seeded } from "../oracles/seeded.ts";
import { taprootOf, tweakedKey } from "../oracles/taproot.ts";

const SEED = new Uint8Array(32).fill(0x42);
/** Master keys with an even Y and with an odd one: a tweak is added to the even key of both. */
const SEEDS = [2, 3].map(
  (prefix) =>
    Array.from({ length: 64 }, (_, i) => new Uint8Array(32).fill(i)).find(
      (seed) => HDKey.fromMasterSeed(seed).publicKey?.[0] === prefix,
    ) ?? SEED,
);

const keyOutside = (seed = SEED): Uint8Array => {
  const { privateKey } = HDKey.fromMasterSeed(seed);
  assert(privateKey !== null, "a private key");
  return privateKey;
};

const nodeInside = async (secrets: Secrets, seed = SEED): Promise<Handle<"node">> =>
  secrets.master(await loadSeed(secrets, seed));

/** The part of the suite about signatures. */
export const signatureConformance = (make: () => Secrets): void => {
  describe("signatures", () => {
    test("ECDSA: RFC 6979, low S, low R, byte for byte", async () => {
      const secrets = make();
      const node = await nodeInside(secrets);
      const key = keyOutside();
      const publicKey = secp256k1.getPublicKey(key);
      const property = fc.property(bytes(32), (digest) => {
        const signature = secrets.signEcdsa(node, digest, publicKey);
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
      const publicKey = schnorr.getPublicKey(key);
      const property = fc.property(bytes(32), bytes(32), (message, auxiliary) => {
        const signature = secrets.signSchnorr(node, message, { auxiliary, publicKey });
        expect(signature.toHex()).toBe(schnorr.sign(message, key, auxiliary).toHex());
      });
      fc.assert(property, seeded(50));
    });

    for (const [i, seed] of SEEDS.entries()) {
      test(`BIP-341's key path, ${i === 0 ? "even" : "odd"} key: byte for byte`, async () => {
        const secrets = make();
        const node = await nodeInside(secrets, seed);
        const key = keyOutside(seed);
        expect(secp256k1.getPublicKey(key)[0]).toBe(2 + i);
        const internalKey = schnorr.getPublicKey(key);
        const property = fc.property(bytes(32), bytes(0, 32), (message, merkleRoot) => {
          const { tweak, outputKey: publicKey } = taprootOf(internalKey, merkleRoot);
          const auxiliary = new Uint8Array(32);
          const made = secrets.signSchnorr(node, message, { auxiliary, publicKey, tweak });
          const outside = schnorr.sign(message, tweakedKey(key, tweak), auxiliary);
          expect(made.toHex()).toBe(outside.toHex());
        });
        fc.assert(property, seeded(30));
      });
    }

    test("under another key than the node's: nothing leaves", async () => {
      const secrets = make();
      const node = await nodeInside(secrets);
      const [own, digest] = [keyOutside(), new Uint8Array(32).fill(1)];
      const compressed = secp256k1.getPublicKey(own);
      const negated = compressed.with(0, (compressed[0] ?? 0) ^ 1);
      const off = new Uint8Array(33).fill(5);
      const foreign = secp256k1.getPublicKey(digest);
      const { length } = secp256k1.getPublicKey(own, false);
      for (const key of [negated, foreign, off, compressed.slice(1), new Uint8Array(length)]) {
        expect(() => secrets.signEcdsa(node, digest, key)).toThrow("broken invariant");
      }
      const internalKey = schnorr.getPublicKey(own);
      const { tweak, outputKey } = taprootOf(internalKey);
      const auxiliary = digest;
      const bad = [
        { auxiliary, publicKey: outputKey },
        { auxiliary, publicKey: internalKey, tweak },
        { auxiliary, publicKey: foreign.slice(1) },
        { auxiliary, publicKey: new Uint8Array(32) },
        { auxiliary, publicKey: compressed },
        { auxiliary, publicKey: outputKey, tweak: tweak.slice(1) },
      ];
      for (const settings of bad) {
        expect(() => secrets.signSchnorr(node, digest, settings)).toThrow("broken invariant");
      }
    });

    test("a tweak that leaves no key, or is none: nothing leaves", async () => {
      const secrets = make();
      const node = await nodeInside(secrets);
      const [own, auxiliary] = [keyOutside(), new Uint8Array(32)];
      const publicKey = schnorr.getPublicKey(own);
      const even = tweakedKey(own, auxiliary);
      const { Fn } = secp256k1.Point;
      const opposite = Fn.toBytes(Fn.neg(Fn.fromBytes(even)));
      const order = Uint8Array.fromHex(Fn.ORDER.toString(16));
      for (const tweak of [opposite, order, new Uint8Array(32).fill(0xff)]) {
        const settings = { auxiliary, publicKey, tweak };
        expect(() => secrets.signSchnorr(node, auxiliary, settings)).toThrow("broken invariant");
      }
      const kept = secrets.signSchnorr(node, auxiliary, { auxiliary, publicKey, tweak: auxiliary });
      expect(kept.toHex()).toBe(schnorr.sign(auxiliary, own, auxiliary).toHex());
    });

    test("a digest of another length is our own mistake", async () => {
      const secrets = make();
      const node = await nodeInside(secrets);
      const good = new Uint8Array(32);
      const compressed = secp256k1.getPublicKey(keyOutside());
      const publicKey = compressed.slice(1);
      for (const bad of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33)]) {
        expect(() => secrets.signEcdsa(node, bad, compressed)).toThrow("broken invariant");
        const settings = { auxiliary: good, publicKey };
        expect(() => secrets.signSchnorr(node, bad, settings)).toThrow("broken invariant");
        const spoilt = { auxiliary: bad, publicKey };
        expect(() => secrets.signSchnorr(node, good, spoilt)).toThrow("broken invariant");
      }
    });
  });
};
