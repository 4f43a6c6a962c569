/** Wallets of random shape: every kind in turn, with holders out of a small ring of seeds. */
import { elementOf } from "../bitcoin/expect-value.ts";
import { createRandom, type Random } from "../protocol/random.ts";
import { createHolder, createUnspendable, hardened, type Holder } from "./holders.ts";
import type { Allowance } from "../../protocol/wallet-policy.ts";
import {
  type AgreementWallet,
  createWallet,
  type MultisigShape,
  type WalletShape,
} from "./wallets.ts";

/** The seeds that wallets share: these tests would else spend their time deriving keys. */
const SEEDS = 20;
/** The most keys of one script. */
export const MOST_KEYS = 15;
/** BIP-48's path for P2WSH on a test network; the others differ in their last step or have none. */
const MULTISIG_ORIGIN = hardened(48, 1, 0, 2);
/** Where BIP-44 and its kin have the account. */
const ACCOUNT_STEP = 2;
/** The chance in wallets that need none. */
const PLAIN_SEED = 1;
const SINGLE_ORIGINS = {
  pkh: hardened(44, 1, 0),
  "sh-wpkh": hardened(49, 1, 0),
  wpkh: hardened(84, 1, 0),
  tr: hardened(86, 1, 0),
} as const;

/** Holders by seed number and path, made once. */
const createRing = () => {
  const ring = new Map<string, Holder>();
  return (seed: number, origin: readonly number[]): Holder => {
    const name = [seed, ...origin].join("/");
    const known = ring.get(name) ?? createHolder(new Uint8Array(32).fill(seed + 1), origin);
    ring.set(name, known);
    return known;
  };
};

const holderOf = createRing();

/** The names of all shapes, in the order of their turn. */
export const SHAPES = [
  "pkh",
  "sh-wpkh",
  "wpkh",
  "tr",
  "sh multi",
  "sh sortedmulti",
  "sh-wsh multi",
  "sh-wsh sortedmulti",
  "wsh multi",
  "wsh sortedmulti",
  "tr 1 leaf, key ours",
  "tr 1 leaf, key another's",
  "tr 1 leaf, key nobody's",
  "tr 2 leaves",
  "tr 3 leaves",
  "tr 2 leaves, our key in all",
] as const;

/** The name of a shape. */
export type ShapeName = (typeof SHAPES)[number];

/** Keys of a multisig, at least: the device knows no quorum among one. */
export const FEWEST_KEYS = 2;

/** A random order of the first numbers. */
const shuffled = (count: number, random: Random): readonly number[] =>
  Array.from({ length: count }, (_, at) => ({ at, rank: random.below(2 ** 31) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ at }) => at);

const multisigOf = (
  sorted: boolean,
  holders: readonly Holder[],
  random: Random,
): MultisigShape => ({ sorted, threshold: 1 + random.below(holders.length), holders });

/** The device's holder, and others beside it, in any order. */
const company = (
  count: number,
  random: Random,
): { readonly own: Holder; readonly all: readonly Holder[] } => {
  const seeds = shuffled(SEEDS, random).slice(0, count);
  const all = seeds.map((seed) => holderOf(seed, MULTISIG_ORIGIN));
  return { own: elementOf(all, random.below(count)), all };
};

const internalOf = (name: ShapeName, own: Holder, random: Random): Holder => {
  const choice = name.startsWith("tr 1 leaf") ? name.slice("tr 1 leaf, key ".length) : "";
  const unspendable = (): Holder => createUnspendable(random.bytes(32));
  if (choice === "ours") return own;
  if (choice === "nobody's") return unspendable();
  const another = holderOf(SEEDS + random.below(3), MULTISIG_ORIGIN);
  if (choice === "another's") return another;
  return elementOf([own, another, unspendable()], random.below(3));
};

