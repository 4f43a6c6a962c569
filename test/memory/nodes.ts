/** BIP-32 nodes of a seed and of what a seed gives by a label, with what is computed on the way. */
import { HDKey } from "@scure/bip32";
import type { NamedSecret } from "./forms.ts";
import { negate, readNumber, writeNumber } from "./limbs.ts";
import { secp256k1 } from "@noble/curves/secp256k1.js";

const { Fn } = secp256k1.Point;
const HARDENED = 0x8000_0000;

/** A private node by the name that paths give it. */
export interface KnownNode {
  readonly name: string;
  readonly key: Uint8Array;
  readonly secrets: readonly NamedSecret[];
}

interface Private {
  readonly key: Uint8Array;
  readonly chainCode: Uint8Array;
}

const privateOf = ({ privateKey, chainCode }: HDKey): Private => {
  if (privateKey === null || chainCode === null) throw new Error("a node without its key");
  return { key: privateKey, chainCode };
};

const nodeOf = (name: string, { key, chainCode }: Private): KnownNode => ({
  name,
  key,
  secrets: [
    { name: `${name} key`, kind: "key", bytes: key },
    { name: `${name} chain code`, kind: "chain code", bytes: chainCode },
  ],
});

/** The left half of the HMAC that made a child: what was added to its parent's key. */
const tweakOf = (name: string, parent: Private, child: Private): NamedSecret => {
  const tweak = Fn.add(readNumber(child.key), readNumber(negate(parent.key)));
  return { name: `${name} IL`, kind: "tweak", bytes: writeNumber(tweak) };
};

const readStep = (step: string): number => {
  const [, digits, mark] = /^(\d+)(['h]?)$/.exec(step) ?? [];
  if (digits === undefined) throw new Error(`${step} is no step of a path`);
  return Number(digits) + (mark === "" ? 0 : HARDENED);
};

/** Every node below the root along a path such as `m/48'/1'`; the root is the first part. */
const nodesAlong = (root: HDKey, path: string): readonly KnownNode[] => {
  const [rootName = "", ...steps] = path.split("/");
  const nodes: KnownNode[] = [];
  let [parent, name] = [root, rootName];
  for (const step of steps) {
    const child = parent.deriveChild(readStep(step));
    name = `${name}/${step}`;
    const node = nodeOf(name, privateOf(child));
    const tweak = tweakOf(name, privateOf(parent), privateOf(child));
    nodes.push({ ...node, secrets: [...node.secrets, tweak] });
    parent = child;
  }
  return nodes;
};

const belongs = (path: string, name: string): boolean =>
  path === name || path.startsWith(`${name}/`);

/** The master node of a seed under a name, and all nodes along the paths that begin with it. */
export const nodesOf = (
  name: string,
  seed: Uint8Array,
  paths: readonly string[],
): readonly KnownNode[] => {
  const root = HDKey.fromMasterSeed(seed);
  const along = paths
    .filter((path) => belongs(path, name))
    .flatMap((path) => nodesAlong(root, path));
  const nodes = [nodeOf(name, privateOf(root)), ...along];
  return [...new Map(nodes.map((node) => [node.name, node])).values()];
};
