/**
 * Wallets of every kind, made by other people's code: keys by bip32, scripts by bitcoinjs-lib and by
 * @scure/btc-signer, from a description that the firmware's parser has no part in.
 */
import * as ecc from "@bitcoinerlab/secp256k1";
import {
  p2ms,
  p2pkh,
  p2sh,
  p2tr,
  p2tr_ms,
  p2tr_pk,
  p2wpkh,
  p2wsh,
  TEST_NETWORK,
} from "@scure/btc-signer";
import { initEccLib, networks, type Payment, payments, script as scripts } from "bitcoinjs-lib";
import type { Branch } from "../../firmware/bitcoin/index.ts";
import { elementOf } from "./expect-value.ts";
import { bip32, cosignerOf } from "./wallet-fixture.ts";

initEccLib(ecc);

const network = networks.regtest;
const SCURE = { ...TEST_NETWORK, bech32: "bcrt" };
const [OP_CHECKSIG, OP_CHECKSIGADD, OP_NUMEQUAL] = [0xac, 0xba, 0x9c];

/** What others derive for a place; `leaves` in the template's order. */
export interface OtherPlace {
  readonly address: string;
  readonly scriptPubKey: Uint8Array;
  readonly redeemScript?: Uint8Array | undefined;
  readonly witnessScript?: Uint8Array | undefined;
  readonly merkleRoot?: Uint8Array | undefined;
  readonly leaves?: readonly Uint8Array[];
}

type Keys = readonly Uint8Array[];

/** A wallet's template, its keys and how two libraries make its scripts. */
export interface WalletKind {
  readonly template: string;
  /** How many keys it has; `nobodys`: the first is BIP-341's point H. */
  readonly keys: number;
  readonly nobodys?: true;
  /** Key number and branches, one for each expression. */
  readonly expressions: readonly (readonly [key: number, receive: number, change: number])[];
  readonly bitcoinjs: (keys: Keys) => OtherPlace;
  readonly scure: (keys: Keys) => OtherPlace;
}

const sorted = (keys: Keys): Uint8Array[] =>
  keys.toSorted((a, b) => (a.toHex() < b.toHex() ? -1 : 1));
const xOnly = (keys: Keys): Uint8Array[] => keys.map((key) => key.slice(1));

const given = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("the other library derived nothing");
  return value;
};

const placeOf = ({ address, output, redeem }: Payment) => ({
  address: given(address),
  scriptPubKey: given(output),
  inner: redeem?.output,
  innermost: redeem?.redeem?.output,
});

const ofScure = (made: ReturnType<typeof p2sh> | ReturnType<typeof p2wsh>): OtherPlace => ({
  address: given(made.address),
  scriptPubKey: made.script,
  ...("redeemScript" in made ? { redeemScript: made.redeemScript } : {}),
  ...("witnessScript" in made ? { witnessScript: made.witnessScript } : {}),
});

const plain = (count: number) => Array.from({ length: count }, (_, i) => [i, 0, 1] as const);

const single = (
  template: string,
  bitcoinjs: (pubkey: Uint8Array) => OtherPlace,
  scure: (pubkey: Uint8Array) => OtherPlace,
): WalletKind => ({
  template,
  keys: 1,
  expressions: plain(1),
  bitcoinjs: (keys) => bitcoinjs(elementOf(keys, 0)),
  scure: (keys) => scure(elementOf(keys, 0)),
});

const SINGLES: readonly WalletKind[] = [
  single(
    "pkh(@0/**)",
    (pubkey) => placeOf(payments.p2pkh({ pubkey, network })),
    (key) => {
      const { address, script } = p2pkh(key, SCURE);
      return { address, scriptPubKey: script };
    },
  ),
  single(
    "wpkh(@0/**)",
    (pubkey) => placeOf(payments.p2wpkh({ pubkey, network })),
    (key) => {
      const { address, script } = p2wpkh(key, SCURE);
      return { address, scriptPubKey: script };
    },
  ),
  single(
    "sh(wpkh(@0/**))",
    (pubkey) => {
      const redeem = payments.p2wpkh({ pubkey, network });
      const { inner, ...place } = placeOf(payments.p2sh({ redeem, network }));
      return { ...place, redeemScript: inner };
    },
    (key) => ofScure(p2sh(p2wpkh(key, SCURE), SCURE)),
  ),
  single(
    "tr(@0/**)",
    (pubkey) => placeOf(payments.p2tr({ internalPubkey: pubkey.slice(1), network })),
    (key) => {
      const { address, script } = p2tr(key.slice(1), undefined, SCURE);
      return { address: given(address), scriptPubKey: script };
    },
  ),
];

