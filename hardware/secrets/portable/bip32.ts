/**
 * BIP-32 private derivation. A node is one array of 73 bytes in the order BIP-32 serialises it:
 * depth (1), parent fingerprint (4), child number (4), chain code (32), secret key (32).
 */
import { hmac } from "@noble/hashes/hmac.js";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import type { PublicNode } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";
import { bytesOf, CURVE_ORDER, curve, numberOf } from "../curve.ts";
import { isSeedLength } from "../limits.ts";
import { join, NONE, zero } from "./bytes.ts";

const FINGERPRINT_AT = 1;
const CHILD_NUMBER_AT = 5;
const CHAIN_CODE_AT = 9;
const KEY_AT = 41;
const HARDENED = 2 ** 31;
const INDEX_END = 2 ** 32;
const DEPTH_MOST = 255;
const MASTER_KEY = new TextEncoder().encode("Bitcoin seed");

const depthOf = (node: Uint8Array): number => node[0] ?? 0;

const isSecretKey = (scalar: bigint): boolean => scalar > 0n && scalar < CURVE_ORDER;

const serialise32 = (index: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, index);
  return bytes;
};

/** The secret key of a node: a view, to be read within the operation. */
export const nodeKey = (node: Uint8Array): Uint8Array => node.subarray(KEY_AT);

/** The master node of a seed (BIP-32, "Master key generation"). */
export const masterNode = (seed: Uint8Array): Uint8Array => {
  assert(isSeedLength(seed.length), "a seed has 16 to 64 bytes");
  const digest = hmac(sha512, MASTER_KEY, seed);
  try {
    // "In case parse256(IL) is 0 or parse256(IL) >= n, the master key is invalid."
    assert(isSecretKey(numberOf(digest.subarray(0, 32))), "the seed has a master key");
    return join(new Uint8Array(CHAIN_CODE_AT), digest.subarray(32), digest.subarray(0, 32));
  } finally {
    zero(digest);
  }
};

const fingerprintOf = (publicKey: Uint8Array): Uint8Array =>
  ripemd160(sha256(publicKey)).slice(0, 4);

/** Of a node on the way to another, whose own parent nobody asks for. */
const NO_FINGERPRINT = new Uint8Array(CHILD_NUMBER_AT - FINGERPRINT_AT);

/**
 * CKDpriv; `undefined` for an index out of range, past depth 255, or without a valid key. Only the
 * last node of a path names its parent: public keys are most of the work, and a hardened step needs
 * none otherwise.
 */
const childNode = (node: Uint8Array, index: number, isLast: boolean): Uint8Array | undefined => {
  if (!Number.isInteger(index) || index < 0 || index >= INDEX_END) return undefined;
  if (depthOf(node) === DEPTH_MOST) return undefined;
  const isHardened = index >= HARDENED;
  const publicKey = isLast || !isHardened ? curve.getPublicKey(nodeKey(node)) : NONE;
  const parent = isHardened ? join(Uint8Array.of(0), nodeKey(node)) : publicKey;
  const data = join(parent, serialise32(index));
  const digest = hmac(sha512, node.subarray(CHAIN_CODE_AT, KEY_AT), data);
  const tweak = numberOf(digest.subarray(0, 32));
  const scalar = (tweak + numberOf(nodeKey(node))) % CURVE_ORDER;
  const key = bytesOf(scalar);
  try {
    // "In case parse256(IL) >= n or ki = 0, the resulting key is invalid."
    if (tweak >= CURVE_ORDER || !isSecretKey(scalar)) return undefined;
    const fingerprint = isLast ? fingerprintOf(publicKey) : NO_FINGERPRINT;
    const head = [Uint8Array.of(depthOf(node) + 1), fingerprint, serialise32(index)];
    return join(...head, digest.subarray(32), key);
  } finally {
    zero(parent, data, digest, key);
  }
};

/** The node at the end of a path, a fresh array; `undefined` where a step cannot be taken. */
export const descend = (node: Uint8Array, path: readonly number[]): Uint8Array | undefined => {
  let current: Uint8Array = node.slice();
  for (const [step, index] of path.entries()) {
    const child = childNode(current, index, step === path.length - 1);
    zero(current);
    if (child === undefined) return undefined;
    current = child;
  }
  return current;
};

/** What is public of a node. */
export const publicHalf = (node: Uint8Array): PublicNode => ({
  depth: depthOf(node),
  parentFingerprint: node.slice(FINGERPRINT_AT, CHILD_NUMBER_AT),
  childNumber: new DataView(node.buffer, node.byteOffset).getUint32(CHILD_NUMBER_AT),
  chainCode: node.slice(CHAIN_CODE_AT, KEY_AT),
  publicKey: curve.getPublicKey(nodeKey(node)),
});
