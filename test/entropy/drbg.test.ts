/** HMAC_DRBG with SHA-256, reseeded and with additional input, against NIST's vectors. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createDrbg } from "../../hardware/entropy/index.ts";
import { drbgReference } from "../secrets/oracles/hmac-drbg.ts";

const NONE = new Uint8Array(0);
const hex = (text: string): Uint8Array => Uint8Array.fromHex(text);

describe("HMAC_DRBG, SP 800-90A", () => {
  test("NIST CAVS 14.3, PR False, SHA-256 with additional input of 256 bits, count 7", () => {
    const drbg = createDrbg(
      hex(
        "68f21d14525d56233c7e263482d344c388a840103a77fb20ac60ce463cabdc79" +
          "59fa80ae570f3e0c60ac7e2578cec3cb",
      ),
    );
    drbg.reseed(
      hex(
        "7584b4166530442f06e241dd904f562167e2fdae3247ab853a4a9d4884a5fa46" +
          "f6a5482f139045c5389c9246d772c782c4ebf79c3a84b5cf779f458a69a52914",
      ),
    );
    const output = new Uint8Array(128);
    drbg.generate(output, hex("9d37b1ce99f8079993ddf0bd54bab218016685b22655a678ce4300105f3a45b7"));
    drbg.generate(output, hex("4c97c67026ff43c2ee730e7b2ce8cce4794fd0588deb16185fa6792ddd0d46de"));
    expect(output.toHex()).toBe(
      "e5f8874be0a8345aabf2f829a7c06bb40e60869508c2bdef071d73692c0265f6" +
        "a5bf9ca6cf47d75cbd9df88b9cb236cdfce37d2fd4913f177dbd41887dae116e" +
        "dfbdad4fd6e4c1a51aad9f9d6afe7fcafced45a4913d742a7ec00fd6170d63a6" +
        "8f986d8c2357765e4d38835d3fea301afab43a50bd9edd2dec6a979732b25292",
    );
  });

  test("NIST CAVS 14.3, PR False, SHA-256 with personalization, count 0", () => {
    const drbg = createDrbg(
      hex(
        "fa0ee1fe39c7c390aa94159d0de97564342b591777f3e5f6a4ba2aea342ec840" +
          "dd0820655cb2ffdb0da9e9310a67c9e5" +
          "f2e58fe60a3afc59dad37595415ffd318ccf69d67780f6fa0797dc9aa43e144c",
      ),
    );
    drbg.reseed(hex("e0629b6d7975ddfa96a399648740e60f1f9557dc58b3d7415f9ba9d4dbb501f6"));
    const output = new Uint8Array(128);
    drbg.generate(output, NONE);
    drbg.generate(output, NONE);
    expect(output.toHex()).toBe(
      "f92d4cf99a535b20222a52a68db04c5af6f5ffc7b66a473a37a256bd8d298f9b" +
        "4aa4af7e8d181e02367903f93bdb744c6c2f3f3472626b40ce9bd6a70e7b8f93" +
        "992a16a76fab6b5f162568e08ee6c3e804aefd952ddd3acb791c50f2ad69e9a0" +
        "4028a06a9c01d3a62aca2aaf6efe69ed97a016213a2dd642b4886764072d9cbe",
    );
  });

  test("NIST CAVP, no reseed, no personalization, count 0", () => {
    const entropy = "ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488";
    const drbg = createDrbg(hex(`${entropy}659ba96c601dc69fc902940805ec0ca8`));
    const output = new Uint8Array(128);
    drbg.generate(output, NONE);
    drbg.generate(output, NONE);
    expect(output.toHex()).toBe(
      "e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89" +
        "d54fbb978a15b5c443c9ec21036d2460b6f73ebad0dc2aba6e624abf07745bc1" +
        "07694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668" +
        "961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8",
    );
  });

  test("without either, any material and requests: as the reference", () => {
    const lengths = fc.array(fc.nat({ max: 200 }), { maxLength: 4 });
    const material = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(material, lengths, (seed, requests) => {
        const drbg = createDrbg(seed);
        const given = requests.map((length) => {
          const target = new Uint8Array(length);
          drbg.generate(target, NONE);
          return target.toHex();
        });
        expect(given).toEqual([...drbgReference(seed, requests)]);
      }),
      { seed: 90_001, numRuns: 100 },
    );
  });

  test("an erased one, or a request beyond its limit, is a mistake of the caller's", () => {
    const drbg = createDrbg(new Uint8Array(48));
    expect(() => drbg.generate(new Uint8Array(65_537), NONE)).toThrow("65536");
    drbg.erase();
    expect(() => drbg.generate(new Uint8Array(1), NONE)).toThrow("erased");
    expect(() => drbg.reseed(NONE)).toThrow("erased");
  });
});
