/** An engine that does not grind: ECDSA by its known seed outside of it, all else its own. */
import { HDKey } from "@scure/bip32";
import type { Handle } from "../../firmware/hal.ts";
import type { ImportingSecrets } from "../../hardware/secrets/index.ts";
import { signPlain } from "./low-r.ts";

/** Signing in batches, which an engine may have or not: without it, one follows the other. */
interface Batching {
  readonly signMany?: unknown;
}

/** The engine with the seeds and nodes that went through it remembered beside it. */
export const withoutGrinding = (engine: ImportingSecrets & Batching): ImportingSecrets => {
  const { signMany: _grinds, ...secrets } = engine;
  const seeds = new Map<number, Uint8Array>();
  const nodes = new Map<number, HDKey>();
  const nodeOf = ({ id }: Handle<"node">): HDKey => {
    const node = nodes.get(id);
    if (node === undefined) throw new Error("a node of an imported seed");
    return node;
  };
  return {
    ...secrets,
    importSeed: (bytes) => {
      const handle = secrets.importSeed(bytes);
      seeds.set(handle.id, Uint8Array.from(bytes));
      return handle;
    },
    master: (seed) => {
      const handle = secrets.master(seed);
      const bytes = seeds.get(seed.id);
      if (bytes !== undefined) nodes.set(handle.id, HDKey.fromMasterSeed(bytes));
      return handle;
    },
    derive: (node, path) => {
      const derived = secrets.derive(node, path);
      if (!derived.ok) return derived;
      const below = path.reduce((parent, step) => parent.deriveChild(step), nodeOf(node));
      nodes.set(derived.value.id, below);
      return derived;
    },
    signEcdsa: (node, digest) => {
      const { privateKey } = nodeOf(node);
      if (privateKey === null) throw new Error("a node that can sign");
      return signPlain(digest, privateKey);
    },
  };
};
