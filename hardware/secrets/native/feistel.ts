/**
 * SLIP-39's cipher over the master secret inside the arena: four Feistel rounds of PBKDF2 (SLIP-39,
 * "Encryption of the master secret"), with the empty passphrase of Mayfly's own shares.
 */
import type { Pointer } from "bun:ffi";
import { assert } from "../../../protocol/errors.ts";
import type { CipherSettings } from "../sharing/plan.ts";
import { past, type Span } from "./address.ts";
import type { Take } from "./scratch.ts";
import type { Galois } from "./galois.ts";
import type { Pbkdf2 } from "./pbkdf2.ts";
import type { Room } from "./room.ts";

const ROUNDS = [0, 1, 2, 3] as const;
/** 10000 iterations at exponent 0, a quarter in each round. */
const ROUND_ITERATIONS = 2500;

/** What the cipher works with. */
export interface Cipher {
  readonly room: Room;
  readonly galois: Galois;
  readonly pbkdf2: Pbkdf2;
}

/** SLIP-39: an extendable set has no salt, so more sets of the same secret fit together. */
const prefixOf = ({ extendable, identifier }: CipherSettings): Uint8Array =>
  extendable
    ? new Uint8Array(0)
    : Uint8Array.of(...new TextEncoder().encode("shamir"), identifier >> 8, identifier & 0xff);

interface Halves {
  readonly left: Pointer;
  readonly right: Pointer;
  readonly spare: Pointer;
}

const halvesOf = ({ room: { arena } }: Cipher, take: Take, input: Span): Halves => {
  const half = input.length / 2;
  const halves = { left: take(half), right: take(half), spare: take(half) };
  arena.lay(halves.left, { at: input.at, length: half });
  arena.lay(halves.right, { at: past(input.at, half), length: half });
  return halves;
};

const crypt = (
  cipher: Cipher,
  input: Span,
  settings: CipherSettings,
  rounds: readonly number[],
  out: Pointer,
): void => {
  const { room, galois, pbkdf2 } = cipher;
  const half = input.length / 2;
  assert(Number.isInteger(half), "a master secret has an even length");
  const prefix = prefixOf(settings);
  const iterations = ROUND_ITERATIONS * 2 ** settings.iterationExponent;
  room.arena.scratch((take) => {
    let { left, right, spare } = halvesOf(cipher, take, input);
    const salt = take(prefix.length + half);
    for (const round of rounds) {
      const length = room.arena.lay(salt, prefix, { at: right, length: half });
      pbkdf2.derive(Uint8Array.of(round), { at: salt, length }, iterations, {
        at: spare,
        length: half,
      });
      galois.xor(left, spare, half, spare);
      [left, right, spare] = [right, spare, left];
    }
    room.arena.lay(out, { at: right, length: half }, { at: left, length: half });
  });
};

/** Writes the encrypted master secret, as long as the secret. */
export const encryptSecret = (
  cipher: Cipher,
  secret: Span,
  settings: CipherSettings,
  out: Pointer,
): void => crypt(cipher, secret, settings, ROUNDS, out);

/** The inverse of `encryptSecret`. */
export const decryptSecret = (
  cipher: Cipher,
  encrypted: Span,
  settings: CipherSettings,
  out: Pointer,
): void => crypt(cipher, encrypted, settings, ROUNDS.toReversed(), out);
