/**
 * SLIP-39's cipher over the master secret: four Feistel rounds of PBKDF2 (SLIP-39, "Encryption of
 * the master secret"). It makes guessing a passphrase slow; Mayfly's own shares have an empty one.
 */
import { pbkdf2Sync } from "node:crypto";
import { assert } from "../../../protocol/errors.ts";
import { isSeedLength } from "../limits.ts";
import type { CipherSettings } from "../sharing/plan.ts";
import { join, NONE, xor, zero } from "./bytes.ts";

const ROUNDS = [0, 1, 2, 3] as const;
/** 10000 iterations at exponent 0, a quarter in each round. */
const ROUND_ITERATIONS = 2500;

/** SLIP-39: an extendable set has no salt, so more sets of the same secret fit together. */
const saltOf = (settings: CipherSettings): Uint8Array =>
  settings.extendable
    ? NONE
    : join(
        new TextEncoder().encode("shamir"),
        Uint8Array.of(settings.identifier >> 8, settings.identifier & 0xff),
      );

const crypt = (
  input: Uint8Array,
  settings: CipherSettings,
  passphrase: Uint8Array,
  rounds: readonly number[],
): Uint8Array => {
  assert(isSeedLength(input.length), "a master secret has a length SLIP-39 allows");
  const half = input.length / 2;
  const c = ROUND_ITERATIONS * 2 ** settings.iterationExponent;
  const prefix = saltOf(settings);
  let left: Uint8Array = input.slice(0, half);
  let right: Uint8Array = input.slice(half);
  for (const round of rounds) {
    const password = join(Uint8Array.of(round), passphrase);
    const salt = join(prefix, right);
    // 10,000 rounds: @noble/hashes takes 25 times as long, at each split and recombination.
    const stream = pbkdf2Sync(password, salt, c, half, "sha256");
    const mixed = xor(left, stream);
    zero(left, password, salt, stream);
    left = right;
    right = mixed;
  }
  const output = join(right, left);
  zero(left, right);
  return output;
};

/** The encrypted master secret, as long as the secret. */
export const encryptSecret = (
  secret: Uint8Array,
  settings: CipherSettings,
  passphrase: Uint8Array,
): Uint8Array => crypt(secret, settings, passphrase, ROUNDS);

/** The inverse of `encryptSecret`: any passphrase gives some secret. */
export const decryptSecret = (
  encrypted: Uint8Array,
  settings: CipherSettings,
  passphrase: Uint8Array,
): Uint8Array => crypt(encrypted, settings, passphrase, ROUNDS.toReversed());
