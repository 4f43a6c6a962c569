/**
 * What a ranged descriptor stands for at an index, by @scure/bip32 and @scure/btc-signer: a naive
 * reader for tests to hold the vault's wallets to. It throws for what it does not know.
 */
import { HDKey } from "@scure/bip32";
import * as btc from "@scure/btc-signer";

const REGTEST = { bech32: "bcrt", pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef };
const VERSIONS = { private: 0x04358394, public: 0x043587cf };
const KEY = /^(?:\[[0-9a-f]{8}[0-9h/]*\])?(tpub[1-9A-HJ-NP-Za-km-z]+)\/(\d+)\/\*$/;
const CALL = /^([a-z_]+)\((.*)\)$/;

/** What the descriptor says of an output. */
export interface Described {
  readonly address: string | undefined;
  readonly script: Uint8Array;
  readonly redeemScript?: Uint8Array;
  readonly witnessScript?: Uint8Array;
  /** Of taproot: script and control block of each leaf, from left to right. */
  readonly leaves?: readonly { readonly script: Uint8Array; readonly controlBlock: Uint8Array }[];
}

/** The parts of a text between its commas that stand in no brackets. */
const partsOf = (text: string): readonly string[] => {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if ("({".includes(character)) depth += 1;
    if (")}".includes(character)) depth -= 1;
    if (character === "," && depth === 0) parts.push("");
    else parts.push(`${parts.pop() ?? ""}${character}`);
  }
  return parts;
};

const callOf = (text: string): readonly [name: string, ...parts: readonly string[]] => {
  const [, name, inner] = CALL.exec(text) ?? [];
  if (name === undefined || inner === undefined) throw new Error(`no function: ${text}`);
  return [name, ...partsOf(inner)];
};

const keyOf = (text: string | undefined, index: number): Uint8Array => {
  const [, tpub, branch] = KEY.exec(text ?? "") ?? [];
  if (tpub === undefined) throw new Error(`no key: ${text}`);
  const node = HDKey.fromExtendedKey(tpub, VERSIONS).deriveChild(Number(branch)).deriveChild(index);
  if (node.publicKey === null) throw new Error("a public node has a public key");
  return node.publicKey;
};

const sorted = (keys: readonly Uint8Array[]): Uint8Array[] =>
  keys.toSorted((left, right) => Buffer.compare(left, right));

const leafOf = (text: string, index: number): { readonly script: Uint8Array } => {
  const [name, first = "", ...rest] = callOf(text);
  if (name === "pk") return { script: btc.p2tr_pk(keyOf(first, index).slice(1)).script };
  const keys = rest.map((key) => keyOf(key, index).slice(1));
  const { script } = btc.p2tr_ms(Number(first), name === "sortedmulti_a" ? sorted(keys) : keys);
  return { script };
};

type Tree = Parameters<typeof btc.p2tr>[1];

const treeOf = (text: string, index: number): NonNullable<Tree> => {
  if (!text.startsWith("{")) return leafOf(text, index);
  const [left = "", right = ""] = partsOf(text.slice(1, -1));
  return [treeOf(left, index), treeOf(right, index)];
};

const taproot = (index: number, internal: string, tree: string | undefined): Described => {
  const key = keyOf(internal, index).slice(1);
  if (tree === undefined) return { ...btc.p2tr(key, undefined, REGTEST), leaves: [] };
  const { address, script, tapLeafScript } = btc.p2tr(key, treeOf(tree, index), REGTEST);
  const leaves = (tapLeafScript ?? []).map(([block, withVersion]) => ({
    script: withVersion.slice(0, -1),
    controlBlock: btc.TaprootControlBlock.encode(block),
  }));
  return { address, script, leaves };
};

const multi = (name: string, index: number, [threshold, ...rest]: readonly string[]) => {
  const keys = rest.map((key) => keyOf(key, index));
  return btc.p2ms(Number(threshold), name === "sortedmulti" ? sorted(keys) : keys);
};

type Payment = Parameters<typeof btc.p2sh>[0] & Omit<Described, "address">;

const build = (text: string, index: number): Payment & { readonly address?: string } => {
  const [name, first = "", ...rest] = callOf(text);
  switch (name) {
    case "pkh":
      return btc.p2pkh(keyOf(first, index), REGTEST);
    case "wpkh":
      return btc.p2wpkh(keyOf(first, index), REGTEST);
    case "wsh":
      return btc.p2wsh(build(first, index), REGTEST);
    case "sh":
      return btc.p2sh(build(first, index), REGTEST);
    default:
      return multi(name, index, [first, ...rest]);
  }
};

/** What stands at an index of a regtest descriptor; its checksum is not looked at. */
export const described = (descriptor: string, index: number): Described => {
  const [text = ""] = descriptor.split("#");
  const [name, first = "", tree] = callOf(text);
  if (name === "tr") return taproot(index, first, tree);
  const { script, ...rest } = build(text, index);
  return { address: undefined, script, ...rest };
};
