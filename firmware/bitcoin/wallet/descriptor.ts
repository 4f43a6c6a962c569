/** Output descriptors of a wallet, with their checksum (BIP-380 to BIP-387). */
import { assert } from "../../../protocol/errors.ts";
import { BECH32_CHARSET } from "../encoding/bech32.ts";
import type { Branch } from "./script.ts";
import { formatTemplate } from "./template/format-template.ts";
import type { WalletPolicy } from "./wallet-policy.ts";

/** The characters of descriptors; the position's low five bits and its group count. */
const INPUT_CHARSET =
  "0123456789()[],'/*abcdefgh@:$%{}" +
  "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~" +
  'ijklmnopqrstuvwxyzABCDEFGH`#"\\ ';
/** The generator's 40 bits, in 8 and 32. */
const GENERATOR = [
  [0xf5, 0xdee51989],
  [0xa9, 0xfdca3312],
  [0x1b, 0xab10e32d],
  [0x37, 0x06b1677a],
  [0x64, 0x4d626ffd],
] as const;
const CHECKSUM_CHARS = 8;

/** The remainder's 40 bits, in 8 and 32; numbers, because BigInt takes ten times as long. */
const polymod = (symbols: readonly number[]): readonly [high: number, low: number] => {
  let high = 0;
  let low = 1;
  for (const symbol of symbols) {
    const top = high >>> 3;
    high = ((high & 7) << 5) | (low >>> 27);
    low = (low << 5) ^ symbol;
    for (const [bit, [highPart, lowPart]] of GENERATOR.entries()) {
      if (((top >>> bit) & 1) === 0) continue;
      high ^= highPart;
      low ^= lowPart;
    }
  }
  return [high, low];
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
  const [high, low] = polymod([...expand(text), ...zeros]);
  const bits = `${high.toString(2).padStart(8, "0")}${((low ^ 1) >>> 0).toString(2).padStart(32, "0")}`;
  const symbols = zeros.map((_, at) => Number.parseInt(bits.slice(5 * at, 5 * at + 5), 2));
  return symbols.map((symbol) => BECH32_CHARSET.charAt(symbol)).join("");
};

const describeBranch = (policy: WalletPolicy, branch: Branch): string => {
  const keys = policy.keys.map((key) => key.text.replaceAll("'", "h"));
  const text = formatTemplate(
    policy,
    ({ key, branches }) => `${keys[key] ?? ""}/${branches[branch]}/*`,
  );
  return `${text}#${descriptorChecksum(text)}`;
};

/** The wallet's receive and change descriptors, as Bitcoin Core imports them; hardened as `h`. */
export const descriptors = (policy: WalletPolicy): readonly [receive: string, change: string] => [
  describeBranch(policy, 0),
  describeBranch(policy, 1),
];
