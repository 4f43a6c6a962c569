/** How the portable engine makes a seed: HMAC_DRBG over the board's generator and what is added. */
import type { Rng } from "../../../firmware/hal.ts";
import { assert, type Outcome, ok } from "../../../protocol/errors.ts";
import { createDrbg } from "../../entropy/index.ts";
import { SECRET_LIMITS } from "../limits.ts";
import { DRBG } from "../self-test/known-answers.ts";
import { areEqual, join, NONE, randomBytes, zero } from "./bytes.ts";

/** SP 800-90A, section 8.6.7: entropy of the full strength, and a nonce of half of it. */
const ENTROPY_BYTES = 32;
const NONCE_BYTES = 16;

/** The first bytes of a generator that serves this one purpose and is then erased. */
const drawFrom = (material: Uint8Array, length: number): Uint8Array => {
  const drbg = createDrbg(material);
  try {
    const target = new Uint8Array(length);
    drbg.generate(target, NONE);
    return target;
  } finally {
    drbg.erase();
  }
};

/** Whether the generator gives its known answer. */
export const drbgHolds = (): boolean =>
  areEqual(drawFrom(DRBG.material, DRBG.output.length), DRBG.output);

/** A seed's bytes: the board's entropy and nonce, with `extra` as the personalization string. */
export const drawSeed = (rng: Rng, extra: Uint8Array): Outcome<Uint8Array, "rng_failed"> => {
  assert(extra.length <= SECRET_LIMITS.extraEntropy, "extra entropy is within its limit");
  const fresh = randomBytes(rng, ENTROPY_BYTES + NONCE_BYTES);
  if (!fresh.ok) return fresh;
  const material = join(fresh.value, extra);
  try {
    return ok(drawFrom(material, SECRET_LIMITS.seedMade));
  } finally {
    zero(fresh.value, material);
  }
};
