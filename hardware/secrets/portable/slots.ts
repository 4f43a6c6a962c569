/**
 * The handle table: where the portable engine keeps its secrets. A handle opens its slot until it
 * is wiped; ids are never given twice in a process, so a foreign or wiped handle opens nothing.
 */
import type { Handle, SecretKind } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";
import { nextHandleId } from "../handle-ids.ts";
import { SECRET_LIMITS } from "../limits.ts";

/** A table of live secrets. */
export interface Slots {
  /** Takes the bytes over: they are zeroed when the handle is wiped. */
  readonly keep: <const K extends SecretKind>(kind: K, bytes: Uint8Array) => Handle<K>;
  /** The slot's own bytes, to be read within the operation and never kept; one of these kinds. */
  readonly read: (handle: Handle, ...kinds: readonly SecretKind[]) => Uint8Array;
  readonly wipe: (handle: Handle) => void;
  readonly wipeAll: () => void;
}

interface Slot {
  readonly kind: SecretKind;
  readonly bytes: Uint8Array;
}

/** An empty table. */
export const createSlots = (): Slots => {
  const live = new Map<number, Slot>();

  const slotOf = (handle: Handle): Slot => {
    const slot = live.get(handle.id);
    assert(slot !== undefined, "a handle is not used after it was wiped, nor elsewhere");
    assert(slot.kind === handle.kind, "a handle names the kind of its secret");
    return slot;
  };

  return {
    keep: (kind, bytes) => {
      assert(live.size < SECRET_LIMITS.slots, "secrets are wiped when they are done with");
      const id = nextHandleId();
      live.set(id, { kind, bytes });
      return { kind, id };
    },
    read: (handle, ...kinds) => {
      const { kind, bytes } = slotOf(handle);
      assert(kinds.includes(kind), "an operation is given a secret of its kind");
      return bytes;
    },
    wipe: (handle) => {
      slotOf(handle).bytes.fill(0);
      live.delete(handle.id);
    },
    wipeAll: () => {
      for (const slot of live.values()) slot.bytes.fill(0);
      live.clear();
    },
  };
};
