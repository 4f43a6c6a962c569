/** Seeds of the portable engine: HMAC_DRBG (SP 800-90A) over the board's generator. */
import { describe, expect, test } from "bun:test";
import { drawSeed, drbgHolds } from "../../hardware/secrets/portable/generation.ts";
import { DRBG } from "../../hardware/secrets/self-test/known-answers.ts";
import { drbgReference } from "./oracles/hmac-drbg.ts";
import { must, refusal } from "./oracles/loading.ts";
import { failingRng, seededRng } from "./oracles/seeded.ts";

describe("a seed of the portable engine", () => {
  test("a seed is 32 bytes of 48 of the board's and what is added", () => {
    const extra = new Uint8Array(99).fill(6);
    const drawn = new Uint8Array(48);
    must(seededRng("seed").fill(drawn));
    const [expected] = drbgReference(Buffer.concat([drawn, extra]), [32]);
    expect(must(drawSeed(seededRng("seed"), extra)).toHex()).toBe(expected ?? "");
    expect(refusal(drawSeed(failingRng(0), extra))).toBe("rng_failed");
  });

  test("more than is taken from outside is our own mistake", () => {
    expect(() => drawSeed(seededRng("long"), new Uint8Array(4097))).toThrow("broken invariant");
  });

  test("the known answer is the reference's", () => {
    expect(drbgHolds()).toBe(true);
    const [expected] = drbgReference(DRBG.material, [DRBG.output.length]);
    expect(DRBG.output.toHex()).toBe(expected ?? "");
  });
});
