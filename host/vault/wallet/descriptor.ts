/**
 * Output descriptors of a wallet, for Bitcoin Core and for backups: BIP-380 (keys, checksum), 381
 * to 387 (functions) and 389 (multipath).
 */

import { assert } from "../../../protocol/errors.ts";
import { describeKey } from "./key.ts";
import { type KeyExpression, rewriteKeys } from "./template.ts";
import type { Wallet } from "./wallet.ts";

// BIP-380, "Character Set" and "Checksum".
const INPUT_CHARACTERS =
  "0123456789()[],'/*abcdefgh@:$%{}" +
  "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~" +
  'ijklmnopqrstuvwxyzABCDEFGH`#"\\ ';
const CHECKSUM_CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const CHECKSUM_LENGTH = 8;
const GENERATOR = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn];

const polymod = (symbols: readonly number[]): bigint =>
  symbols.reduce((checksum, symbol) => {
    const top = checksum >> 35n;
    const shifted = ((checksum & 0x7ffffffffn) << 5n) ^ BigInt(symbol);
    return GENERATOR.reduce(
      (sum, term, bit) => ((top >> BigInt(bit)) & 1n ? sum ^ term : sum),
      shifted,
    );
  }, 1n);

/** Each character's place in its group, and after every third the three groups as one symbol. */
const expand = (body: string): readonly number[] | undefined => {
  const symbols: number[] = [];
  let groups: number[] = [];
  const pushGroups = (): void => {
    symbols.push(groups.reduce((sum, group) => sum * 3 + group, 0));
    groups = [];
  };
  for (const character of body) {
    const place = INPUT_CHARACTERS.indexOf(character);
    if (place < 0) return undefined;
    symbols.push(place & 31);
    groups.push(place >> 5);
    if (groups.length === 3) pushGroups();
  }
  if (groups.length > 0) pushGroups();
  return symbols;
};

/**
 * The 8 characters that follow `#` (BIP-380, "Checksum").
 *
 * @param body the descriptor without `#` and checksum
 * @returns `undefined` where the text has a character that no descriptor may have
 */
export const descriptorChecksum = (body: string): string | undefined => {
  const symbols = expand(body);
  if (symbols === undefined) return undefined;
  const zeros = Array.from({ length: CHECKSUM_LENGTH }, () => 0);
  const checksum = polymod([...symbols, ...zeros]) ^ 1n;
  return zeros
    .map((_, place) => Number((checksum >> BigInt(5 * (CHECKSUM_LENGTH - 1 - place))) & 31n))
    .map((symbol) => CHECKSUM_CHARACTERS.charAt(symbol))
    .join("");
};

/** Whether a descriptor ends in `#` and its right checksum; one without checksum doesn't. */
export const isChecksumRight = (descriptor: string): boolean => {
  const mark = descriptor.length - CHECKSUM_LENGTH - 1;
  return (
    descriptor.charAt(mark) === "#" &&
    descriptorChecksum(descriptor.slice(0, mark)) === descriptor.slice(mark + 1)
  );
};

/** A wallet's descriptors, each with its checksum. */
export interface WalletDescriptors {
  /** Both branches in one: `.../<0;1>/*` (BIP-389). */
  readonly multipath: string;
  /** Receiving addresses: `.../0/*`. */
  readonly receive: string;
  /** Change addresses: `.../1/*`. */
  readonly change: string;
}

const describe = (
  { template, keys }: Wallet,
  step: (branches: KeyExpression["branches"]) => number | string,
): string => {
  const body = rewriteKeys(template, ({ key, branches }) => {
    const known = keys[key];
    assert(known !== undefined, "an opened wallet's template names keys that are there");
    return `${describeKey(known)}/${step(branches)}/*`;
  });
  return `${body}#${descriptorChecksum(body)}`;
};

/**
 * Describes a wallet, such as `wsh(sortedmulti(k,[fingerprint/48h/1h/0h/2h]tpub...,...))#checksum`:
 * its template, with the keys in the places of their names.
 */
export const walletDescriptors = (wallet: Wallet): WalletDescriptors => ({
  multipath: describe(wallet, ([receive, change]) => `<${receive};${change}>`),
  receive: describe(wallet, ([receive]) => receive),
  change: describe(wallet, ([, change]) => change),
});
