/** The arena: slots that hold secrets, and the scratch of the thread that owns it. */
import type { Pointer } from "bun:ffi";
import { assert, type Outcome, ok } from "../../../protocol/errors.ts";
import { SECRET_LIMITS } from "../limits.ts";
import { past } from "./address.ts";
import type { Libc } from "./libraries.ts";
import { closePages, openPages, type Pages } from "./pages.ts";
import {
  createTaking,
  createWorkspace,
  type Take,
  type Workspace,
  workspaceBytes,
} from "./scratch.ts";

/** Bytes of a slot: a node (key and chain code), or the longest seed. */
export const SLOT_BYTES = 64;

const SLOTS_BYTES = SECRET_LIMITS.slots * SLOT_BYTES;
/** The longest operations: a split into 16 shares of 64 bytes, a seed with 4096 bytes of dice. */
const SCRATCH_BYTES = 32_768;
/** What the engine itself remembers between operations, such as a source's last sample. */
const RESERVED_BYTES = 2048;
/** A place for one secret. */
export interface Slot {
  readonly at: Pointer;
  readonly length: number;
}

/** Locked memory for secrets. */
export interface Arena extends Workspace {
  readonly protections: readonly string[];
  /** A slot that `fill` fills; it is given back, zeroed, where that says no or throws. */
  readonly keep: (length: number, fill: (at: Pointer, take: Take) => boolean) => Slot | undefined;
  /** A place for the engine's own use, as long as the arena lives; `wipeAll` zeroes it. */
  readonly reserve: Take;
  /** Counts the times that everything was zeroed. */
  readonly wipes: () => number;
  readonly wipe: (slot: Slot) => void;
  /** Zeroes slots and scratch. */
  readonly wipeAll: () => void;
  /** Zeroes everything and gives the pages back; whatever is asked of it then throws. */
  readonly close: () => void;
  readonly isClosed: () => boolean;
}

/** Pages that were given back may be another's by now. */
const createDoor = () => {
  let isShut = false;
  const checkOpen = (): void => assert(!isShut, "nothing is asked of an arena that is closed");
  return {
    checkOpen,
    isClosed: () => isShut,
    shut: (): void => {
      checkOpen();
      isShut = true;
    },
  };
};

const createFree = (base: Pointer) => {
  const fresh = (): Pointer[] =>
    Array.from({ length: SECRET_LIMITS.slots }, (_, i) => past(base, i * SLOT_BYTES)).toReversed();
  let free = fresh();
  return {
    take: (): Pointer => {
      const at = free.pop();
      assert(at !== undefined, "secrets are wiped when they are done with");
      return at;
    },
    give: (at: Pointer): void => void free.push(at),
    reset: (): void => {
      free = fresh();
    },
  };
};

/** Pages of an arena that nobody can reach any more are given back: a dropped emulator's, say. */
const dropped = new FinalizationRegistry(({ libc, pages }: { libc: Libc; pages: Pages }) =>
  closePages(libc, pages),
);

/** An arena of its own, empty; `engine_missing` where its pages cannot be locked. */
export const openArena = (libc: Libc, mayHide: boolean): Outcome<Arena, "engine_missing"> => {
  const reserveAt = SLOTS_BYTES + workspaceBytes(SCRATCH_BYTES);
  const pages = openPages(libc, reserveAt + RESERVED_BYTES, mayHide);
  if (!pages.ok) return pages;
  const { base, size, protections } = pages.value;
  const free = createFree(base);
  const { scratch: work, lay } = createWorkspace(libc, past(base, SLOTS_BYTES), SCRATCH_BYTES);
  let wipes = 0;
  const { checkOpen, shut, isClosed } = createDoor();
  const scratch: Arena["scratch"] = (operation) => {
    checkOpen();
    return work(operation);
  };
  const giveBack = (at: Pointer): void => {
    libc.explicit_bzero(at, SLOT_BYTES);
    free.give(at);
  };
  const fillSlot = (at: Pointer, fill: (at: Pointer, take: Take) => boolean): boolean => {
    const wipesBefore = wipes;
    let isFilled = false;
    try {
      isFilled = scratch((take) => fill(at, take));
      // Whoever wipes everything in the middle has given the slot to others.
      assert(wipes === wipesBefore, "nothing is wiped in the middle of an operation");
      return isFilled;
    } finally {
      if (!isFilled && wipes === wipesBefore) giveBack(at);
    }
  };
  const arena: Arena = {
    protections,
    keep: (length, fill) => {
      checkOpen();
      assert(length >= 1 && length <= SLOT_BYTES, "a secret fits into a slot");
      const at = free.take();
      return fillSlot(at, fill) ? { at, length } : undefined;
    },
    scratch,
    reserve: createTaking(past(base, reserveAt), RESERVED_BYTES).take,
    lay,
    wipe: ({ at }) => {
      checkOpen();
      giveBack(at);
    },
    wipes: () => wipes,
    isClosed,
    wipeAll: () => {
      checkOpen();
      wipes += 1;
      libc.explicit_bzero(base, size);
      free.reset();
    },
    close: () => {
      shut();
      dropped.unregister(arena);
      closePages(libc, pages.value);
    },
  };
  dropped.register(arena, { libc, pages: pages.value }, arena);
  return ok(arena);
};
