/** Taproot wallets with script trees, made by bitcoinjs-lib and by @scure/btc-signer. */
import { p2tr, p2tr_ms, p2tr_pk } from "@scure/btc-signer";
import { type Payment, payments, script as scripts } from "bitcoinjs-lib";
import { elementOf } from "./expect-value.ts";
import {
  given,
  type Keys,
  network,
  plain,
  placeOf,
  SCURE,
  sorted,
  type WalletKind,
} from "./other-scripts.ts";

const [OP_CHECKSIG, OP_CHECKSIGADD, OP_NUMEQUAL] = [0xac, 0xba, 0x9c];

const xOnly = (keys: Keys): Uint8Array[] => keys.map((key) => key.slice(1));

/** A leaf: 0 stands for `pk`, else the threshold; the places of its keys. */
interface Leaf {
  readonly m: number;
  readonly places: readonly number[];
  readonly isSorted?: true;
}

type Tree = Leaf | readonly [Tree, Tree];

const isFork = (tree: Tree): tree is readonly [Tree, Tree] => Array.isArray(tree);

const keysOf = ({ places, isSorted }: Leaf, keys: Keys): Uint8Array[] => {
  const own = xOnly(places.map((place) => elementOf(keys, place)));
  return isSorted ? sorted(own) : own;
};

const leafScript = (leaf: Leaf, keys: Keys): Uint8Array => {
  const chunks: (number | Uint8Array)[] = keysOf(leaf, keys).flatMap((key, i) => [
    key,
    i === 0 ? OP_CHECKSIG : OP_CHECKSIGADD,
  ]);
  return scripts.compile(leaf.m === 0 ? chunks : [...chunks, 0x50 + leaf.m, OP_NUMEQUAL]);
};

type JsTree = NonNullable<Payment["scriptTree"]>;

const jsTree = (tree: Tree, keys: Keys): JsTree =>
  isFork(tree)
    ? [jsTree(tree[0], keys), jsTree(tree[1], keys)]
    : { output: leafScript(tree, keys) };

type ScureTree = NonNullable<Parameters<typeof p2tr>[1]>;

const scureTree = (tree: Tree, keys: Keys): ScureTree => {
  if (isFork(tree)) return [scureTree(tree[0], keys), scureTree(tree[1], keys)];
  const [own] = keysOf(tree, keys);
  const { script } = tree.m === 0 ? p2tr_pk(given(own)) : p2tr_ms(tree.m, keysOf(tree, keys));
  return { script };
};

const leavesOf = (tree: Tree): readonly Leaf[] =>
  isFork(tree) ? [...leavesOf(tree[0]), ...leavesOf(tree[1])] : [tree];

const taproot = (
  kind: Pick<WalletKind, "template" | "keys" | "expressions" | "nobodys">,
  tree: Tree,
): WalletKind => ({
  ...kind,
  bitcoinjs: (keys) => {
    const internalPubkey = elementOf(keys, 0).slice(1);
    const made = payments.p2tr({ internalPubkey, scriptTree: jsTree(tree, keys), network });
    const leaves = leavesOf(tree).map((leaf) => leafScript(leaf, keys));
    return { ...placeOf(made), merkleRoot: made.hash, leaves };
  },
  scure: (keys) => {
    const made = p2tr(elementOf(keys, 0).slice(1), scureTree(tree, keys), SCURE);
    return {
      address: given(made.address),
      scriptPubKey: made.script,
      merkleRoot: made.tapMerkleRoot,
    };
  },
});

/** Trees of one leaf and of several, with the key path closed or open. */
export const TAPROOTS: readonly WalletKind[] = [
  taproot(
    { template: "tr(@0/**,pk(@1/**))", keys: 2, expressions: plain(2) },
    { m: 0, places: [1] },
  ),
  taproot(
    {
      template: "tr(@0/**,sortedmulti_a(2,@1/**,@2/**,@3/**))",
      keys: 4,
      nobodys: true,
      expressions: plain(4),
    },
    { m: 2, places: [1, 2, 3], isSorted: true },
  ),
  taproot(
    {
      template: `tr(@0/**,multi_a(11,${plain(16)
        .slice(1)
        .map(([key]) => `@${key}/**`)
        .join(",")}))`,
      keys: 16,
      nobodys: true,
      expressions: plain(16),
    },
    {
      m: 11,
      places: plain(16)
        .slice(1)
        .map(([key]) => key),
    },
  ),
  taproot(
    {
      template:
        "tr(@0/<4;9>/*,{multi_a(2,@1/**,@2/<7;3>/*),{pk(@2/**),sortedmulti_a(1,@0/**,@1/<2;3>/*)}})",
      keys: 3,
      expressions: [
        [0, 4, 9],
        [1, 0, 1],
        [2, 7, 3],
        [2, 0, 1],
        [0, 0, 1],
        [1, 2, 3],
      ],
    },
    [
      { m: 2, places: [1, 2] },
      [
        { m: 0, places: [3] },
        { m: 1, places: [4, 5], isSorted: true },
      ],
    ],
  ),
];
