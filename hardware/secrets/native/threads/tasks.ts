/**
 * What is posted between the threads and their master: addresses, public bytes and numbers, never
 * a secret byte. Both ends are ours, in one process.
 */
import type { Pointer } from "bun:ffi";
import type { KeyForm, PublicParent, SigningScheme } from "../../../../firmware/hal.ts";

/** What a thread is started with. */
export interface Post {
  /** Which thread this is, from 0. */
  readonly thread: number;
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Its own locked pages: so many bytes of scratch, and what a workspace needs besides. */
  readonly base: number;
  readonly scratchBytes: number;
}

/** Signatures under children of one node. */
export interface SigningTask {
  readonly kind: "sign";
  readonly ticket: number;
  /** Where the node's key and chain code lie. */
  readonly node: Pointer;
  /** The node's public key: 33 bytes. */
  readonly nodeKey: Uint8Array;
  readonly indices: Uint32Array;
  readonly digests: Uint8Array;
  readonly publicKeys: Uint8Array;
  readonly scheme: SigningScheme;
}

/** Public keys of children of some nodes. */
export interface DerivingTask {
  readonly kind: "derive";
  readonly parents: readonly PublicParent[];
  readonly indices: Uint32Array;
  readonly form: KeyForm;
}

/** A thread's work. */
export type Task = SigningTask | DerivingTask;

/** What a thread made of a task; nothing where the task's ticket was revoked. */
export interface Reply {
  readonly id: number;
  readonly made: Uint8Array | undefined;
}
