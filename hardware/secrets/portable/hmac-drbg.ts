/**
 * HMAC_DRBG with SHA-256 (NIST SP 800-90A Rev. 1, section 10.1.2), at 256 bits of strength and
 * without prediction resistance. An instance serves one purpose and is then erased.
 */
import type { Rng } from "../../../firmware/hal.ts";
import { assert, type Outcome, ok } from "../../../protocol/errors.ts";
import { SECRET_LIMITS } from "../limits.ts";
import { DRBG } from "../self-test/known-answers.ts";
import { areEqual, join, NONE, randomBytes, zero } from "./bytes.ts";
import { hmacSha256 } from "./hkdf.ts";

const BLOCK_BYTES = 32;
/** SP 800-90A, table 2: 2^19 bits a request. */
const REQUEST_BYTES = 65_536;
/** SP 800-90A, section 8.6.7: entropy of the full strength, and a nonce of half of it. */
const ENTROPY_BYTES = 32;
const NONCE_BYTES = 16;

/** A generator: its state is two blocks. */
export interface HmacDrbg {
  /** At most 65536 bytes. */
  readonly generate: (length: number) => Uint8Array;
  /** Zeroes the state; nothing may be asked of it then. */
  readonly erase: () => void;
}

const step = (key: Uint8Array, value: Uint8Array): void => {
  const next = hmacSha256(key, value);
  value.set(next);
  zero(next);
};

/** Section 10.1.2.2: `HMAC_DRBG_Update`, in place. */
const update = (key: Uint8Array, value: Uint8Array, data: Uint8Array): void => {
  for (const round of data.length === 0 ? [0] : [0, 1]) {
    const input = join(value, Uint8Array.of(round), data);
    const nextKey = hmacSha256(key, input);
    key.set(nextKey);
    zero(input, nextKey);
    step(key, value);
  }
};

/** Section 10.1.2.3; `material` is entropy, nonce and personalization string, joined. */
export const createHmacDrbg = (material: Uint8Array): HmacDrbg => {
  const key = new Uint8Array(BLOCK_BYTES);
  const value = new Uint8Array(BLOCK_BYTES).fill(1);
  let erased = false;
  update(key, value, material);

  return {
    generate: (length) => {
      assert(!erased, "an erased generator is not asked");
      assert(length <= REQUEST_BYTES, "a generator is asked for 65536 bytes at most");
      const output = new Uint8Array(length);
      for (let offset = 0; offset < length; offset += BLOCK_BYTES) {
        step(key, value);
        output.set(value.subarray(0, length - offset), offset);
      }
      update(key, value, NONE);
      return output;
    },
    erase: () => {
      erased = true;
      zero(key, value);
    },
  };
};

/** Whether the generator gives its known answer. */
export const drbgHolds = (): boolean =>
  areEqual(createHmacDrbg(DRBG.material).generate(DRBG.output.length), DRBG.output);

/** A seed's bytes: the board's entropy and nonce, with `extra` as the personalization string. */
export const drawSeed = (rng: Rng, extra: Uint8Array): Outcome<Uint8Array, "rng_failed"> => {
  assert(extra.length <= SECRET_LIMITS.extraEntropy, "extra entropy is within its limit");
  const fresh = randomBytes(rng, ENTROPY_BYTES + NONCE_BYTES);
  if (!fresh.ok) return fresh;
  const material = join(fresh.value, extra);
  const drbg = createHmacDrbg(material);
  try {
    return ok(drbg.generate(SECRET_LIMITS.seedMade));
  } finally {
    drbg.erase();
    zero(fresh.value, material);
  }
};
