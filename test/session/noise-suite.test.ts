/** The functions that Noise is handed, on the host and on a device: standards and hostile keys. */
import { describe, expect, test } from "bun:test";
import { x25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import type { NoiseSuite } from "../../protocol/session/noise/suite.ts";
import { bytes, seeded } from "../secrets/oracles/seeded.ts";
import {
  bytesField,
  field,
  hasNoVectors,
  readWycheproof,
  type WycheproofCase,
} from "../secrets/oracles/vectors.ts";
import { SMALL_ORDER } from "./noise/small-order.ts";
import { SUITES } from "./noise/suites.ts";

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text);
const NONE = new Uint8Array(0);

/** RFC 7748, sections 5.2 (twice) and 6.1: secret, peer's key, result. */
const AGREEMENTS = [
  [
    "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
    "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
    "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
  ],
  [
    "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
    "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
    "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
  ],
  [
    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
  ],
] as const;

/** RFC 7748, section 6.1: Bob's public key. */
const BOB = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";

/** AES-256-GCM, test cases 13, 14 and 16 of McGrew and Viega: key, nonce, text, data, sealed. */
const GCM = [
  ["00".repeat(32), "00".repeat(12), "", "", "530f8afbc74536b9a963b4f1c4cb738b"],
  [
    "00".repeat(32),
    "00".repeat(12),
    "00".repeat(16),
    "",
    "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
  ],
  [
    "feffe9928665731c6d6a8f9467308308".repeat(2),
    "cafebabefacedbaddecaf888",
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" +
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
  ],
] as const;

/** HKDF (RFC 5869) over a suite's HMAC, as far as 255 blocks go. */
const hkdf = (
  { hmacSha256 }: NoiseSuite,
  salt: Uint8Array,
  input: Uint8Array,
  info: Uint8Array,
  length: number,
): string | undefined => {
  if (length > 255 * 32) return undefined;
  const key = hmacSha256(salt, input);
  const blocks: Uint8Array[] = [];
  while (32 * blocks.length < length) {
    const block = [...(blocks.at(-1) ?? NONE), ...info, blocks.length + 1];
    blocks.push(hmacSha256(key, Uint8Array.from(block)));
  }
  return Buffer.concat(blocks).subarray(0, length).toString("hex");
};

const isValid = ({ result }: WycheproofCase): boolean => result === "valid";
const isOurGcm = ({ group }: WycheproofCase): boolean =>
  field(group, "keySize") === 256 && field(group, "ivSize") === 96;

