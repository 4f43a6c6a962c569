/** `Crypto`: known answers, and that nothing a peer sends makes it throw. */
import { describe, expect, test } from "bun:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { HDKey } from "@scure/bip32";
import fc from "fast-check";
import { createCrypto } from "../../hardware/secrets/index.ts";
import { ENGINES } from "./oracles/engines.ts";
import { bytes, seeded } from "./oracles/seeded.ts";

const crypto = createCrypto();
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const SCRYPT_COST = { n: 1024, r: 8, p: 16, length: 64 } as const;

describe("hashes", () => {
  test("FIPS 180-4 and ISO 10118-3 of abc, in pieces", () => {
    expect(crypto.sha256().update(ascii("a")).update(ascii("bc")).digest().toHex()).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    expect(crypto.sha512().update(ascii("ab")).update(ascii("c")).digest().toHex()).toBe(
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    );
    expect(crypto.ripemd160(ascii("abc")).toHex()).toBe("8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
  });

  test("RFC 4231, test case 2", () => {
    const [key, data] = [ascii("Jefe"), ascii("what do ya want for nothing?")];
    expect(crypto.hmacSha256(key, data).toHex()).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    expect(crypto.hmacSha512(key, data).toHex()).toBe(
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554" +
        "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    );
  });

  test("scrypt, RFC 7914 section 12, and the cost of check words (64 MiB)", async () => {
    expect((await crypto.scrypt(ascii("password"), ascii("NaCl"), SCRYPT_COST)).toHex()).toBe(
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162" +
        "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
    );
    const cost = { n: 65_536, r: 8, p: 1, length: 9 };
    expect((await crypto.scrypt(ascii("quote"), ascii("words"), cost)).length).toBe(9);
  });

  test("results are ordinary arrays, not node's buffers", () => {
    const results = [
      crypto.sha256().digest(),
      crypto.ripemd160(ascii("")),
      crypto.hmacSha256(ascii("a"), ascii("b")),
      crypto.aesGcmSeal(new Uint8Array(32), new Uint8Array(12), ascii("b"), ascii("")),
    ];
    expect(results.map((result) => result.constructor.name)).toEqual(
      results.map(() => "Uint8Array"),
    );
  });
});

describe("AES-256-GCM", () => {
  test("opens what it seals, also of no bytes; a bent bit anywhere does not open", () => {
    const property = fc.property(
      bytes(32),
      bytes(12),
      bytes(0, 300),
      bytes(0, 40),
      fc.nat(),
      (key, nonce, plain, data, at) => {
        const sealed = crypto.aesGcmSeal(key, nonce, plain, data);
        expect(sealed.length).toBe(plain.length + 16);
        expect(crypto.aesGcmOpen(key, nonce, sealed, data)?.toHex()).toBe(plain.toHex());
        const bent = sealed.slice();
        bent[at % bent.length] = (bent[at % bent.length] ?? 0) ^ 1;
        expect(crypto.aesGcmOpen(key, nonce, bent, data)).toBeUndefined();
      },
    );
    fc.assert(property, seeded(100));
  });

  test("wrong lengths: sealing is our own mistake, opening finds nothing", () => {
    const [key, nonce, none] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array(0)];
    expect(() => crypto.aesGcmSeal(none, nonce, none, none)).toThrow("broken invariant");
    expect(() => crypto.aesGcmSeal(key, none, none, none)).toThrow("broken invariant");
    expect(crypto.aesGcmOpen(none, nonce, new Uint8Array(16), none)).toBeUndefined();
    expect(crypto.aesGcmOpen(key, none, new Uint8Array(16), none)).toBeUndefined();
    expect(crypto.aesGcmOpen(key, nonce, new Uint8Array(15), none)).toBeUndefined();
  });
});

describe.each(ENGINES)("verification, %s", (engine) => {
  const own = createCrypto(engine);

  test("Ed25519 as @noble/curves signs it, and not for another message", () => {
    const property = fc.property(bytes(32), bytes(0, 100), (secret, message) => {
      const signature = ed25519.sign(message, secret);
      const publicKey = ed25519.getPublicKey(secret);
      expect(own.verifyEd25519(signature, message, publicKey)).toBe(true);
      const other = new Uint8Array([...message, 0]);
      expect(own.verifyEd25519(signature, other, publicKey)).toBe(false);
    });
    fc.assert(property, seeded(20));
  });

  test("Ed25519 keys of small order, in every encoding, verify nothing", () => {
    const { p } = ed25519.Point.CURVE();
    const little = (number: bigint): Uint8Array =>
      Uint8Array.fromHex(number.toString(16).padStart(64, "0")).toReversed();
    const torsion = Uint8Array.fromHex(
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    );
    const base = ed25519.Point.fromBytes(torsion);
    const points = Array.from({ length: 7 }, (_, at) => base.multiplyUnsafe(BigInt(at + 1)));
    const unreduced = [p, p + 1n].map(little);
    const keys = [...points.map((point) => point.toBytes()), little(1n), ...unreduced];
    expect(new Set(points.map((point) => point.toHex())).size).toBe(7);
    for (const key of keys) {
      for (const sign of [0, 0x80]) {
        const signed = Uint8Array.from(key, (byte, at) => (at === 31 ? byte | sign : byte));
        for (let message = 0; message < 8; message += 1) {
          const signature = new Uint8Array([...key, ...new Uint8Array(32)]);
          expect(own.verifyEd25519(signature, Uint8Array.of(message), signed)).toBe(false);
        }
      }
    }
  });

  test("ECDSA takes low S only, compressed or not", () => {
    const property = fc.property(bytes(32), (digest) => {
      const { secretKey, publicKey } = secp256k1.keygen(new Uint8Array(48).fill(7));
      const low = secp256k1.sign(digest, secretKey, { prehash: false });
      const parsed = secp256k1.Signature.fromBytes(low);
      const high = new secp256k1.Signature(parsed.r, secp256k1.Point.Fn.ORDER - parsed.s);
      expect(own.verifyEcdsa(low, digest, publicKey)).toBe(true);
      const uncompressed = secp256k1.getPublicKey(secretKey, false);
      expect(own.verifyEcdsa(low, digest, uncompressed)).toBe(true);
      expect(own.verifyEcdsa(high.toBytes(), digest, publicKey)).toBe(false);
    });
    fc.assert(property, seeded(20));
  });

  test("arbitrary bytes verify nothing, derive nothing and throw nothing", () => {
    const any = fc.oneof(bytes(0, 70), bytes(32), bytes(33), bytes(64), bytes(65));
    const property = fc.property(any, any, any, (one, two, three) => {
      expect(own.verifyEd25519(one, two, three)).toBe(false);
      expect(own.verifyEcdsa(one, two, three)).toBe(false);
      expect(own.verifySchnorr(one, two, three)).toBe(false);
      expect(crypto.aesGcmOpen(one, two, three, one)).toBeUndefined();
      expect(own.addTweak(one, two)?.length ?? 33).toBe(33);
    });
    fc.assert(property, seeded(300));
  });
});

describe.each(ENGINES)("addTweak, %s", (engine) => {
  const own = createCrypto(engine);

  const node = HDKey.fromMasterSeed(new Uint8Array(32).fill(1));
  const publicKey = node.publicKey ?? new Uint8Array(0);
  const { n } = secp256k1.Point.CURVE();
  const scalar = (number: bigint): Uint8Array =>
    Uint8Array.fromHex(number.toString(16).padStart(64, "0"));

  test("is public derivation (BIP-32, CKDpub)", () => {
    for (let index = 0; index < 20; index += 1) {
      const chainCode = node.chainCode ?? new Uint8Array(0);
      const data = new Uint8Array([...publicKey, 0, 0, 0, index]);
      const tweak = crypto.hmacSha512(chainCode, data).slice(0, 32);
      const expected = node.deriveChild(index).publicKey?.toHex() ?? "none";
      expect(own.addTweak(publicKey, tweak)?.toHex()).toBe(expected);
    }
  });

  test("zero leaves the point; n or more, infinity and no point give undefined", () => {
    const one = secp256k1.Point.BASE.toBytes(true);
    expect(own.addTweak(publicKey, scalar(0n))?.toHex()).toBe(publicKey.toHex());
    expect(own.addTweak(one, scalar(1n))?.toHex()).toBe(secp256k1.Point.BASE.double().toHex(true));
    expect(own.addTweak(one, scalar(n - 1n))).toBeUndefined();
    expect(own.addTweak(one, scalar(n))).toBeUndefined();
    expect(own.addTweak(one, new Uint8Array(32).fill(0xff))).toBeUndefined();
    expect(own.addTweak(one, new Uint8Array(31))).toBeUndefined();
    expect(own.addTweak(new Uint8Array(33), scalar(1n))).toBeUndefined();
    expect(own.addTweak(new Uint8Array(0), scalar(1n))).toBeUndefined();
  });
});
