/** Wallets of every kind, made by chance: templates of BIP-388 over signers that the tests hold. */

import { openWallet, type ScriptKind, type Wallet } from "../../host/vault/index.ts";
import { keyTree, NETWORKS } from "../../host/vault/wallet-curve.ts";
import type { WalletPolicy } from "../../host/withdrawal.ts";
import type { Random } from "../protocol/random.ts";
import { at, signerFrom, type TestSigner, unwrap } from "./three-keys.ts";

/** Every kind of wallet. */
export const KINDS = ["pkh", "wpkh", "sh-wpkh", "sh", "wsh", "sh-wsh", "tr"] as const;

const H = Uint8Array.fromHex("0250929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0");

/** BIP-341's H as an extended key of regtest, without an origin: nobody can sign with it. */
export const unspendableKey = (chainCode: Uint8Array): string =>
  keyTree.fromPublicKey(H, chainCode, NETWORKS.regtest).toBase58();

/** A wallet and who holds its keys. */
export interface RandomWallet {
  readonly wallet: Wallet;
  /** In the order of the policy's keys; `undefined` for a key that nobody holds. */
  readonly signers: readonly (TestSigner | undefined)[];
}

const POOL_SIZE = 18;
const pool: TestSigner[] = [];

/** Signers that differ from each other, the same ones in each run. */
const poolSigner = (number: number): TestSigner => {
  while (pool.length < POOL_SIZE) {
    pool.push(signerFrom(new Uint8Array(32).fill(pool.length + 1)));
  }
  return at(pool, number);
};

/** Writes key expressions: new keys in order, and no branch of a key twice. */
const keyWriter = (random: Random) => {
  let keys = 0;
  const branchesUsed: number[] = [];
  const write = (key: number): string => {
    const first = branchesUsed[key] ?? 0;
    branchesUsed[key] = first + 2;
    if (first === 0 && random.chance(0.5)) return `@${key}/**`;
    const [receive, change] = random.chance(0.5) ? [first, first + 1] : [first + 1, first];
    return `@${key}/<${receive};${change}>/*`;
  };
  const fresh = (): string => {
    keys += 1;
    return write(keys - 1);
  };
  return { fresh, again: write, count: () => keys };
};

type KeyWriter = ReturnType<typeof keyWriter>;

const multisig = (random: Random, writer: KeyWriter, name: string, most: number): string => {
  const count = 2 + random.below(most - 1);
  const keys = Array.from({ length: count }, () => writer.fresh());
  return `${name}(${1 + random.below(count)},${keys.join(",")})`;
};

/** A leaf: of new keys, or of one that stands in the tree already. */
const leaf = (random: Random, writer: KeyWriter): string => {
  if (random.chance(0.2)) return `pk(${writer.again(random.below(writer.count()))})`;
  if (random.chance(0.3)) return `pk(${writer.fresh()})`;
  return multisig(random, writer, random.chance(0.5) ? "multi_a" : "sortedmulti_a", 3);
};

const tree = (random: Random, writer: KeyWriter, leaves: number): string => {
  if (leaves === 1) return leaf(random, writer);
  const left = 1 + random.below(leaves - 1);
  const first = tree(random, writer, left);
  return `{${first},${tree(random, writer, leaves - left)}}`;
};

const taproot = (random: Random, writer: KeyWriter): string => {
  const internal = writer.fresh();
  if (random.chance(0.25)) return `tr(${internal})`;
  if (random.chance(0.25)) {
    return `tr(${internal},${multisig(random, writer, "sortedmulti_a", 15)})`;
  }
  return `tr(${internal},${tree(random, writer, 1 + random.below(5))})`;
};

const templateOf = (random: Random, kind: ScriptKind, writer: KeyWriter): string => {
  const most = random.chance(0.8) ? 5 : 15;
  const multi = () => multisig(random, writer, random.chance(0.5) ? "multi" : "sortedmulti", most);
  switch (kind) {
    case "pkh":
    case "wpkh":
      return `${kind}(${writer.fresh()})`;
    case "sh-wpkh":
      return `sh(wpkh(${writer.fresh()}))`;
    case "sh":
    case "wsh":
      return `${kind}(${multi()})`;
    case "sh-wsh":
      return `sh(wsh(${multi()}))`;
    case "tr":
      return taproot(random, writer);
  }
};

/** The policy of a template over the pool's signers; `unspendable` takes the place of key 0. */
const policyOver = (
  template: string,
  keys: number,
  first: number,
  unspendable: string | undefined,
): { readonly policy: WalletPolicy; readonly signers: RandomWallet["signers"] } => {
  const signers = Array.from({ length: keys }, (_, key) =>
    key === 0 && unspendable !== undefined ? undefined : poolSigner((first + key) % POOL_SIZE),
  );
  const texts = signers.map((signer) => signer?.key ?? unspendable ?? "");
  return { policy: { name: "Random wallet", template, keys: texts }, signers };
};

/** Makes a wallet of a kind on regtest. Of trees, some have an internal key that nobody holds. */
export const randomWallet = (random: Random, kind: ScriptKind): RandomWallet => {
  const writer = keyWriter(random);
  const template = templateOf(random, kind, writer);
  const isShut =
    template.startsWith("tr(") && template.split("@0/").length === 2 && template.includes(",");
  const unspendable = isShut && random.chance(0.5) ? unspendableKey(random.bytes(32)) : undefined;
  const first = random.below(POOL_SIZE);
  const { policy, signers } = policyOver(template, writer.count(), first, unspendable);
  return { wallet: unwrap(openWallet(policy, "regtest")), signers };
};
