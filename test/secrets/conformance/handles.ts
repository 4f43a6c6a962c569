/** Handles: what they open, and when they stop to. Keys and codes derived from a seed. */
import { describe, expect, test } from "bun:test";
import { createHmac, hkdfSync } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";
import type { Secrets } from "../../../firmware/hal.ts";
import { loadSeed, must, refusal, seedXpub } from "../oracles/loading.ts";

const NOTHING = new Uint8Array(0);
const SEED = Uint8Array.from({ length: 32 }, (_, index) => index * 7);

const hkdf = (seed: Uint8Array, label: string): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", seed, NOTHING, label, 32));

/** The part of the suite about handles and derived keys. */
export const handleConformance = (make: () => Secrets): void => {
  describe("handles", () => {
    test("a generated seed differs from the next", () => {
      const secrets = make();
      const one = must(secrets.generateSeed(NOTHING));
      const other = must(secrets.generateSeed(new Uint8Array(100).fill(3)));
      expect(one.kind).toBe("seed");
      expect(seedXpub(secrets, one)).not.toBe(seedXpub(secrets, other));
    });

    test("a wiped handle opens nothing, and the others stay", () => {
      const secrets = make();
      const seed = must(secrets.generateSeed(NOTHING));
      const node = secrets.master(seed);
      secrets.wipe(seed);
      expect(() => secrets.master(seed)).toThrow("broken invariant");
      expect(() => secrets.wipe(seed)).toThrow("broken invariant");
      expect(secrets.publicNode(node).depth).toBe(0);
    });

    test("wipeAll leaves no handle", () => {
      const secrets = make();
      const seed = must(secrets.generateSeed(NOTHING));
      const node = secrets.master(seed);
      const key = secrets.deriveSymmetric(seed, "a");
      const { secret } = must(secrets.generateAgreement());
      secrets.wipeAll();
      expect(() => secrets.master(seed)).toThrow("broken invariant");
      expect(() => secrets.publicNode(node)).toThrow("broken invariant");
      expect(() => secrets.mac(key, NOTHING)).toThrow("broken invariant");
      expect(() => secrets.agree(secret, SEED)).toThrow("broken invariant");
      secrets.wipeAll();
      expect(must(secrets.generateSeed(NOTHING)).kind).toBe("seed");
    });

    test("a new secret does not answer to a wiped handle", () => {
      const secrets = make();
      const old = must(secrets.generateSeed(NOTHING));
      secrets.wipe(old);
      must(secrets.generateSeed(NOTHING));
      expect(() => secrets.master(old)).toThrow("broken invariant");
    });

    test("a handle of another engine opens nothing", () => {
      const [one, other] = [make(), make()];
      const seed = must(one.generateSeed(NOTHING));
      must(other.generateSeed(NOTHING));
      expect(() => other.master(seed)).toThrow("broken invariant");
    });

    test("a handle that names another kind opens nothing", () => {
      const secrets = make();
      const { id } = must(secrets.generateSeed(NOTHING));
      expect(() => secrets.publicNode({ kind: "node", id })).toThrow("broken invariant");
    });
  });

  describe("keys of a seed", () => {
    test("deriveSymmetric and mac are HKDF-SHA256 and HMAC-SHA256 (RFC 5869)", async () => {
      const secrets = make();
      const key = secrets.deriveSymmetric(await loadSeed(secrets, SEED), "root");
      const message = new TextEncoder().encode("genesis");
      const expected = createHmac("sha256", hkdf(SEED, "root")).update(message).digest("hex");
      expect(secrets.mac(key, message).toHex()).toBe(expected);
    });

    test("deriveAgreement is the X25519 key of the same bytes (RFC 7748)", async () => {
      const secrets = make();
      const pair = secrets.deriveAgreement(await loadSeed(secrets, SEED), "link");
      expect(pair.publicKey.toHex()).toBe(x25519.getPublicKey(hkdf(SEED, "link")).toHex());
    });

    test("two agreement keys agree, also with one of @noble/curves", () => {
      const secrets = make();
      const one = must(secrets.generateAgreement());
      const other = must(secrets.generateAgreement());
      const shared = must(secrets.agree(one.secret, other.publicKey));
      expect(shared.length).toBe(32);
      expect(must(secrets.agree(other.secret, one.publicKey)).toHex()).toBe(shared.toHex());
      const outside = x25519.getSharedSecret(SEED, one.publicKey);
      const inside = must(secrets.agree(one.secret, x25519.getPublicKey(SEED)));
      expect(inside.toHex()).toBe(outside.toHex());
    });

    test("agree refuses keys of small order and of a wrong length", () => {
      const secrets = make();
      const { secret } = must(secrets.generateAgreement());
      const one = Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 1 : 0));
      for (const bad of [
        new Uint8Array(32),
        one,
        NOTHING,
        new Uint8Array(31),
        new Uint8Array(33),
      ]) {
        expect(refusal(secrets.agree(secret, bad))).toBe("invalid_params");
      }
    });
  });
};
