/**
 * A key of a wallet policy: `[fingerprint/path]xpub` (BIP-380, "Key Expressions"), or a bare xpub
 * where nobody holds the key.
 */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto, PublicNode } from "../../hal.ts";
import { isSame } from "../encoding/bytes.ts";
import { fingerprintOf, parseXpub } from "./extended-key.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { NetworkName } from "../network.ts";

/** One of a wallet's keys. */
export interface WalletKey {
  /** As it is kept and shown: fingerprint in lower case, `'` for hardened. */
  readonly text: string;
  /** 4 bytes: the master key's; of a bare xpub its own, as BIP-380 has it. */
  readonly fingerprint: Uint8Array;
  /** Child numbers from the master key to this one; hardened from 2^31. */
  readonly originPath: readonly number[];
  readonly node: PublicNode;
  /** BIP-341's point H, whose private key nobody knows, nor its children's: a bare xpub. */
  readonly isNobodys: boolean;
}

/** Why a key is refused. */
export type WalletKeyError = "wallet_malformed" | "wallet_unsupported";

const KEY = /^\[([0-9a-fA-F]{8})((?:\/[0-9]{1,10}['h]?)*)\]([1-9A-Za-z]+)$/;
const BARE_KEY = /^[1-9A-Za-z]{100,112}$/;
/** The point H, 33 bytes: SHA-256 of the generator, as an x that a point has (BIP-341). */
const POINT_H = Uint8Array.fromHex(
  "0250929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0",
);
const ELEMENT = /^(0|[1-9][0-9]*)(['h]?)$/;

/** One element of a path; undefined for a number that has leading zeros or is too large. */
const parseElement = (text: string): number | undefined => {
  const match = ELEMENT.exec(text);
  if (match === null) return undefined;
  const index = Number(match[1]);
  if (index >= BITCOIN_LIMITS.hardenedIndex) return undefined;
  return match[2] === "" ? index : index + BITCOIN_LIMITS.hardenedIndex;
};

const isNumber = (value: number | undefined): value is number => value !== undefined;

/** A path as people write it: `48'/1'/0'/2'`. */
export const formatPath = (path: readonly number[]): string =>
  path
    .map((element) =>
      element >= BITCOIN_LIMITS.hardenedIndex
        ? `${element - BITCOIN_LIMITS.hardenedIndex}'`
        : `${element}`,
    )
    .join("/");

/** A key as it is kept: the fingerprint in hex, the path from the master key. */
export const formatKey = (fingerprint: string, path: readonly number[], xpub: string): string =>
  `[${[fingerprint, ...(path.length > 0 ? [formatPath(path)] : [])].join("/")}]${xpub}`;

const parseBareKey = (
  text: string,
  network: NetworkName,
  crypto: Crypto,
): Outcome<WalletKey, WalletKeyError> => {
  const node = parseXpub(text, network, crypto);
  if (!node.ok) return node;
  const { publicKey } = node.value;
  if (!isSame(publicKey, POINT_H)) return fail("wallet_unsupported");
  const fingerprint = fingerprintOf(publicKey, crypto);
  return ok({ text, fingerprint, originPath: [], node: node.value, isNobodys: true });
};

/**
 * Reads a key. `wallet_unsupported`: an xpub without origin, unless it is of the point H, or an
 * origin deeper than `originElements`; `wallet_malformed`: anything else, another network's xpub
 * and the point H with an origin included.
 */
export const parseWalletKey = (
  text: string,
  network: NetworkName,
  crypto: Crypto,
): Outcome<WalletKey, WalletKeyError> => {
  if (text.length > BITCOIN_LIMITS.walletKeyChars) return fail("wallet_malformed");
  if (BARE_KEY.test(text)) return parseBareKey(text, network, crypto);
  const [, fingerprintHex, pathText, xpub] = KEY.exec(text) ?? [];
  if (fingerprintHex === undefined || pathText === undefined || xpub === undefined) {
    return fail("wallet_malformed");
  }
  const elements = pathText.split("/").slice(1);
  if (elements.length > BITCOIN_LIMITS.originElements) return fail("wallet_unsupported");
  const numbers = elements.map(parseElement);
  const originPath = numbers.filter(isNumber);
  const node = parseXpub(xpub, network, crypto);
  if (!node.ok) return node;
  const isHeld = !isSame(node.value.publicKey, POINT_H);
  if (originPath.length !== numbers.length || !isHeld) return fail("wallet_malformed");
  const fingerprint = fingerprintHex.toLowerCase();
  return ok({
    text: formatKey(fingerprint, originPath, xpub),
    fingerprint: Uint8Array.fromHex(fingerprint),
    originPath,
    node: node.value,
    isNobodys: false,
  });
};
