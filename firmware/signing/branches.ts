/** Parents of the keys that sign, derived once for a call and wiped with it. */
import { assert } from "../../protocol/errors.ts";
import type { Handle, Secrets } from "../hal.ts";

/** The branches of one wallet's key that is this device's. */
export interface Branches {
  /** By its child number below the key's origin. */
  readonly at: (child: number) => Handle<"node">;
  readonly wipe: () => void;
}

/** No branch is derived yet. */
export const createBranches = (
  secrets: Secrets,
  master: Handle<"node">,
  originPath: readonly number[],
): Branches => {
  const nodes = new Map<number, Handle<"node">>();
  return {
    at: (child) => {
      const known = nodes.get(child);
      if (known !== undefined) return known;
      const node = secrets.derive(master, [...originPath, child]);
      assert(node.ok, "a branch of a wallet whose key is ours exists");
      nodes.set(child, node.value);
      return node.value;
    },
    wipe: () => {
      for (const node of nodes.values()) secrets.wipe(node);
      nodes.clear();
    },
  };
};
