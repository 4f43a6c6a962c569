/** The spend that attacks start from: two coins, a payment and change, of a wallet of any kind. */
import { psbtByBitcoinjs } from "../agreement/by-bitcoinjs.ts";
import { placeOf } from "../agreement/places.ts";
import { fundingOf, type Plan, type PlannedCoin, type PlannedOutput } from "../agreement/plans.ts";
import { type PairMap, type PsbtMaps, readMaps } from "../agreement/psbt-maps.ts";
import type { Place } from "../agreement/seam.ts";
import type { AgreementWallet } from "../agreement/wallets.ts";
import { elementOf } from "../bitcoin/expect-value.ts";
import { createRandom } from "../protocol/random.ts";

/** Where the coins are. */
export const COINS: readonly Place[] = [
  { branch: 0, index: 5 },
  { branch: 0, index: 6 },
];
/** Where the change goes. */
export const CHANGE: Place = { branch: 1, index: 8 };
/** Which output the change is, and which the payment. */
export const CHANGE_OUTPUT = 1;
/** The index of the payment. */
export const PAYMENT_OUTPUT = 0;
/** What each coin has. */
export const COIN_SATS = 1_000_000;
/** A P2WPKH script of somebody else. */
export const STRANGER_SCRIPT: Uint8Array = Uint8Array.fromHex(
  "0014751e76e8199196d454941c45d1b3a323f1433bd6",
);

/** A coin at a place, paid by a transaction of its own; `salt` tells those apart. */
export const coinAt = (
  wallet: AgreementWallet,
  place: Place,
  amountSats = COIN_SATS,
  salt = 0,
): PlannedCoin => {
  const { scriptPubKey } = placeOf(wallet, place);
  const random = createRandom(1 + place.index + 10_000 * salt);
  const { previous, vouts } = fundingOf([{ script: scriptPubKey, amountSats }], random);
  const isLegacy = wallet.kind === "pkh" || wallet.kind === "sh";
  return {
    place,
    amountSats,
    previous,
    vout: elementOf(vouts, 0),
    sequence: 0xfffffffd,
    hasPrevious: true,
    hasWitnessUtxo: !isLegacy,
  };
};

/** Change, or any output to the wallet. */
export const outputAt = (
  wallet: AgreementWallet,
  place: Place,
  amountSats: number,
): PlannedOutput => ({ amountSats, script: placeOf(wallet, place).scriptPubKey, place });

/** A payment to a stranger. */
export const payment = (amountSats: number): PlannedOutput => ({
  amountSats,
  script: STRANGER_SCRIPT,
});

/** A spend that nobody refuses: 2,000,000 sats in, 20,000 of them the fee. */
export const goodPlan = (wallet: AgreementWallet): Plan => ({
  wallet,
  version: 2,
  lockTime: 0,
  coins: COINS.map((place) => coinAt(wallet, place)),
  outputs: [payment(1_480_000), outputAt(wallet, CHANGE, 500_000)],
});

/** The maps of a plan's PSBT, as bitcoinjs-lib writes it. */
export const mapsOf = (plan: Plan): PsbtMaps => readMaps(psbtByBitcoinjs(plan).toBuffer());

/** A PSBT with the map of one input changed. */
export const editInput = (
  maps: PsbtMaps,
  input: number,
  edit: (map: PairMap) => PairMap,
): PsbtMaps => ({
  ...maps,
  inputs: maps.inputs.map((map, at) => (at === input ? edit(map) : map)),
});

/** A PSBT with the map of one output changed. */
export const editOutput = (
  maps: PsbtMaps,
  output: number,
  edit: (map: PairMap) => PairMap,
): PsbtMaps => ({
  ...maps,
  outputs: maps.outputs.map((map, at) => (at === output ? edit(map) : map)),
});
