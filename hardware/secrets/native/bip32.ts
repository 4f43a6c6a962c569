/**
 * BIP-32 private derivation inside the arena. A node is 64 bytes, secret key and chain code; what
 * is public of it, its own public key among that, is kept beside the handle.
 */
import { createHash } from "node:crypto";
import type { Pointer } from "bun:ffi";
import type { PublicNode } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";
import { past } from "./address.ts";
import type { Arena, Slot } from "./arena.ts";
import type { Curve } from "./curve.ts";
import type { Room } from "./room.ts";
import type { Workspace } from "./scratch.ts";

/** Bytes of a node: key, then chain code. */
export const NODE_BYTES = 64;

const KEY_BYTES = 32;
const FINGERPRINT_BYTES = 4;
const HARDENED = 2 ** 31;
const INDEX_END = 2 ** 32;
const DEPTH_MOST = 255;
const MASTER_KEY = new TextEncoder().encode("Bitcoin seed");
const ZERO = Uint8Array.of(0);

/** A node's secret half and what is public of it. */
export interface Node {
  readonly slot: Slot;
  readonly depth: number;
  readonly parentFingerprint: Uint8Array;
  readonly childNumber: number;
  /** The library's own form of the public key; made when it is first asked for. */
  point: Uint8Array | undefined;
}

/** What derivation works with. */
export interface Derivation<A extends Workspace = Arena> {
  readonly room: Room<A>;
  readonly curve: Curve;
}

const serialise32 = (index: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, index);
  return bytes;
};

const pointOf = ({ curve }: Derivation, node: Node): Uint8Array => {
  node.point ??= curve.point(node.slot.at);
  return node.point;
};

/** The public key of a node: 33 bytes, compressed. */
export const publicKeyOf = (derivation: Derivation, node: Node): Uint8Array =>
  derivation.curve.serialise(pointOf(derivation, node));

const fingerprintOf = (publicKey: Uint8Array): Uint8Array => {
  const digest = createHash("sha256").update(publicKey).digest();
  const hash = createHash("ripemd160").update(digest).digest();
  return Uint8Array.from(hash.subarray(0, FINGERPRINT_BYTES));
};

/** The master node of a seed (BIP-32, "Master key generation"). */
export const masterNode = ({ room, curve }: Derivation, seed: Slot): Node => {
  const slot = room.arena.keep(NODE_BYTES, (at) => {
    room.hmacSha512(MASTER_KEY, seed, at);
    // "In case parse256(IL) is 0 or parse256(IL) >= n, the master key is invalid."
    return curve.isSecretKey(at);
  });
  assert(slot !== undefined, "the seed has a master key");
  const parentFingerprint = new Uint8Array(FINGERPRINT_BYTES);
  return { slot, depth: 0, parentFingerprint, childNumber: 0, point: undefined };
};

/** A parent, as a derivation sees it. */
export interface Parent {
  /** Its key and chain code. */
  readonly at: Pointer;
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
}

/** Writes a child's key and chain code; false where it has none (once in 2^127). */
export const fillChild = (
  { room: { arena, hmacSha512 }, curve }: Derivation<Workspace>,
  { at: key, publicKey }: Parent,
  index: number,
  at: Pointer,
): boolean => {
  const secretFront = [ZERO, { at: key, length: KEY_BYTES }];
  const front = index >= HARDENED ? secretFront : [publicKey];
  return arena.scratch((take) => {
    const [data, digest] = [take(37), take(NODE_BYTES)];
    const length = arena.lay(data, ...front, serialise32(index));
    const chainCode = { at: past(key, KEY_BYTES), length: KEY_BYTES };
    hmacSha512(chainCode, { at: data, length }, digest);
    arena.lay(
      at,
      { at: key, length: KEY_BYTES },
      { at: past(digest, KEY_BYTES), length: KEY_BYTES },
    );
    // "In case parse256(IL) >= n or ki = 0, the resulting key is invalid."
    return curve.addToSecretKey(at, digest);
  });
};

/** CKDpriv; `undefined` for an index out of range, past depth 255, or without a valid key. */
const childNode = (derivation: Derivation, parent: Node, index: number): Node | undefined => {
  if (!Number.isInteger(index) || index < 0 || index >= INDEX_END) return undefined;
  if (parent.depth === DEPTH_MOST) return undefined;
  const publicKey = publicKeyOf(derivation, parent);
  const parentFingerprint = fingerprintOf(publicKey);
  const from = { at: parent.slot.at, publicKey };
  const slot = derivation.room.arena.keep(NODE_BYTES, (at) =>
    fillChild(derivation, from, index, at),
  );
  if (slot === undefined) return undefined;
  const depth = parent.depth + 1;
  return { slot, depth, parentFingerprint, childNumber: index, point: undefined };
};

const copyOf = ({ room: { arena } }: Derivation, node: Node): Node => {
  const { at, length } = node.slot;
  const slot = arena.keep(length, (own) => arena.lay(own, { at, length }) === length);
  assert(slot !== undefined, "a copy is as long");
  return { ...node, slot };
};

/** The node at the end of a path, in a slot of its own; `undefined` where there is none. */
export const descend = (
  derivation: Derivation,
  node: Node,
  path: readonly number[],
): Node | undefined => {
  const { arena } = derivation.room;
  let current = node;
  for (const index of path) {
    const parent = current;
    let child: Node | undefined;
    try {
      child = childNode(derivation, parent, index);
    } finally {
      if (parent !== node) arena.wipe(parent.slot);
    }
    if (child === undefined) return undefined;
    current = child;
  }
  return current === node ? copyOf(derivation, node) : current;
};

/** What is public of a node. Its chain code leaves the arena here, and only here. */
export const publicHalf = (derivation: Derivation, node: Node): PublicNode => {
  const { libc } = derivation.room.libraries;
  const chainCode = new Uint8Array(KEY_BYTES);
  libc.memcpy(chainCode, past(node.slot.at, KEY_BYTES), KEY_BYTES);
  const { depth, parentFingerprint, childNumber } = node;
  return {
    depth,
    parentFingerprint: parentFingerprint.slice(),
    childNumber,
    chainCode,
    publicKey: publicKeyOf(derivation, node),
  };
};
