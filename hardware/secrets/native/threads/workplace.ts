/**
 * A thread's own workplace: its stubs of the libraries, its blinded context, its locked scratch.
 * It reads nodes where the arena has them and keeps nothing between two keys.
 */
import type { Pointer } from "bun:ffi";
import type { PublicNode } from "../../../../firmware/hal.ts";
import { assert } from "../../../../protocol/errors.ts";
import { type Derivation, fillChild, NODE_BYTES } from "../bip32.ts";
import { createCurve } from "../curve.ts";
import type { Libraries } from "../libraries.ts";
import { COMPRESSED_BYTES, createCurveContext, OBJECT_BYTES, serialisePoint } from "../points.ts";
import { createRoom } from "../room.ts";
import { createWorkspace, type Workspace } from "../scratch.ts";
import { attend } from "./control.ts";
import type { DerivingTask, Post, SigningTask } from "./tasks.ts";

const SCALAR_BYTES = 32;
const SIGNATURE_BYTES = 64;
const DIGEST_BYTES = 64;

/** What a thread does. */
export interface Workplace {
  /** The signatures, one after the other; nothing where the task's ticket is revoked. */
  readonly sign: (task: SigningTask) => Uint8Array | undefined;
  readonly derive: (task: DerivingTask) => Uint8Array;
}

/** The piece of `bytes` that belongs to an item. */
const pieceOf = (bytes: Uint8Array, item: number, length: number): Uint8Array =>
  bytes.subarray(item * length, (item + 1) * length);

const signWith = (
  { curve }: Derivation<Workspace>,
  { scheme, digests, publicKeys }: SigningTask,
  item: number,
  key: Pointer,
): Uint8Array => {
  const digest = pieceOf(digests, item, SCALAR_BYTES);
  if (scheme.name === "ecdsa") {
    return curve.signEcdsa(key, digest, pieceOf(publicKeys, item, COMPRESSED_BYTES));
  }
  const { auxiliary, tweaks } = scheme;
  const settings = { auxiliary, publicKey: pieceOf(publicKeys, item, SCALAR_BYTES) };
  if (tweaks === undefined) return curve.signSchnorr(key, digest, settings);
  const tweak = pieceOf(tweaks, item, SCALAR_BYTES);
  return curve.signSchnorr(key, digest, { ...settings, tweak });
};

const createSigning = (
  derivation: Derivation<Workspace>,
  { words, thread }: Post,
): Workplace["sign"] => {
  const { scratch } = derivation.room.arena;
  /** The child's key lies in scratch, which is zeroed before the thread says that it rests. */
  const signOne = (task: SigningTask, item: number, index: number): Uint8Array =>
    scratch((take) => {
      const child = take(NODE_BYTES);
      const parent = { at: task.node, publicKey: task.nodeKey };
      assert(fillChild(derivation, parent, index, child), "a child has a key");
      return signWith(derivation, task, item, child);
    });
  return (task) => {
    const made = new Uint8Array(task.indices.length * SIGNATURE_BYTES);
    for (const [item, index] of task.indices.entries()) {
      const one = attend(words, thread, task.ticket, () => signOne(task, item, index));
      if (one === undefined) return undefined;
      made.set(one, item * SIGNATURE_BYTES);
    }
    return made;
  };
};

const createDeriving = ({ room }: Derivation<Workspace>): Workplace["derive"] => {
  const { curve } = room.libraries;
  const context = createCurveContext(curve);
  const [point, digest] = [new Uint8Array(OBJECT_BYTES), new Uint8Array(DIGEST_BYTES)];
  /** What is hashed of a child, its number still to be written; and the parent as a point. */
  const readParent = ({ publicKey, chainCode }: Pick<PublicNode, "publicKey" | "chainCode">) => {
    const parsed = new Uint8Array(OBJECT_BYTES);
    const { length } = publicKey;
    const isPoint = curve.secp256k1_ec_pubkey_parse(context, parsed, publicKey, length) === 1;
    assert(isPoint, "a parent is a point");
    const data = new Uint8Array(COMPRESSED_BYTES + Uint32Array.BYTES_PER_ELEMENT);
    data.set(publicKey);
    return { chainCode, data, view: new DataView(data.buffer, COMPRESSED_BYTES), parsed };
  };
  const childOf = (parent: ReturnType<typeof readParent>, index: number): Uint8Array => {
    parent.view.setUint32(0, index);
    room.hmacSha512(parent.chainCode, parent.data, digest);
    point.set(parent.parsed);
    const isChild = curve.secp256k1_ec_pubkey_tweak_add(context, point, digest) === 1;
    assert(isChild, "a child has a key");
    return serialisePoint(curve, context, point);
  };
  return ({ parents, indices }) => {
    const read = parents.map(readParent);
    const made = new Uint8Array(indices.length * read.length * COMPRESSED_BYTES);
    let at = 0;
    for (const index of indices) {
      for (const parent of read) {
        made.set(childOf(parent, index), at);
        at += COMPRESSED_BYTES;
      }
    }
    return made;
  };
};

/** A workplace on the pages of a post. */
export const openWorkplace = (libraries: Libraries, base: Pointer, post: Post): Workplace => {
  const { libc } = libraries;
  const workspace = createWorkspace(libc, base, post.scratchBytes);
  const room = createRoom(libraries, workspace);
  // The health-tested generator is the master's; what blinds need not be better than the kernel's.
  const fill = (at: Pointer, length: number): boolean =>
    Number(libc.getrandom(at, length, 0)) === length;
  const derivation = { room, curve: createCurve(room, { fill }) };
  return { sign: createSigning(derivation, post), derive: createDeriving(derivation) };
};
