/** Output descriptors of a wallet, with their checksum (BIP-380, BIP-383). */
import { assert } from "../../../protocol/errors.ts";
import { BECH32_CHARSET } from "../encoding/bech32.ts";
import type { WalletPolicy } from "./wallet-policy.ts";

/** The characters of descriptors; the position's low five bits and its group count. */
const INPUT_CHARSET =
  "0123456789()[],'/*abcdefgh@:$%{}" +
  "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~" +
  'ijklmnopqrstuvwxyzABCDEFGH`#"\\ ';
const GENERATOR = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn];
const CHECKSUM_CHARS = 8;

const polymod = (symbols: readonly number[]): bigint => {
  let checksum = 1n;
  for (const symbol of symbols) {
    const top = checksum >> 35n;
    checksum = ((checksum & 0x7ffffffffn) << 5n) ^ BigInt(symbol);
    for (const [bit, generator] of GENERATOR.entries()) {
      if ((top >> BigInt(bit)) & 1n) checksum ^= generator;
    }
  }
  return checksum;
};

/** Each character's low bits; after every third, and at the end, the groups of the last ones. */
const expand = (text: string): readonly number[] => {
  const symbols: number[] = [];
  let groups = 0;
  let pending = 0;
  for (const character of text) {
    const position = INPUT_CHARSET.indexOf(character);
    assert(position >= 0, "a descriptor of ours has descriptor characters only");
    symbols.push(position & 31);
    groups = groups * 3 + (position >>> 5);
    pending += 1;
    if (pending === 3) {
      symbols.push(groups);
      groups = 0;
      pending = 0;
    }
  }
  if (pending > 0) symbols.push(groups);
  return symbols;
};

/** The 8 characters that follow `#` (BIP-380, "Checksum"). The text is ours, not a peer's. */
export const descriptorChecksum = (text: string): string => {
  const zeros = Array.from({ length: CHECKSUM_CHARS }, () => 0);
  const checksum = polymod([...expand(text), ...zeros]) ^ 1n;
  const symbols = zeros.map((_, at) => Number((checksum >> BigInt(5 * (7 - at))) & 31n));
  return symbols.map((symbol) => BECH32_CHARSET.charAt(symbol)).join("");
};

const describeBranch = (policy: WalletPolicy, branch: 0 | 1): string => {
  const keys = policy.keys.map((key) => `${key.text.replaceAll("'", "h")}/${branch}/*`);
  const text = `wsh(sortedmulti(${policy.threshold},${keys.join(",")}))`;
  return `${text}#${descriptorChecksum(text)}`;
};

/** The wallet's receive and change descriptors, as Bitcoin Core imports them; hardened as `h`. */
export const descriptors = (policy: WalletPolicy): readonly [receive: string, change: string] => [
  describeBranch(policy, 0),
  describeBranch(policy, 1),
];
