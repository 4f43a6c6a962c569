/**
 * A thread's own workplace: its stubs of the libraries, its blinded context, its locked scratch.
 * It reads nodes where the arena has them and keeps nothing between two keys.
 */
import type { Pointer } from "bun:ffi";
import { assert } from "../../../../protocol/errors.ts";
import { type Derivation, fillChild, NODE_BYTES } from "../bip32.ts";
import { createCurve } from "../curve.ts";
import type { Libraries } from "../libraries.ts";
import { COMPRESSED_BYTES } from "../points.ts";
import { createRoom } from "../room.ts";
import { createWorkspace, type Workspace } from "../scratch.ts";
import { attend } from "./control.ts";
import { createDeriving } from "./deriving.ts";
import type { DerivingTask, Post, SigningTask } from "./tasks.ts";

const SCALAR_BYTES = 32;
const SIGNATURE_BYTES = 64;

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

/** A workplace on the pages of a post. */
export const openWorkplace = (libraries: Libraries, base: Pointer, post: Post): Workplace => {
  const { libc } = libraries;
  const workspace = createWorkspace(libc, base, post.scratchBytes);
  const room = createRoom(libraries, workspace);
  // The health-tested generator is the master's; what blinds need not be better than the kernel's.
  const fill = (at: Pointer, length: number): boolean =>
    Number(libc.getrandom(at, length, 0)) === length;
  const derivation = { room, curve: createCurve(room, { fill }) };
  return { sign: createSigning(derivation, post), derive: createDeriving(room) };
};
