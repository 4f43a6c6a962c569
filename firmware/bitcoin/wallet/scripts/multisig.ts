/**
 * The scripts of keys: bare multisig for P2SH and P2WSH (BIP-383, sorted as BIP-67 has it), and
 * BIP-387's for the leaves of taproot. Each is written into memory of its exact length: a place is
 * derived for every input, and its script should cost next to nothing beside its keys.
 */
import type { KeyGroup } from "../template/template.ts";

const OP_1_MINUS_ONE = 0x50;
const OP_NUMEQUAL = 0x9c;
const OP_CHECKSIG = 0xac;
const OP_CHECKMULTISIG = 0xae;
const OP_CHECKSIGADD = 0xba;
const KEY_BYTES = 33;
const X_ONLY_BYTES = 32;

/** Whether a key comes before another, compared from a byte on: the parity counts, or does not. */
const isBefore = (left: Uint8Array, right: Uint8Array, from: number): boolean => {
  for (let at = from; at < KEY_BYTES; at += 1) {
    const [one, other] = [left[at] ?? 0, right[at] ?? 0];
    if (one !== other) return one < other;
  }
  return false;
};

/** Insertion: there are 15 at most, and nothing is allocated. */
const sortInPlace = (keys: Uint8Array[], from: number): void => {
  for (let end = 1; end < keys.length; end += 1) {
    for (let at = end; at > 0; at -= 1) {
      const [left, right] = [keys[at - 1], keys[at]];
      if (left === undefined || right === undefined || !isBefore(right, left, from)) break;
      keys[at - 1] = right;
      keys[at] = left;
    }
  }
};

/** The group's keys in the order of its script. */
const keysOf = (
  { name, expressions }: KeyGroup,
  publicKeys: readonly Uint8Array[],
  from: number,
): readonly Uint8Array[] => {
  const keys: Uint8Array[] = [];
  for (const place of expressions) {
    const key = publicKeys[place];
    if (key !== undefined) keys.push(key);
  }
  if (name === "sortedmulti" || name === "sortedmulti_a") sortInPlace(keys, from);
  return keys;
};

/** `k <keys> n OP_CHECKMULTISIG`: 3 bytes and 34 for each key of 33 bytes. */
export const multisigScript = (group: KeyGroup, publicKeys: readonly Uint8Array[]): Uint8Array => {
  const keys = keysOf(group, publicKeys, 0);
  const script = new Uint8Array(3 + (KEY_BYTES + 1) * keys.length);
  script[0] = OP_1_MINUS_ONE + group.threshold;
  let at = 1;
  for (const key of keys) {
    script[at] = KEY_BYTES;
    script.set(key, at + 1);
    at += KEY_BYTES + 1;
  }
  script[at] = OP_1_MINUS_ONE + keys.length;
  script[at + 1] = OP_CHECKMULTISIG;
  return script;
};

/**
 * A leaf's script (BIP-386, BIP-387): `<key> OP_CHECKSIG`, and for more keys `<key>
 * OP_CHECKSIGADD` for each of the others, `k OP_NUMEQUAL`. Keys of 33 bytes come in, of 32 go out.
 */
export const leafScript = (group: KeyGroup, publicKeys: readonly Uint8Array[]): Uint8Array => {
  const keys = keysOf(group, publicKeys, 1);
  const isSingle = group.name === "pk";
  const script = new Uint8Array((X_ONLY_BYTES + 2) * keys.length + (isSingle ? 0 : 2));
  let at = 0;
  for (const key of keys) {
    script[at] = X_ONLY_BYTES;
    script.set(key.subarray(1), at + 1);
    script[at + X_ONLY_BYTES + 1] = at === 0 ? OP_CHECKSIG : OP_CHECKSIGADD;
    at += X_ONLY_BYTES + 2;
  }
  if (isSingle) return script;
  script[at] = OP_1_MINUS_ONE + group.threshold;
  script[at + 1] = OP_NUMEQUAL;
  return script;
};
