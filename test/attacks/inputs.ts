/** Attacks on whose inputs are, by which scripts they are spent, and on what is signed of them. */
import { placeOf, originsOf } from "../agreement/places.ts";
import type { Plan } from "../agreement/plans.ts";
import {
  INPUT,
  littleEndian,
  pair,
  type PairMap,
  type PsbtMaps,
  replace,
  unsignedOf,
  withTransaction,
} from "../agreement/psbt-maps.ts";
import { nextAccount, otherCompany, strangersWallet } from "../agreement/shapes.ts";
import type { AgreementWallet } from "../agreement/wallets.ts";
import { elementOf } from "../bitcoin/expect-value.ts";
import { ALL, type Attack, MULTI, SEGWIT_V0, TAPROOT } from "./attack.ts";
import { COINS, coinAt, editInput, goodPlan, mapsOf } from "./scene.ts";

const second = elementOf(COINS, 1);
const ELSEWHERE = { branch: 0, index: 7 } as const;

const isDerivation = ({ key }: PairMap[number]): boolean =>
  key[0] === INPUT.derivation || key[0] === INPUT.taprootDerivation;

/** The good spend, and with a coin of another wallet as its second. */
export const mixed = (wallet: AgreementWallet, other: AgreementWallet): PsbtMaps => {
  const plan: Plan = goodPlan(wallet);
  const foreign = mapsOf({ ...goodPlan(other), coins: [coinAt(other, second)] });
  const coins = [elementOf(plan.coins, 0), coinAt(other, second)];
  const own = mapsOf({ ...plan, coins: [elementOf(plan.coins, 0)] });
  const transaction = unsignedOf(own);
  const [, { previous, vout, sequence } = elementOf(coins, 1)] = coins;
  transaction.addInput(previous.getHash(), vout, sequence);
  return withTransaction({ ...own, inputs: [...own.inputs, ...foreign.inputs] }, transaction);
};

/** An input with somebody else's hints in place of its own. */
const withHintsOf = (maps: PsbtMaps, input: number, hints: PairMap): PsbtMaps =>
  editInput(maps, input, (map) => [...map.filter((one) => !isDerivation(one)), ...hints]);

const OWNERSHIP: readonly Attack[] = [
  {
    claim: "a coin of other people",
    error: "input_foreign",
    shapes: ALL,
    make: (wallet) => mixed(wallet, strangersWallet(wallet)),
  },
  {
    claim: "a coin of this device in other company",
    error: "input_foreign",
    shapes: MULTI,
    make: (wallet) => mixed(wallet, otherCompany(wallet)),
  },
  {
    claim: "a coin of the same people's next account",
    error: "input_foreign",
    shapes: ALL,
    make: (wallet) => mixed(wallet, nextAccount(wallet)),
  },
  {
    claim: "another wallet's keys at our fingerprint and path",
    error: "input_foreign",
    shapes: ALL,
    make: (wallet) => {
      const other = strangersWallet(wallet);
      const maps = mixed(wallet, other);
      const ours = originsOf(wallet, second);
      const hints = elementOf(maps.inputs, 1)
        .filter(isDerivation)
        .map(({ key, value }, at) => {
          const { fingerprint } = elementOf(ours, at % ours.length);
          const mark = littleEndian(fingerprint, 4).toReversed();
          const start = value.length - 4 * (1 + elementOf(ours, at % ours.length).path.length);
          return {
            key,
            value: Uint8Array.of(...value.slice(0, start), ...mark, ...value.slice(start + 4)),
          };
        });
      return withHintsOf(maps, 1, hints);
    },
  },
  {
    claim: "a coin of other people with our keys and hints",
    error: "input_foreign",
    shapes: ALL,
    make: (wallet) => {
      const own = elementOf(mapsOf(goodPlan(wallet)).inputs, 1).filter(isDerivation);
      return withHintsOf(mixed(wallet, strangersWallet(wallet)), 1, own);
    },
  },
  {
    claim: "our coin without hints",
    error: "input_foreign",
    shapes: ALL,
    make: (wallet) => withHintsOf(mapsOf(goodPlan(wallet)), 1, []),
  },
  {
    claim: "our coin with the hints of another place",
    error: "input_foreign",
    shapes: ALL,
    make: (wallet) => {
      const plan = { ...goodPlan(wallet), coins: [coinAt(wallet, ELSEWHERE)] };
      const hints = elementOf(mapsOf(plan).inputs, 0).filter(isDerivation);
      return withHintsOf(mapsOf(goodPlan(wallet)), 1, hints);
    },
  },
  {
    claim: "the same coin twice",
    error: "input_repeated",
    shapes: ALL,
    make: (wallet) => {
      const maps = mapsOf(goodPlan(wallet));
      const transaction = unsignedOf(maps);
      const [first, twice] = [elementOf(transaction.ins, 0), elementOf(transaction.ins, 1)];
      twice.hash = first.hash;
      twice.index = first.index;
      const inputs = maps.inputs.map(() => elementOf(maps.inputs, 0));
      return withTransaction({ ...maps, inputs }, transaction);
    },
  },
];

