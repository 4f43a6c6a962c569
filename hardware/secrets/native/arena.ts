/**
 * The arena: slots that hold secrets, and scratch for what one operation needs. Scratch is zeroed
 * when the outermost operation ends, and with it this thread's stack below the present frame,
 * where native code leaves scalars and message words.
 */
import { type Pointer, read } from "bun:ffi";
import { assert, type Outcome, ok } from "../../../protocol/errors.ts";
import { SECRET_LIMITS } from "../limits.ts";
import { addressOf, type Bytes, past, placeOf } from "./address.ts";
import type { Libc } from "./libraries.ts";
import { closePages, GRANULE_BYTES, openPages, type Pages } from "./pages.ts";

/** Bytes of a slot: a node (key and chain code), or the longest seed. */
export const SLOT_BYTES = 64;

const SLOTS_BYTES = SECRET_LIMITS.slots * SLOT_BYTES;
/** The longest operations: a split into 16 shares of 64 bytes, a seed with 4096 bytes of dice. */
const SCRATCH_BYTES = 32_768;
/** What the engine itself remembers between operations, such as a source's last sample. */
const RESERVED_BYTES = 2048;
/** glibc's ucontext_t is 968 bytes on x86-64 and 4560 on arm64. */
const CONTEXT_BYTES = 8192;
/** Where the stack pointer lies in it: REG_RSP, and `sp` of arm64's sigcontext. */
const STACK_POINTER_AT = process.arch === "arm64" ? 432 : 160;
/** Deeper than any call of the two libraries was seen to go. */
const WASH_BYTES = 65_536;
/** The frame of the washing call itself. */
const FRAME_BYTES = 256;
const ALIGNMENT = 16;

/** Scratch: so many bytes, zeroed, until the operation ends. */
export type Take = (length: number) => Pointer;

/** A place for one secret. */
export interface Slot {
  readonly at: Pointer;
  readonly length: number;
}

/** Locked memory for secrets. */
export interface Arena {
  readonly protections: readonly string[];
  /** A slot that `fill` fills; it is given back, zeroed, where that says no or throws. */
  readonly keep: (length: number, fill: (at: Pointer, take: Take) => boolean) => Slot | undefined;
  /** Runs one operation. */
  readonly scratch: <R>(work: (take: Take) => R) => R;
  /** A place for the engine's own use, as long as the arena lives; `wipeAll` zeroes it. */
  readonly reserve: Take;
  /** Counts the times that everything was zeroed. */
  readonly wipes: () => number;
  /** Copies parts one after the other; the total length. */
  readonly lay: (at: Pointer, ...parts: readonly Bytes[]) => number;
  readonly wipe: (slot: Slot) => void;
  /** Zeroes slots and scratch. */
  readonly wipeAll: () => void;
  /** Zeroes everything and gives the pages back; nothing may be asked of it then. */
  readonly close: () => void;
}

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

/** Zeroes the stack below the caller's frame; `at` has room for a context, and is zeroed too. */
const washStack = (libc: Libc, at: Pointer): void => {
  libc.getcontext(at);
  const stackPointer = Number(read.u64(at, STACK_POINTER_AT));
  libc.explicit_bzero(addressOf(stackPointer - WASH_BYTES), WASH_BYTES - FRAME_BYTES);
  libc.explicit_bzero(at, CONTEXT_BYTES);
};

/** Hands out what lies between two addresses; `top` may be set back. */
const createTaking = (base: Pointer, size: number) => {
  const state = { top: Number(base) };
  const take: Take = (length) => {
    const at = addressOf(state.top);
    const next = at + Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    // Before the top moves: what is zeroed afterwards reaches up to it.
    assert(next >= at && next <= base + size, "an operation has room for its scratch");
    state.top = next;
    return at;
  };
  return { state, take };
};

const createScratch = (libc: Libc, base: Pointer) => {
  const context = past(base, SCRATCH_BYTES);
  const { state, take } = createTaking(base, SCRATCH_BYTES);
  return <R>(work: (take: Take) => R): R => {
    const start = addressOf(state.top);
    try {
      return work(take);
    } finally {
      libc.explicit_bzero(start, state.top - start);
      state.top = start;
      if (start === base) washStack(libc, context);
    }
  };
};

/** Pages of an arena that nobody can reach any more are given back: a dropped emulator's, say. */
const dropped = new FinalizationRegistry(({ libc, pages }: { libc: Libc; pages: Pages }) =>
  closePages(libc, pages),
);

/** An arena of its own, empty; `engine_missing` where its pages cannot be locked. */
export const openArena = (libc: Libc, mayHide: boolean): Outcome<Arena, "engine_missing"> => {
  const reserveAt = SLOTS_BYTES + SCRATCH_BYTES + CONTEXT_BYTES;
  const wanted = Math.ceil((reserveAt + RESERVED_BYTES) / GRANULE_BYTES) * GRANULE_BYTES;
  const pages = openPages(libc, wanted, mayHide);
  if (!pages.ok) return pages;
  const { base, size, protections } = pages.value;
  const free = createFree(base);
  const scratch = createScratch(libc, past(base, SLOTS_BYTES));
  let wipes = 0;
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
      assert(length >= 1 && length <= SLOT_BYTES, "a secret fits into a slot");
      const at = free.take();
      return fillSlot(at, fill) ? { at, length } : undefined;
    },
    scratch,
    reserve: createTaking(past(base, reserveAt), RESERVED_BYTES).take,
    lay: (at, ...parts) => {
      let length = 0;
      for (const part of parts) {
        if (part.length > 0) libc.memcpy(past(at, length), placeOf(part), part.length);
        length += part.length;
      }
      return length;
    },
    wipe: ({ at }) => giveBack(at),
    wipes: () => wipes,
    wipeAll: () => {
      wipes += 1;
      libc.explicit_bzero(base, size);
      free.reset();
    },
    close: () => {
      dropped.unregister(arena);
      closePages(libc, pages.value);
    },
  };
  dropped.register(arena, { libc, pages: pages.value }, arena);
  return ok(arena);
};