type Wrap = "sh" | "wsh" | "sh-wsh";

const byBitcoinjs = (wrap: Wrap, m: number, pubkeys: Uint8Array[]): OtherPlace => {
  const multisig = payments.p2ms({ m, pubkeys, network });
  if (wrap === "sh") {
    const { inner, ...place } = placeOf(payments.p2sh({ redeem: multisig, network }));
    return { ...place, redeemScript: inner };
  }
  const witness = payments.p2wsh({ redeem: multisig, network });
  if (wrap === "wsh") {
    const { inner, ...place } = placeOf(witness);
    return { ...place, witnessScript: inner };
  }
  const { inner, innermost, ...place } = placeOf(payments.p2sh({ redeem: witness, network }));
  return { ...place, redeemScript: inner, witnessScript: innermost };
};

const byScure = (wrap: Wrap, m: number, pubkeys: Uint8Array[]): OtherPlace => {
  const multisig = p2ms(m, pubkeys);
  if (wrap === "sh") return ofScure(p2sh(multisig, SCURE));
  const witness = p2wsh(multisig, SCURE);
  return ofScure(wrap === "wsh" ? witness : p2sh(witness, SCURE));
};

/** A multisig behind a hash: so many of so many keys. */
export const multisigKind = (wrap: Wrap, isSorted: boolean, m: number, n: number): WalletKind => {
  const list = plain(n).map(([key]) => `@${key}/**`);
  const inner = `${isSorted ? "sorted" : ""}multi(${[m, ...list].join(",")})`;
  const open = wrap.replace("-", "(");
  return {
    template: `${open}(${inner})${wrap === "sh-wsh" ? ")" : ""}`,
    keys: n,
    expressions: plain(n),
    bitcoinjs: (keys) => byBitcoinjs(wrap, m, isSorted ? sorted(keys) : [...keys]),
    scure: (keys) => byScure(wrap, m, isSorted ? sorted(keys) : [...keys]),
  };
};

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

const TAPROOTS: readonly WalletKind[] = [
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

/** One of each, small and large. */
export const KINDS: readonly WalletKind[] = [
  ...SINGLES,
  ...(["sh", "wsh", "sh-wsh"] as const).flatMap((wrap) => [
    multisigKind(wrap, true, 2, 3),
    multisigKind(wrap, false, 2, 2),
    multisigKind(wrap, true, 11, 15),
  ]),
  ...TAPROOTS,
];

const POINT_H = Uint8Array.fromHex(
  "0250929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0",
);

/** BIP-341's point H as an extended key, under any chain code. */
export const nobodys = (chainCode = new Uint8Array(32)) =>
  bip32.fromPublicKey(POINT_H, chainCode, network);

/** The keys of a wallet of a kind, as its policy writes them, and at a place; seeds from a byte. */
export const keysOfKind = (kind: WalletKind, firstSeed: number) => {
  const holders = Array.from({ length: kind.keys }, (_, i) => {
    const { account, keyText } = cosignerOf(firstSeed + i);
    const isNobodys = kind.nobodys && i === 0;
    const node = isNobodys ? nobodys(new Uint8Array(32).fill(firstSeed)) : account.neutered();
    return { node, text: isNobodys ? node.toBase58() : keyText };
  });
  return {
    texts: holders.map(({ text }) => text),
    at: (branch: Branch, index: number): Keys =>
      kind.expressions.map(([key, receive, change]) =>
        elementOf(holders, key)
          .node.derive(branch === 0 ? receive : change)
          .derive(index)
          .publicKey.slice(),
      ),
  };
};