/** Leaves: our key is in one of them at least. */
const leavesOf = (
  name: ShapeName,
  keys: { readonly own: Holder; readonly all: readonly Holder[] },
  random: Random,
): readonly MultisigShape[] => {
  const { own, all } = keys;
  if (name.startsWith("tr 1")) return [multisigOf(random.chance(0.5), all, random)];
  const others = all.filter((holder) => holder !== own);
  const inAll = name.endsWith("our key in all");
  const count = name.startsWith("tr 3") ? 3 : 2;
  const ownLeaf = random.below(count);
  return Array.from({ length: count }, (_, leaf) => {
    const some = others.filter((_other, at) => at % count === leaf);
    const withOwn = inAll || leaf === ownLeaf ? [...some, own] : some;
    const rest = all.filter((holder) => !withOwn.includes(holder));
    const holders = [...withOwn, ...rest.slice(0, Math.max(0, FEWEST_KEYS - withOwn.length))];
    return multisigOf((leaf + ownLeaf) % 2 === 0, holders, random);
  });
};

const shapeOf = (
  name: ShapeName,
  keyCount: number,
  random: Random,
): { readonly shape: WalletShape; readonly own: Holder } => {
  if (name === "pkh" || name === "sh-wpkh" || name === "wpkh" || name === "tr") {
    const holder = holderOf(random.below(SEEDS), SINGLE_ORIGINS[name]);
    if (name !== "tr") return { shape: { kind: name, holder }, own: holder };
    return { shape: { kind: "tr", internal: holder, leaves: [] }, own: holder };
  }
  const keys = company(keyCount, random);
  const kind = name.slice(0, name.indexOf(" "));
  if (kind === "sh" || kind === "sh-wsh" || kind === "wsh") {
    const multisig = multisigOf(name.endsWith("sortedmulti"), keys.all, random);
    return { shape: { kind, multisig }, own: keys.own };
  }
  const internal = internalOf(name, keys.own, random);
  const leaves = leavesOf(name, keys, random);
  return { shape: { kind: "tr", internal, leaves }, own: keys.own };
};

/** A random wallet of a shape, of so many keys where it has several: at least `FEWEST_KEYS`. */
export const randomWallet = (
  name: ShapeName,
  random: Random,
  keyCount: number,
): AgreementWallet => {
  const { shape, own } = shapeOf(name, keyCount, random);
  return createWallet(`Agreement ${random.below(1000)}`, shape, own);
};

/** A wallet of a shape for tests that need no chance: three keys where it has several. */
export const plainWallet = (name: ShapeName, allows?: readonly Allowance[]): AgreementWallet => {
  const { shape, own } = shapeOf(name, 3, createRandom(PLAIN_SEED));
  return createWallet("Plain", shape, own, allows);
};

/** A wallet of the same template with other holders. */
const withHolders = (
  wallet: AgreementWallet,
  change: (holder: Holder, seed: Uint8Array, key: number) => Holder,
): AgreementWallet => {
  const holders = wallet.holders.map((holder, key) =>
    holder.seed === undefined ? holder : change(holder, holder.seed, key),
  );
  return { ...wallet, holders, policy: { ...wallet.policy, keys: holders.map((h) => h.keyText) } };
};

/** The next account of the same people. */
export const nextAccount = (wallet: AgreementWallet): AgreementWallet =>
  withHolders(wallet, ({ origin }, seed) =>
    createHolder(
      seed,
      origin.map((step, at) => (at === ACCOUNT_STEP ? step + 1 : step)),
    ),
  );

const otherSeed = (seed: Uint8Array): Uint8Array => seed.map((byte) => byte ^ 0x80);

/** A wallet like it of other people. */
export const strangersWallet = (wallet: AgreementWallet): AgreementWallet =>
  withHolders(wallet, ({ origin }, seed) => createHolder(otherSeed(seed), origin));

/** A wallet like it of the same device, with others; the same where it has one key. */
export const otherCompany = (wallet: AgreementWallet): AgreementWallet =>
  withHolders(wallet, (holder, seed, key) =>
    key === wallet.ownKey ? holder : createHolder(otherSeed(seed), holder.origin),
  );
