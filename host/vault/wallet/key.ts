/** A key of a wallet policy with its origin, as BIP-388 and BIP-380 write it. */

import { hex } from "@scure/base";
import type { NetworkName } from "../../withdrawal.ts";
import { type KeyNode, keyTree, NETWORKS } from "../wallet-curve.ts";

const KEY = /^\[([0-9a-f]{8})((?:\/\d{1,10}['hH]?){0,10})\]([1-9A-HJ-NP-Za-km-z]{1,120})$/i;
const BARE_KEY = /^[1-9A-HJ-NP-Za-km-z]{1,120}$/;
const HARDENED = 0x8000_0000;
/** BIP-341's H, with even Y: a point whose discrete logarithm nobody knows. */
const UNSPENDABLE = "0250929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0";

/** A key in the wallet: one signer's, or one that nobody can sign with. */
export interface WalletKey {
  /** The master key's fingerprint: 8 hex digits, lower case. An unspendable key's own. */
  readonly fingerprint: string;
  /** From the master key to this one, such as `48'/1'/0'/2'`; empty for a master key. */
  readonly path: string;
  /** The public node that `path` leads to. */
  readonly node: KeyNode;
  /** Whether it is BIP-341's H, written without an origin: the key path of a taproot is shut. */
  readonly isUnspendable: boolean;
}

const childNumber = (step: string): number =>
  Number.parseInt(step, 10) + (/['hH]$/.test(step) ? HARDENED : 0);

/** The origin must lead where the key says that it stands: same depth, same last step. */
const doesOriginFit = (steps: readonly string[], node: KeyNode): boolean => {
  const last = steps.at(-1);
  return (
    steps.length === node.depth &&
    steps.every((step) => Number.parseInt(step, 10) < HARDENED) &&
    (last === undefined || childNumber(last) === node.index)
  );
};

const isUnspendable = (node: KeyNode): boolean => hex.encode(node.publicKey) === UNSPENDABLE;

const readNode = (text: string, network: NetworkName): KeyNode | undefined => {
  try {
    const node = keyTree.fromBase58(text, NETWORKS[network]);
    return node.isNeutered() ? node : undefined;
  } catch {
    return undefined;
  }
};

const readBareKey = (text: string, network: NetworkName): WalletKey | undefined => {
  const node = BARE_KEY.test(text) ? readNode(text, network) : undefined;
  if (node === undefined || !isUnspendable(node)) return undefined;
  return { fingerprint: hex.encode(node.fingerprint), path: "", node, isUnspendable: true };
};

/**
 * Reads `[fingerprint/path]xpub`; hardened steps are marked with `'` or `h`. Without an origin only
 * an xpub of BIP-341's H reads, whatever its chain code.
 *
 * @returns `undefined` for any other text, a private key, a key of another network, H with an
 * origin, or an origin that leads to another depth or child than the key's own.
 */
export const readWalletKey = (text: string, network: NetworkName): WalletKey | undefined => {
  const [, fingerprint, steps, encoded] = KEY.exec(text) ?? [];
  if (fingerprint === undefined || steps === undefined || encoded === undefined)
    return readBareKey(text, network);
  const path = steps.split("/").slice(1);
  const node = readNode(encoded, network);
  if (node === undefined || isUnspendable(node) || !doesOriginFit(path, node)) return undefined;
  return {
    fingerprint: fingerprint.toLowerCase(),
    path: path.map((step) => step.replace(/[hH]$/, "'")).join("/"),
    node,
    isUnspendable: false,
  };
};

/** A key as descriptors write it: `[fingerprint/48h/1h/0h/2h]xpub`, or the bare xpub of H. */
export const describeKey = ({ fingerprint, path, node, isUnspendable: isBare }: WalletKey) => {
  const origin = [fingerprint, path.replaceAll("'", "h")].filter((part) => part !== "").join("/");
  return isBare ? node.toBase58() : `[${origin}]${node.toBase58()}`;
};
