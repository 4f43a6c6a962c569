/**
 * Scratch for what one operation needs. It is zeroed when the outermost operation ends, and with it
 * this thread's stack below the present frame, where native code leaves scalars and message words.
 */
import { type Pointer, read } from "bun:ffi";
import { assert } from "../../../protocol/errors.ts";
import { addressOf, type Bytes, past, placeOf } from "./address.ts";
import type { Libc } from "./libraries.ts";

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

/** Where operations are done. */
export interface Workspace {
  /** Runs one operation. */
  readonly scratch: <R>(work: (take: Take) => R) => R;
  /** Copies parts one after the other; the total length. */
  readonly lay: (at: Pointer, ...parts: readonly Bytes[]) => number;
}

/** Zeroes the stack below the caller's frame; `at` has room for a context, and is zeroed too. */
const washStack = (libc: Libc, at: Pointer): void => {
  libc.getcontext(at);
  const stackPointer = Number(read.u64(at, STACK_POINTER_AT));
  libc.explicit_bzero(addressOf(stackPointer - WASH_BYTES), WASH_BYTES - FRAME_BYTES);
  libc.explicit_bzero(at, CONTEXT_BYTES);
};

/** Hands out what lies between two addresses; `top` may be set back. */
export const createTaking = (base: Pointer, size: number) => {
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

/** Bytes of pages that a workspace takes for so many bytes of scratch. */
export const workspaceBytes = (scratchBytes: number): number => scratchBytes + CONTEXT_BYTES;

/** A workspace on pages of one thread's own, `workspaceBytes(scratchBytes)` of them. */
export const createWorkspace = (libc: Libc, base: Pointer, scratchBytes: number): Workspace => {
  const context = past(base, scratchBytes);
  const { state, take } = createTaking(base, scratchBytes);
  return {
    scratch: (work) => {
      const start = addressOf(state.top);
      try {
        return work(take);
      } finally {
        libc.explicit_bzero(start, state.top - start);
        state.top = start;
        if (start === base) washStack(libc, context);
      }
    },
    lay: (at, ...parts) => {
      let length = 0;
      for (const part of parts) {
        if (part.length > 0) libc.memcpy(past(at, length), placeOf(part), part.length);
        length += part.length;
      }
      return length;
    },
  };
};
