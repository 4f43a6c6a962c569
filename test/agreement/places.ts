/** What stands at a place of a wallet: scripts by bitcoinjs-lib, leaves and trees by hand. */
import * as ecc from "@bitcoinerlab/secp256k1";
import type { HDKey } from "@scure/bip32";
import { crypto, payments } from "bitcoinjs-lib";
import { elementOf } from "../bitcoin/expect-value.ts";
import type { Place } from "./seam.ts";
import type { AgreementWallet, Multisig } from "./wallets.ts";

/** A leaf of a tree, with the proof that it is in it. */
export interface PlacedLeaf {
  readonly script: Uint8Array;
  /** 32 bytes: TapLeaf. */
  readonly hash: Uint8Array;
  readonly controlBlock: Uint8Array;
  readonly multisig: Multisig;
}

/** Taproot's part of a place. */
export interface PlacedTaproot {
  /** 32 bytes each. */
  readonly internalKey: Uint8Array;
  readonly tweak: Uint8Array;
  /** 32 bytes; none without a tree. */
  readonly merkleRoot?: Uint8Array;
  readonly leaves: readonly PlacedLeaf[];
}

/** Scripts and keys of a place. */
export interface PlacedScript {
  /** One for each expression of the template. */
  readonly keys: readonly HDKey[];
  readonly scriptPubKey: Uint8Array;
  readonly redeemScript?: Uint8Array;
  readonly witnessScript?: Uint8Array;
  readonly taproot?: PlacedTaproot;
}

const LEAF_VERSION = 0xc0;
const OP_1_MINUS_ONE = 0x50;
const OP_CHECKSIG = 0xac;
const OP_CHECKSIGADD = 0xba;
const OP_NUMEQUAL = 0x9c;
const PUSH_32 = 32;

/** The public key of a node, 33 bytes. */
export const publicKeyOf = (node: HDKey): Uint8Array => {
  if (node.publicKey === null) throw new Error("a node has a public key");
  return node.publicKey;
};

/** A public key without its sign, 32 bytes (BIP-340). */
export const xOnly = (publicKey: Uint8Array): Uint8Array => publicKey.slice(1);

/** Order of bytes. */
export const compare = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

const output = (payment: { readonly output?: Uint8Array | undefined }): Uint8Array => {
  if (payment.output === undefined) throw new Error("bitcoinjs-lib made no script");
  return payment.output;
};

const multisigKeys = (multisig: Multisig, keys: readonly Uint8Array[]): readonly Uint8Array[] => {
  const own = multisig.expressions.map((at) => elementOf(keys, at));
  return multisig.sorted ? own.toSorted(compare) : own;
};

/** `k <keys> n OP_CHECKMULTISIG`. */
const multisigScript = (multisig: Multisig, keys: readonly Uint8Array[]): Uint8Array =>
  output(payments.p2ms({ m: multisig.threshold, pubkeys: [...multisigKeys(multisig, keys)] }));

