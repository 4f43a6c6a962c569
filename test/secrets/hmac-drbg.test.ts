/** HMAC_DRBG (SP 800-90A) against NIST's vectors and a second telling of it on node's HMAC. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createHmacDrbg, drawSeed } from "../../hardware/secrets/portable/hmac-drbg.ts";
import { drbgReference } from "./oracles/hmac-drbg.ts";
import { must, refusal } from "./oracles/loading.ts";
import { bytes, failingRng, seeded, seededRng } from "./oracles/seeded.ts";

describe("HMAC_DRBG with SHA-256", () => {
  test("NIST CAVP, no reseed, no personalization, count 0", () => {
    const entropy = "ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488";
    const nonce = "659ba96c601dc69fc902940805ec0ca8";
    const drbg = createHmacDrbg(Uint8Array.fromHex(entropy + nonce));
    drbg.generate(128);
    expect(drbg.generate(128).toHex()).toBe(
      "e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89" +
        "d54fbb978a15b5c443c9ec21036d2460b6f73ebad0dc2aba6e624abf07745bc1" +
        "07694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668" +
        "961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8",
    );
  });

  test("any material and requests, as the reference", () => {
    const lengths = fc.array(fc.nat({ max: 200 }), { maxLength: 4 });
    const property = fc.property(bytes(48, 300), lengths, (material, requests) => {
      const drbg = createHmacDrbg(material);
      const outputs = requests.map((length) => drbg.generate(length).toHex());
      expect(outputs).toEqual([...drbgReference(material, requests)]);
    });
    fc.assert(property, seeded(60));
  });

  test("a seed is 32 bytes of 48 of the board's and what is added", () => {
    const extra = new Uint8Array(99).fill(6);
    const drawn = new Uint8Array(48);
    must(seededRng("seed").fill(drawn));
    const [expected] = drbgReference(Buffer.concat([drawn, extra]), [32]);
    expect(must(drawSeed(seededRng("seed"), extra)).toHex()).toBe(expected ?? "");
    expect(refusal(drawSeed(failingRng(0), extra))).toBe("rng_failed");
  });

  test("an erased generator and a request too long are our own mistakes", () => {
    const drbg = createHmacDrbg(new Uint8Array(48));
    expect(() => drbg.generate(65_537)).toThrow("broken invariant");
    drbg.erase();
    expect(() => drbg.generate(1)).toThrow("broken invariant");
    expect(() => drawSeed(seededRng("long"), new Uint8Array(4097))).toThrow("broken invariant");
  });
});