describe.each(SUITES)("the %s's suite", (_, suite) => {
  describe("X25519 (RFC 7748)", () => {
    test("the vectors of sections 5.2 and 6.1", () => {
      for (const [secret, peer, shared] of AGREEMENTS) {
        expect(suite.keyPair(hex(secret)).agree(hex(peer))?.toHex()).toBe(shared);
      }
      expect(suite.keyPair(hex(AGREEMENTS[2][0])).publicKey.toHex()).toBe(BOB);
    });

    test("a thousand iterations (section 5.2)", () => {
      let [secret, peer] = [hex(`09${"00".repeat(31)}`), hex(`09${"00".repeat(31)}`)];
      for (let at = 0; at < 1000; at += 1) {
        [secret, peer] = [suite.keyPair(secret).agree(peer) ?? NONE, secret];
      }
      expect(secret.toHex()).toBe(
        "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
      );
    });

    test("agrees with @noble/curves, and both ways", () => {
      const property = fc.property(bytes(32), bytes(32), (one, other) => {
        const [a, b] = [suite.keyPair(one), suite.keyPair(other)];
        expect(a.publicKey.toHex()).toBe(x25519.getPublicKey(one).toHex());
        const shared = x25519.getSharedSecret(one, b.publicKey).toHex();
        expect(a.agree(b.publicKey)?.toHex()).toBe(shared);
        expect(b.agree(a.publicKey)?.toHex()).toBe(shared);
      });
      fc.assert(property, seeded(50));
    });

    test("keys of small order and of other lengths give nothing and throw nothing", () => {
      const pair = suite.keyPair(hex(AGREEMENTS[0][0]));
      for (const point of SMALL_ORDER) expect(pair.agree(point)).toBeUndefined();
      for (const length of [0, 31, 33, 64]) {
        expect(pair.agree(new Uint8Array(length).fill(9))).toBeUndefined();
      }
    });

    test("the secret may be overwritten; one of another length is our own mistake", () => {
      const [secret, peer, shared] = AGREEMENTS[0];
      const bytesOfSecret = hex(secret);
      const pair = suite.keyPair(bytesOfSecret);
      bytesOfSecret.fill(0);
      expect(pair.agree(hex(peer))?.toHex()).toBe(shared);
      expect(() => suite.keyPair(new Uint8Array(31))).toThrow("broken invariant");
    });

    test.skipIf(hasNoVectors)("Wycheproof x25519 (needs MAYFLY_VECTORS)", async () => {
      const cases = await readWycheproof("x25519");
      const wrong = cases.filter(({ entry }) => {
        const shared = bytesField(entry, "shared");
        const wanted = shared.some((byte) => byte !== 0) ? shared.toHex() : undefined;
        const pair = suite.keyPair(bytesField(entry, "private"));
        return pair.agree(bytesField(entry, "public"))?.toHex() !== wanted;
      });
      expect(wrong.map(({ label }) => label)).toEqual([]);
      expect(cases.length).toBeGreaterThanOrEqual(500);
    });
  });

  describe("AES-256-GCM (NIST SP 800-38D)", () => {
    test("McGrew and Viega's test cases 13, 14 and 16", () => {
      for (const [key, nonce, text, data, sealed] of GCM) {
        const [k, n, d] = [hex(key), hex(nonce), hex(data)];
        expect(suite.seal(k, n, hex(text), d).toHex()).toBe(sealed);
        expect(suite.open(k, n, hex(sealed), d)?.toHex()).toBe(text);
      }
    });

    test("no bent, cut or foreign bytes open", () => {
      const [key, nonce] = [new Uint8Array(32), new Uint8Array(12)];
      const property = fc.property(bytes(0, 60), bytes(0, 90), fc.nat(), (text, other, at) => {
        const sealed = suite.seal(key, nonce, text, NONE);
        const bent = sealed.map((byte, place) => (place === at % sealed.length ? byte ^ 1 : byte));
        expect(suite.open(key, nonce, bent, NONE)).toBeUndefined();
        const cut = sealed.subarray(0, at % sealed.length);
        expect(suite.open(key, nonce, cut, NONE)).toBeUndefined();
        expect(suite.open(key, nonce, other, NONE)).toBeUndefined();
        expect(suite.open(key, nonce, sealed, NONE)?.toHex()).toBe(text.toHex());
      });
      fc.assert(property, seeded(200));
    });

    test.skipIf(hasNoVectors)("Wycheproof aes_gcm (needs MAYFLY_VECTORS)", async () => {
      const cases = (await readWycheproof("aes_gcm")).filter(isOurGcm);
      const wrong = cases.filter((one) => {
        const [key, nonce] = [bytesField(one.entry, "key"), bytesField(one.entry, "iv")];
        const [text, data] = [bytesField(one.entry, "msg"), bytesField(one.entry, "aad")];
        const sealed = bytesField(one.entry, "ct").toHex() + bytesField(one.entry, "tag").toHex();
        const opened = suite.open(key, nonce, hex(sealed), data)?.toHex();
        const isSealed = suite.seal(key, nonce, text, data).toHex() === sealed;
        return isValid(one) ? !isSealed || opened !== text.toHex() : opened !== undefined;
      });
      expect(wrong.map(({ label }) => label)).toEqual([]);
      expect(cases.length).toBeGreaterThanOrEqual(60);
    });
  });

  describe("SHA-256, HMAC and HKDF", () => {
    test("FIPS 180-4: abc; RFC 4231, test case 2; RFC 5869, A.3", () => {
      const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
      expect(suite.sha256(ascii("abc")).toHex()).toBe(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      );
      const mac = suite.hmacSha256(ascii("Jefe"), ascii("what do ya want for nothing?"));
      expect(mac.toHex()).toBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
      expect(hkdf(suite, NONE, new Uint8Array(22).fill(0x0b), NONE, 42)).toBe(
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
      );
    });

    test.skipIf(hasNoVectors)("Wycheproof hkdf_sha256 (needs MAYFLY_VECTORS)", async () => {
      const cases = await readWycheproof("hkdf_sha256");
      const wrong = cases.filter((one) => {
        const [salt, input] = [bytesField(one.entry, "salt"), bytesField(one.entry, "ikm")];
        const info = bytesField(one.entry, "info");
        const made = hkdf(suite, salt, input, info, Number(field(one.entry, "size")));
        return made !== (isValid(one) ? bytesField(one.entry, "okm").toHex() : undefined);
      });
      expect(wrong.map(({ label }) => label)).toEqual([]);
      expect(cases.length).toBeGreaterThanOrEqual(80);
    });
  });

  test("results are ordinary arrays of their own, not node's buffers", () => {
    const pair = suite.keyPair(hex(AGREEMENTS[0][0]));
    const [key, nonce] = [new Uint8Array(32), new Uint8Array(12)];
    const sealed = suite.seal(key, nonce, key, NONE);
    const results = [
      pair.publicKey,
      pair.agree(hex(AGREEMENTS[0][1])),
      suite.sha256(NONE),
      suite.hmacSha256(NONE, NONE),
      sealed,
      suite.open(key, nonce, sealed, NONE),
    ];
    expect(results.map((result) => result?.constructor.name)).toEqual(
      results.map(() => "Uint8Array"),
    );
  });
});
