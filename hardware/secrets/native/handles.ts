/**
 * The handle table: which slot of the arena a handle opens, until it is wiped. Ids are never given
 * twice in a process, so a foreign or wiped handle opens nothing.
 */
import type { Handle, SecretKind } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";
import { nextHandleId } from "../handle-ids.ts";
import type { Arena, Slot } from "./arena.ts";
import type { Node } from "./bip32.ts";

/** Live secrets by handle. */
export interface Handles {
  readonly keep: <const K extends Exclude<SecretKind, "node">>(kind: K, slot: Slot) => Handle<K>;
  readonly keepNode: (node: Node) => Handle<"node">;
  /** The slot of a handle of one of these kinds. */
  readonly slotOf: (handle: Handle, ...kinds: readonly SecretKind[]) => Slot;
  readonly nodeOf: (handle: Handle<"node">) => Node;
  readonly wipe: (handle: Handle) => void;
  readonly wipeAll: () => void;
}

interface Entry {
  readonly kind: SecretKind;
  readonly slot: Slot;
  readonly node: Node | undefined;
}

/** An empty table over an arena. */
export const createHandles = (arena: Arena): Handles => {
  const live = new Map<number, Entry>();
  const add = (entry: Entry): number => {
    const id = nextHandleId();
    live.set(id, entry);
    return id;
  };
  const entryOf = (handle: Handle): Entry => {
    const entry = live.get(handle.id);
    assert(entry !== undefined, "a handle is not used after it was wiped, nor elsewhere");
    assert(entry.kind === handle.kind, "a handle names the kind of its secret");
    return entry;
  };
  return {
    keep: (kind, slot) => ({ kind, id: add({ kind, slot, node: undefined }) }),
    keepNode: (node) => ({ kind: "node", id: add({ kind: "node", slot: node.slot, node }) }),
    slotOf: (handle, ...kinds) => {
      const { kind, slot } = entryOf(handle);
      assert(kinds.includes(kind), "an operation is given a secret of its kind");
      return slot;
    },
    nodeOf: (handle) => {
      const { node } = entryOf(handle);
      assert(node !== undefined, "a node's handle has a node");
      return node;
    },
    wipe: (handle) => {
      arena.wipe(entryOf(handle).slot);
      live.delete(handle.id);
    },
    wipeAll: () => {
      arena.wipeAll();
      live.clear();
    },
  };
};
