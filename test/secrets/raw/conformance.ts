/** Published vectors that need keys in the open, for every engine. */
import { describe, expect, test } from "bun:test";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { AES_128_GCM } from "../../../hardware/secrets/aead.ts";
import { drbgReference } from "../oracles/hmac-drbg.ts";
import { lowRSignature } from "../oracles/low-r.ts";
import { A1 } from "../oracles/rfc9180.ts";
import { bytes, seeded } from "../oracles/seeded.ts";
import { bytesField, hasNoVectors, readVectorText, readWycheproof } from "../oracles/vectors.ts";
import { KEY_PATH, publishedKeyPath, signsKeyPath } from "./key-path.ts";
import type { RawEngine } from "./raw-engine.ts";

const ORDER = secp256k1.Point.Fn.ORDER;
const hex = (digits: string): Uint8Array => Uint8Array.fromHex(digits.toLowerCase());
const scalar = (number: bigint): Uint8Array => hex(number.toString(16).padStart(64, "0"));

/** Keys and digests at the edges of the group and of 256 bits. */
const KEYS = [1n, 2n, ORDER / 2n, ORDER - 1n].map(scalar);
const DIGESTS = [0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 256n - 1n].map(scalar);

/** BIP-340, vectors 0 and 1: secret key, auxiliary randomness, message, signature. */
const SHORT = [
  [
    "0000000000000000000000000000000000000000000000000000000000000003",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "E907831F80848D1069A5371B402410364BDF1C5F8307B0084C55F1CE2DCA821525F66A4A85EA8B71E482A74F382D2CE5EBEEE8FDB2172F477DF4900D310536C0",
  ],
  [
    "B7E151628AED2A6ABF7158809CF4F3C762E7160F38B4DA56A784D9045190CFEF",
    "0000000000000000000000000000000000000000000000000000000000000001",
    "243F6A8885A308D313198A2E03707344A4093822299F31D0082EFA98EC4E6C89",
    "6896BD60EEAE296DB48A229FF71DFE071BDE413E6D43F917DC8DCF8C78DE33418906D11AC976ABCCB20B091292BFF4EA897EFCB639EA871CFA95F6DE339E4B0A",
  ],
] as const;

/** The signing rows of BIP-340's table, of 32-byte messages. */
const signingRows = async (): Promise<readonly (readonly string[])[]> => {
  const lines = (await readVectorText("bip340.csv")).trim().split(/\r?\n/u).slice(1);
  return lines
    .map((line) => line.split(","))
    .map(([, key = "", , auxiliary = "", message = "", made = ""]) => [
      key,
      auxiliary,
      message,
      made,
    ])
    .filter(([key = "", , message = ""]) => key !== "" && message.length === 64);
};

/** Runs the vectors over one engine. */
export const rawConformance = (name: string, open: () => RawEngine): void => {
  const signs = (
    raw: RawEngine,
    [key = "", auxiliary = "", message = "", made = ""]: readonly string[],
  ) =>
    expect(
      raw
        .signSchnorr(hex(key), hex(message), {
          auxiliary: hex(auxiliary),
          publicKey: schnorr.getPublicKey(hex(key)),
        })
        .toHex(),
    ).toBe(made.toLowerCase());

  describe(`${name}, keys in the open`, () => {
    test("ECDSA at the edges of the group, as @noble/curves grinds it", () => {
      const raw = open();
      for (const key of KEYS) {
        const publicKey = secp256k1.getPublicKey(key);
        expect(raw.publicKey(key).toHex()).toBe(publicKey.toHex());
        for (const digest of DIGESTS) {
          const made = raw.signEcdsa(key, digest, publicKey);
          expect(made.toHex()).toBe(lowRSignature(digest, key).toHex());
        }
      }
    });

    test("BIP-340, vectors 0 and 1", () => {
      const raw = open();
      for (const row of SHORT) signs(raw, row);
    });

    test.skipIf(hasNoVectors)("BIP-340, all that sign (needs MAYFLY_VECTORS)", async () => {
      const raw = open();
      const rows = await signingRows();
      expect(rows.length).toBeGreaterThanOrEqual(4);
      for (const row of rows) signs(raw, row);
    });

    test("BIP-341's key path, inputs 0 and 1 of the published transaction", () => {
      const raw = open();
      for (const input of KEY_PATH) signsKeyPath(raw, input);
    });

    test.skipIf(hasNoVectors)("BIP-341's key path, all (needs MAYFLY_VECTORS)", async () => {
      const raw = open();
      const inputs = await publishedKeyPath();
      expect(inputs.length).toBe(7);
      for (const input of inputs) signsKeyPath(raw, input);
    });

    test("RFC 9180, A.1.1 (AES-128-GCM), sealed and opened", () => {
      const raw = open();
      const context = { info: A1.info, associatedData: A1.aad };
      const made = raw.seal(A1.skEm, A1.pkRm, A1.pt, context, AES_128_GCM);
      expect(made?.encapsulated.toHex()).toBe(A1.enc.toHex());
      expect(made?.ciphertext.toHex()).toBe(A1.ct.toHex());
      const envelope = { encapsulated: A1.enc, ciphertext: A1.ct };
      expect(raw.open(A1.skRm, envelope, context, AES_128_GCM)?.toHex()).toBe(A1.pt.toHex());
    });

    test("HMAC_DRBG of any material, as the reference", () => {
      const raw = open();
      const length = fc.integer({ min: 1, max: 200 });
      const property = fc.property(bytes(48, 300), length, (material, count) => {
        expect(raw.draw(material, count).toHex()).toBe(drbgReference(material, [count]).join());
      });
      fc.assert(property, seeded(60));
    });

    test.skipIf(hasNoVectors)("Wycheproof: X25519 (needs MAYFLY_VECTORS)", async () => {
      const raw = open();
      const cases = await readWycheproof("x25519");
      expect(cases.length).toBeGreaterThanOrEqual(500);
      for (const { entry, label } of cases) {
        const shared = bytesField(entry, "shared");
        const wanted = shared.every((byte) => byte === 0) ? undefined : shared.toHex();
        const given = raw.agree(bytesField(entry, "private"), bytesField(entry, "public"));
        expect([label, given?.toHex()]).toEqual([label, wanted]);
      }
    });
  });
};