/** A script that stands at another place of the wallet. */
const swapped =
  (type: number, scriptOf: (wallet: AgreementWallet) => Uint8Array | undefined) =>
  (wallet: AgreementWallet) => {
    const script = scriptOf(wallet) ?? new Uint8Array([0x51]);
    return editInput(mapsOf(goodPlan(wallet)), 1, (map) => replace(map, type, pair(type, script)));
  };

const SCRIPTS: readonly Attack[] = [
  {
    claim: "a swapped redeem script",
    error: "script_mismatch",
    shapes: ["sh sortedmulti", "sh-wpkh", "sh-wsh sortedmulti"],
    make: swapped(INPUT.redeemScript, (wallet) => placeOf(wallet, ELSEWHERE).redeemScript),
  },
  {
    claim: "a swapped witness script",
    error: "script_mismatch",
    shapes: ["wsh sortedmulti", "sh-wsh sortedmulti"],
    make: swapped(INPUT.witnessScript, (wallet) => placeOf(wallet, ELSEWHERE).witnessScript),
  },
  {
    claim: "a redeem script where there is none",
    error: "script_mismatch",
    shapes: ["pkh", "wpkh", "wsh sortedmulti", ...TAPROOT],
    make: swapped(INPUT.redeemScript, (wallet) => placeOf(wallet, ELSEWHERE).scriptPubKey),
  },
  {
    claim: "a witness script where there is none",
    error: "script_mismatch",
    shapes: ["pkh", "sh sortedmulti", "wpkh", "sh-wpkh", ...TAPROOT],
    make: swapped(INPUT.witnessScript, (wallet) => placeOf(wallet, ELSEWHERE).scriptPubKey),
  },
];

/** Names of types; 0 is BIP-341's DEFAULT, and no type where there is none. */
const TYPES: readonly (readonly [name: string, type: number])[] = [
  ["SIGHASH_NONE", 0x02],
  ["SIGHASH_SINGLE", 0x03],
  ["SIGHASH_ALL with ANYONECANPAY", 0x81],
  ["SIGHASH_NONE with ANYONECANPAY", 0x82],
  ["SIGHASH_SINGLE with ANYONECANPAY", 0x83],
  ["ANYONECANPAY alone", 0x80],
  ["a type of no meaning", 0x04],
  ["a type of more than a byte", 0x101],
  ["a type with its highest bit set", 0x80000001],
];

const typed = (type: number) => (wallet: AgreementWallet) =>
  editInput(mapsOf(goodPlan(wallet)), 1, (map) =>
    replace(map, INPUT.sighashType, pair(INPUT.sighashType, littleEndian(type, 4))),
  );

const SIGHASHES: readonly Attack[] = [
  ...TYPES.map(
    ([name, type]): Attack => ({
      claim: name,
      error: "sighash_refused",
      shapes: ALL,
      make: typed(type),
    }),
  ),
  {
    claim: "taproot's DEFAULT of another kind of coin",
    error: "sighash_refused",
    shapes: ["pkh", "sh sortedmulti", ...SEGWIT_V0],
    make: typed(0),
  },
  {
    claim: "SIGHASH_NONE where SIGHASH_SINGLE is allowed",
    error: "sighash_refused",
    shapes: ALL,
    allows: ["sighash-single", "sighash-anyone-can-pay"],
    make: typed(0x02),
  },
  {
    claim: "SIGHASH_NONE with ANYONECANPAY where only NONE is allowed",
    error: "sighash_refused",
    shapes: ALL,
    allows: ["sighash-none"],
    make: typed(0x82),
  },
];

/** Of inputs: owners, scripts, types of signatures. */
export const INPUT_ATTACKS: readonly Attack[] = [...OWNERSHIP, ...SCRIPTS, ...SIGHASHES];
