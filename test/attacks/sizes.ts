/** Spends that are too large, and the largest that are not. */
import { Transaction } from "bitcoinjs-lib";
import { placeOf } from "../agreement/places.ts";
import { fundingOf, type Plan } from "../agreement/plans.ts";
import { compactSize, GLOBAL, pair, type PsbtMaps, replace } from "../agreement/psbt-maps.ts";
import type { Place } from "../agreement/seam.ts";
import type { AgreementWallet } from "../agreement/wallets.ts";
import { elementOf } from "../bitcoin/expect-value.ts";
import { createRandom } from "../protocol/random.ts";
import { ALL, type Attack, LEGACY } from "./attack.ts";
import { goodPlan, mapsOf, payment, STRANGER_SCRIPT } from "./scene.ts";

/** Inputs that are signed, at most; there are fewer of those whose digest is quadratic. */
const MOST_INPUTS = 20_000;
/** Inputs of P2PKH and P2SH. */
export const MOST_LEGACY_INPUTS = 200;

/** So many inputs that say nothing of themselves: they are counted before they are read. */
const emptyInputs = (count: number): PsbtMaps => {
  const transaction = new Transaction();
  transaction.version = 2;
  const txid = new Uint8Array(32).fill(3);
  for (let vout = 0; vout < count; vout += 1) transaction.addInput(txid, vout);
  transaction.addOutput(STRANGER_SCRIPT, 1000n);
  return {
    global: [pair(GLOBAL.unsignedTransaction, transaction.toBuffer())],
    inputs: Array.from({ length: count }, () => []),
    outputs: [[]],
  };
};

/** A spend of so many coins at places of their own, all of one previous transaction. */
export const manyCoins = (wallet: AgreementWallet, count: number): Plan => {
  const places = Array.from({ length: count }, (_, index): Place => ({ branch: 0, index }));
  const paid = places.map((place) => ({
    script: placeOf(wallet, place).scriptPubKey,
    amountSats: 10_000,
  }));
  const { previous, vouts } = fundingOf(paid, createRandom(count));
  const coins = places.map((place, at) => ({
    place,
    amountSats: 10_000,
    previous,
    vout: elementOf(vouts, at),
    sequence: 0xfffffffd,
    hasPrevious: true,
    hasWitnessUtxo: false,
  }));
  return { ...goodPlan(wallet), coins, outputs: [payment(9_900 * count)] };
};

/** Of sizes. */
export const SIZE_ATTACKS: readonly Attack[] = [
  {
    claim: `${MOST_INPUTS + 1} inputs`,
    error: "too_many_inputs",
    shapes: ["wsh sortedmulti"],
    make: () => emptyInputs(MOST_INPUTS + 1),
  },
  {
    claim: `${MOST_LEGACY_INPUTS + 1} inputs from before segwit`,
    error: "too_many_inputs",
    shapes: LEGACY,
    make: (wallet) => mapsOf(manyCoins(wallet, MOST_LEGACY_INPUTS + 1)),
  },
  {
    claim: "no inputs",
    error: "psbt_unsupported",
    shapes: ALL,
    versions: [0],
    make: () => emptyInputs(0),
  },
  {
    claim: "no inputs in version 2",
    error: "psbt_unsupported",
    shapes: ALL,
    versions: [2],
    make: (wallet) => mapsOf(goodPlan(wallet)),
    spoil: (maps) => ({
      ...maps,
      inputs: [],
      global: replace(maps.global, GLOBAL.inputCount, pair(GLOBAL.inputCount, compactSize(0))),
    }),
  },
  {
    claim: "no outputs",
    error: "psbt_unsupported",
    shapes: ALL,
    make: (wallet) => mapsOf({ ...goodPlan(wallet), outputs: [] }),
  },
];
