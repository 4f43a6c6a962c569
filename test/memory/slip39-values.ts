/**
 * What a device computes to split a seed or to put it together (SLIP-39, "Encryption of the
 * master secret"), over node:crypto: a second implementation on purpose.
 */
import { pbkdf2Sync } from "node:crypto";
import type { NamedSecret } from "./forms.ts";

/** One set of shares of the seed. */
export interface KnownShareSet {
  /** 15 bits. */
  readonly identifier: number;
  readonly iterationExponent: number;
  readonly extendable: boolean;
  /** Without one it is empty. */
  readonly passphrase?: Uint8Array;
  /** Values of the shares that were on the device, by name. */
  readonly shares: readonly { readonly name: string; readonly value: Uint8Array }[];
}

const ROUNDS = [0, 1, 2, 3] as const;
const ITERATIONS_A_ROUND = 2500;

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] ?? 0));

/** "shamir" and the identifier; nothing in an extendable set. */
const saltHead = ({ identifier, extendable }: KnownShareSet): Uint8Array =>
  extendable
    ? new Uint8Array(0)
    : Buffer.concat([Buffer.from("shamir"), Uint8Array.of(identifier >>> 8, identifier & 0xff)]);

const NONE = new Uint8Array(0);

/** A round's function; with one iteration, the first block that PBKDF2 sums up. */
const stretch = (
  set: KnownShareSet,
  round: number,
  half: Uint8Array,
  iterations = ITERATIONS_A_ROUND << set.iterationExponent,
): Uint8Array => {
  const password = Buffer.concat([Uint8Array.of(round), set.passphrase ?? NONE]);
  const salt = Buffer.concat([saltHead(set), half]);
  return new Uint8Array(pbkdf2Sync(password, salt, iterations, half.length, "sha256"));
};

/** The encrypted master secret of the seed, the four rounds on the way to it, and the shares. */
export const shareSetSecrets = (seed: Uint8Array, set: KnownShareSet): readonly NamedSecret[] => {
  const rounds: NamedSecret[] = [];
  let left: Uint8Array = seed.slice(0, seed.length / 2);
  let right: Uint8Array = seed.slice(seed.length / 2);
  for (const round of ROUNDS) {
    const name = `SLIP-39 ${set.identifier} round ${round}`;
    const first = stretch(set, round, right, 1);
    const stream = stretch(set, round, right);
    [left, right] = [right, xor(left, stream)];
    rounds.push(
      { name: `${name} first block`, kind: "intermediate", bytes: first },
      { name: `${name} stream`, kind: "intermediate", bytes: stream },
      { name: `${name} half`, kind: "intermediate", bytes: right },
    );
  }
  const bytes = new Uint8Array(Buffer.concat([right, left]));
  return [
    { name: `SLIP-39 ${set.identifier} encrypted master secret`, kind: "share", bytes },
    ...rounds,
    ...set.shares.map(({ name, value }) => ({ name, kind: "share" as const, bytes: value })),
  ];
};
