/**
 * Threads of the native engine: batches on several cores. They share the arena by address; child
 * keys lie on locked pages of the threads, and no message holds a secret byte.
 *
 * A wipe comes first. Whoever wipes a node takes the right to sign from its batches, zeroes, and
 * then waits for the signatures that are being made, each a fraction of a millisecond: when it
 * returns, no thread reads the node, and each has zeroed what it made of it. Such a batch is
 * `cancelled`.
 */
import type { Crypto, Secrets, SigningBatch } from "../../../../firmware/hal.ts";
import { assert, fail, type Outcome, ok } from "../../../../protocol/errors.ts";
import { past } from "../address.ts";
import type { Slot } from "../arena.ts";
import type { Node } from "../bip32.ts";
import type { Libc } from "../libraries.ts";
import { closePages, openPages, type Pages } from "../pages.ts";
import { workspaceBytes } from "../scratch.ts";
import { checkSigning, derivingTasks, joinPieces, signingTasks } from "./batches.ts";
import { type Control, createControl, createWords } from "./control.ts";
import { createPool, type Pool } from "./pool.ts";
import type { Task } from "./tasks.ts";

/** A child, what is hashed for it, a key pair, and a seed of the blinding. */
const SCRATCH_BYTES = 8192;
const OWN_BYTES = workspaceBytes(SCRATCH_BYTES);
/** More threads than that gain nothing on any board. */
const THREADS_MOST = 8;
/** A thread that does not rest by then never will. */
const REST_MS = 1000;

/** What the threads need of the engine. */
export interface ThreadsRoom {
  readonly libc: Libc;
  readonly mayHide: boolean;
  readonly nodeOf: (handle: SigningBatch["node"]) => Node;
  readonly publicKeyOf: (node: Node) => Uint8Array;
}

/** Threads of an engine. */
export interface Threads {
  readonly signMany: NonNullable<Secrets["signMany"]>;
  readonly deriveMany: NonNullable<Crypto["deriveMany"]>;
  /** Starts them before the first batch does: it takes some tens of milliseconds. */
  readonly start: () => void;
  /** Wipes a node's slot, or all of them: no batch under it is signed any more. */
  readonly whileRevoked: (slot: Slot | undefined, wipe: () => void) => void;
  /** Ends them for good and gives their pages back; again is no harm. */
  readonly close: () => void;
}

/** A batch under way. */
interface Batch {
  readonly ticket: number;
  readonly slot: Slot;
  isRevoked: boolean;
}

const createBatches = (control: Control) => {
  const open = new Set<Batch>();
  const revoke = (slot?: Slot): boolean => {
    const revoked = [...open].filter((batch) => slot === undefined || batch.slot === slot);
    for (const batch of revoked) {
      batch.isRevoked = true;
      control.revoke(batch.ticket);
    }
    return revoked.length > 0;
  };
  return {
    /** `undefined` where too many are under way: hosts come a few at a time, and need not. */
    open: (slot: Slot): Batch | undefined => {
      const ticket = control.issue();
      if (ticket === undefined) return undefined;
      const batch: Batch = { ticket, slot, isRevoked: false };
      open.add(batch);
      return batch;
    },
    /** Of a batch that every thread has answered for. */
    retire: (batch: Batch): void => {
      open.delete(batch);
      control.retire(batch.ticket);
    },
    revoke,
    whileRevoked: (slot: Slot | undefined, wipe: () => void): void => {
      const wasAny = revoke(slot);
      wipe();
      if (wasAny) control.waitForRest(REST_MS);
    },
  };
};

/** The pool on these pages; the batches end with the first thread that is gone. */
const openPool = (libc: Libc, pages: Pages, count: number) => {
  const words = createWords(count);
  const control = createControl(words);
  const batches = createBatches(control);
  const baseOf = (thread: number) => past(pages.base, thread * OWN_BYTES);
  const posts = Array.from({ length: count }, (_, thread) => ({
    thread,
    words,
    base: baseOf(thread),
    scratchBytes: SCRATCH_BYTES,
  }));
  const state = { isClosed: false };
  const pool = createPool(posts, (thread) => {
    if (state.isClosed) return;
    batches.revoke();
    control.layToRest(thread);
    libc.explicit_bzero(baseOf(thread), OWN_BYTES);
  });
  const close = (): void => {
    if (state.isClosed) return;
    batches.whileRevoked(undefined, () => undefined);
    state.isClosed = true;
    pool.stop();
    closePages(libc, pages);
  };
  return { pool, batches, close };
};

const runAll = async (pool: Pool, tasks: readonly Task[]): Promise<Uint8Array | undefined> =>
  joinPieces(await Promise.all(tasks.map(pool.run)));

/** So many threads; `engine_missing` where their pages cannot be locked. */
export const openThreads = (
  { libc, mayHide, nodeOf, publicKeyOf }: ThreadsRoom,
  count: number,
): Outcome<Threads, "engine_missing"> => {
  assert(count >= 1 && count <= THREADS_MOST, "an engine has a few threads");
  const pages = openPages(libc, count * OWN_BYTES, mayHide);
  if (!pages.ok) return pages;
  const { pool, batches, close } = openPool(libc, pages.value, count);
  return ok({
    signMany: async (signing) => {
      checkSigning(signing);
      const node = nodeOf(signing.node);
      const nodeKey = publicKeyOf(node);
      const batch = batches.open(node.slot);
      if (batch === undefined) return fail("cancelled");
      const from = { ticket: batch.ticket, node: node.slot.at, nodeKey };
      const made = await runAll(pool, signingTasks(signing, from, count));
      batches.retire(batch);
      return made === undefined || batch.isRevoked ? fail("cancelled") : ok(made);
    },
    deriveMany: async (...derivation) => {
      const made = await runAll(pool, derivingTasks(derivation, count));
      return made === undefined ? fail("cancelled") : ok(made);
    },
    start: pool.start,
    whileRevoked: batches.whileRevoked,
    close,
  });
};
