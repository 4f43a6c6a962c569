/** A key of a wallet policy with its origin, as BIP-388 and BIP-380 write it. */

import type { NetworkName } from "../withdrawal.ts";
import { type KeyNode, keyTree, NETWORKS } from "./wallet-curve.ts";

const KEY = /^\[([0-9a-f]{8})((?:\/\d{1,10}['hH]?){0,10})\]([1-9A-HJ-NP-Za-km-z]{1,120})$/i;
const HARDENED = 0x8000_0000;

/** One signer's key in the wallet. */
export interface WalletKey {
  /** The master key's fingerprint: 8 hex digits, lower case. */
  readonly fingerprint: string;
  /** From the master key to this one, such as `48'/1'/0'/2'`; empty for a master key. */
  readonly path: string;
  /** The public node that `path` leads to. */
  readonly node: KeyNode;
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

const readNode = (text: string, network: NetworkName): KeyNode | undefined => {
  try {
    const node = keyTree.fromBase58(text, NETWORKS[network]);
    return node.isNeutered() ? node : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Reads `[fingerprint/path]xpub`; hardened steps are marked with `'` or `h`.
 *
 * @returns `undefined` for any other text, a private key, a key of another network, or an origin
 * that leads to another depth or child than the key's own.
 */
export const readWalletKey = (text: string, network: NetworkName): WalletKey | undefined => {
  const [, fingerprint, steps, encoded] = KEY.exec(text) ?? [];
  if (fingerprint === undefined || steps === undefined || encoded === undefined) return undefined;
  const path = steps.split("/").slice(1);
  const node = readNode(encoded, network);
  if (node === undefined || !doesOriginFit(path, node)) return undefined;
  return {
    fingerprint: fingerprint.toLowerCase(),
    path: path.map((step) => step.replace(/[hH]$/, "'")).join("/"),
    node,
  };
};