/** `<key> CHECKSIG (<key> CHECKSIGADD)... k NUMEQUAL` (BIP-387). */
const leafScript = (multisig: Multisig, keys: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from([
    ...multisigKeys(multisig, keys).flatMap((key, at) => [
      PUSH_32,
      ...key,
      at === 0 ? OP_CHECKSIG : OP_CHECKSIGADD,
    ]),
    OP_1_MINUS_ONE + multisig.threshold,
    OP_NUMEQUAL,
  ]);

/** TapLeaf of a script of the only leaf version there is (BIP-342). */
export const leafHash = (script: Uint8Array): Uint8Array => {
  const head =
    script.length < 0xfd ? [script.length] : [0xfd, script.length & 255, script.length >> 8];
  return crypto.taggedHash("TapLeaf", Uint8Array.from([LEAF_VERSION, ...head, ...script]));
};

const branchHash = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  crypto.taggedHash("TapBranch", Uint8Array.from([a, b].toSorted(compare).flatMap((x) => [...x])));

/** The root of a tree that leans to the right, and each leaf's path in it. */
const treeOf = (
  hashes: readonly Uint8Array[],
): { readonly root: Uint8Array; readonly paths: readonly (readonly Uint8Array[])[] } => {
  const [first, ...rest] = hashes;
  if (first === undefined) throw new Error("a tree has leaves");
  if (rest.length === 0) return { root: first, paths: [[]] };
  const { root, paths } = treeOf(rest);
  return {
    root: branchHash(first, root),
    paths: [[root], ...paths.map((path) => [...path, first])],
  };
};

const taprootPlace = (wallet: AgreementWallet, keys: readonly HDKey[]): PlacedScript => {
  const xOnlyKeys = keys.map((key) => xOnly(publicKeyOf(key)));
  const internalKey = elementOf(xOnlyKeys, 0);
  const scripts = wallet.multisigs.map((multisig) => leafScript(multisig, xOnlyKeys));
  const hashes = scripts.map(leafHash);
  const tree = hashes.length === 0 ? undefined : treeOf(hashes);
  const tweak = crypto.taggedHash(
    "TapTweak",
    Uint8Array.from([...internalKey, ...(tree?.root ?? [])]),
  );
  const tweaked = ecc.xOnlyPointAddTweak(internalKey, tweak);
  if (tweaked === null) throw new Error("a tweak has a chance of 2^-128 to fail");
  const head = LEAF_VERSION | tweaked.parity;
  const leaves = scripts.map((script, at) => ({
    script,
    hash: elementOf(hashes, at),
    controlBlock: Uint8Array.from([
      head,
      ...internalKey,
      ...(tree?.paths[at] ?? []).flatMap((hash) => [...hash]),
    ]),
    multisig: elementOf(wallet.multisigs, at),
  }));
  return {
    keys,
    scriptPubKey: Uint8Array.of(0x51, PUSH_32, ...tweaked.xOnlyPubkey),
    taproot: { internalKey, tweak, ...(tree ? { merkleRoot: tree.root } : {}), leaves },
  };
};

const ecdsaPlace = (wallet: AgreementWallet, keys: readonly HDKey[]): PlacedScript => {
  const publicKeys = keys.map(publicKeyOf);
  const pubkey = elementOf(publicKeys, 0);
  const [multisig] = wallet.multisigs;
  const inner = multisig === undefined ? new Uint8Array() : multisigScript(multisig, publicKeys);
  const shOf = (redeemScript: Uint8Array): Uint8Array =>
    output(payments.p2sh({ redeem: { output: redeemScript } }));
  switch (wallet.kind) {
    case "pkh":
      return { keys, scriptPubKey: output(payments.p2pkh({ pubkey })) };
    case "wpkh":
      return { keys, scriptPubKey: output(payments.p2wpkh({ pubkey })) };
    case "sh-wpkh": {
      const redeemScript = output(payments.p2wpkh({ pubkey }));
      return { keys, scriptPubKey: shOf(redeemScript), redeemScript };
    }
    case "sh":
      return { keys, scriptPubKey: shOf(inner), redeemScript: inner };
    case "wsh": {
      const scriptPubKey = output(payments.p2wsh({ redeem: { output: inner } }));
      return { keys, scriptPubKey, witnessScript: inner };
    }
    case "sh-wsh": {
      const redeemScript = output(payments.p2wsh({ redeem: { output: inner } }));
      return { keys, scriptPubKey: shOf(redeemScript), redeemScript, witnessScript: inner };
    }
    case "tr":
      throw new Error("taproot has no ECDSA");
    default:
      throw new Error("no such kind");
  }
};

const remembered = new WeakMap<AgreementWallet, Map<string, PlacedScript>>();

/** What stands at a place, remembered for each wallet. */
export const placeOf = (wallet: AgreementWallet, { branch, index }: Place): PlacedScript => {
  const places = remembered.get(wallet) ?? new Map<string, PlacedScript>();
  remembered.set(wallet, places);
  const name = `${branch}/${index}`;
  const known = places.get(name);
  if (known !== undefined) return known;
  const keys = wallet.expressions.map(({ key, branches }) =>
    elementOf(wallet.holders, key).child(branches[branch], index),
  );
  const made = wallet.kind === "tr" ? taprootPlace(wallet, keys) : ecdsaPlace(wallet, keys);
  places.set(name, made);
  return made;
};

/** Where a key of a place comes from: what a PSBT says of it. */
export interface KeyOrigin {
  readonly publicKey: Uint8Array;
  readonly fingerprint: number;
  readonly path: readonly number[];
  /** Hashes of the leaves that have the key. */
  readonly leafHashes: readonly Uint8Array[];
}

/** Origins of all keys of a place that somebody holds. */
export const originsOf = (wallet: AgreementWallet, place: Place): readonly KeyOrigin[] => {
  const { keys, taproot } = placeOf(wallet, place);
  return wallet.expressions.flatMap(({ key, branches }, at) => {
    const { seed, fingerprint, origin } = elementOf(wallet.holders, key);
    if (seed === undefined) return [];
    const leaves = taproot?.leaves.filter(({ multisig }) => multisig.expressions.includes(at));
    return [
      {
        publicKey: publicKeyOf(elementOf(keys, at)),
        fingerprint,
        path: [...origin, branches[place.branch], place.index],
        leafHashes: (leaves ?? []).map(({ hash }) => hash),
      },
    ];
  });
};
