/** Attacks on what inputs are worth, and on what proves it. */
import { placeOf } from "../agreement/places.ts";
import {
  compactSize,
  INPUT,
  littleEndian,
  pair,
  type Pair,
  replace,
} from "../agreement/psbt-maps.ts";
import type { AgreementWallet } from "../agreement/wallets.ts";
import { elementOf } from "../bitcoin/expect-value.ts";
import { ALL, type Attack, LEGACY, SEGWIT_V0, TAPROOT } from "./attack.ts";
import {
  COIN_SATS,
  COINS,
  coinAt,
  editInput,
  goodPlan,
  mapsOf,
  payment,
  STRANGER_SCRIPT,
} from "./scene.ts";

const witnessUtxo = (script: Uint8Array, amountSats: number): Pair =>
  pair(
    INPUT.witnessUtxo,
    Uint8Array.of(...littleEndian(amountSats, 8), ...compactSize(script.length), ...script),
  );

const second = elementOf(COINS, 1);

const scriptOf = (wallet: AgreementWallet): Uint8Array => placeOf(wallet, second).scriptPubKey;

/** The good PSBT with pairs of one type of the second input replaced. */
const replaced =
  (type: number, pairsOf: (wallet: AgreementWallet) => readonly Pair[]) =>
  (wallet: AgreementWallet) =>
    editInput(mapsOf(goodPlan(wallet)), 1, (map) => replace(map, type, ...pairsOf(wallet)));

const previousOf = (wallet: AgreementWallet, amountSats: number, salt: number): Uint8Array =>
  coinAt(wallet, second, amountSats, salt).previous.toBuffer();

const WITNESS_UTXOS: readonly Attack[] = [
  {
    claim: "a witness UTXO of a larger amount than the previous transaction's",
    error: "amount_mismatch",
    shapes: ALL,
    make: replaced(INPUT.witnessUtxo, (wallet) => [witnessUtxo(scriptOf(wallet), COIN_SATS + 1)]),
  },
  {
    claim: "a witness UTXO of a smaller amount than the previous transaction's",
    error: "amount_mismatch",
    shapes: ALL,
    make: replaced(INPUT.witnessUtxo, (wallet) => [witnessUtxo(scriptOf(wallet), 1)]),
  },
  {
    claim: "a witness UTXO of another script than the previous transaction's",
    error: "amount_mismatch",
    shapes: ALL,
    make: replaced(INPUT.witnessUtxo, () => [witnessUtxo(STRANGER_SCRIPT, COIN_SATS)]),
  },
  {
    claim: "a lying witness UTXO of a wallet that waives proofs",
    error: "amount_mismatch",
    shapes: SEGWIT_V0,
    allows: ["amounts-unproved"],
    make: replaced(INPUT.witnessUtxo, (wallet) => [witnessUtxo(scriptOf(wallet), COIN_SATS + 1)]),
  },
];

const PREVIOUS: readonly Attack[] = [
  {
    claim: "another coin's previous transaction",
    error: "previous_transaction_mismatch",
    shapes: ALL,
    make: replaced(INPUT.previousTransaction, (wallet) => [
      pair(INPUT.previousTransaction, previousOf(wallet, COIN_SATS, 1)),
    ]),
  },
  {
    claim: "a previous transaction with its amount changed, and the witness UTXO to match",
    error: "previous_transaction_mismatch",
    shapes: [...SEGWIT_V0, ...TAPROOT],
    make: (wallet) =>
      editInput(mapsOf(goodPlan(wallet)), 1, (map) => [
        ...replace(
          replace(map, INPUT.witnessUtxo, witnessUtxo(scriptOf(wallet), 2 * COIN_SATS)),
          INPUT.previousTransaction,
          pair(INPUT.previousTransaction, previousOf(wallet, 2 * COIN_SATS, 0)),
        ),
      ]),
  },
  {
    claim: "a legacy coin's previous transaction with its amount changed",
    error: "previous_transaction_mismatch",
    shapes: LEGACY,
    make: replaced(INPUT.previousTransaction, (wallet) => [
      pair(INPUT.previousTransaction, previousOf(wallet, 2 * COIN_SATS, 0)),
    ]),
  },
  {
    claim: "an output number that the previous transaction does not have",
    error: "previous_transaction_mismatch",
    shapes: ALL,
    make: (wallet) => {
      const plan = goodPlan(wallet);
      const coins = plan.coins.map((coin, at) => (at === 1 ? { ...coin, vout: 200 } : coin));
      return mapsOf({ ...plan, coins });
    },
  },
  {
    claim: "a previous transaction that ends too early",
    error: "psbt_malformed",
    shapes: ALL,
    make: replaced(INPUT.previousTransaction, (wallet) => [
      pair(INPUT.previousTransaction, previousOf(wallet, COIN_SATS, 0).slice(0, -1)),
    ]),
  },
  {
    claim: "a previous transaction with a byte after its end",
    error: "psbt_malformed",
    shapes: ALL,
    make: replaced(INPUT.previousTransaction, (wallet) => [
      pair(INPUT.previousTransaction, Uint8Array.of(...previousOf(wallet, COIN_SATS, 0), 0)),
    ]),
  },
  {
    claim: "no previous transaction, but a witness UTXO",
    error: "previous_transaction_missing",
    shapes: SEGWIT_V0,
    make: replaced(INPUT.previousTransaction, () => []),
  },
  {
    claim: "no previous transaction of a legacy coin, a witness UTXO and a waiver notwithstanding",
    error: "previous_transaction_missing",
    shapes: LEGACY,
    allows: ["amounts-unproved"],
    make: (wallet) =>
      editInput(mapsOf(goodPlan(wallet)), 1, (map) => [
        ...replace(map, INPUT.previousTransaction),
        witnessUtxo(scriptOf(wallet), COIN_SATS),
      ]),
  },
  {
    claim: "neither previous transaction nor witness UTXO",
    error: "previous_transaction_missing",
    shapes: ALL,
    make: (wallet) =>
      editInput(mapsOf(goodPlan(wallet)), 1, (map) =>
        replace(replace(map, INPUT.previousTransaction), INPUT.witnessUtxo),
      ),
  },
];

const BEYOND_ALL_SATS = 2_100_000_000_000_001;
const BITCOIN_SATS = 100_000_000;

const SUMS: readonly Attack[] = [
  {
    claim: "an output above 21 million bitcoin",
    error: "amount_out_of_range",
    shapes: ALL,
    make: (wallet) => mapsOf({ ...goodPlan(wallet), outputs: [payment(BEYOND_ALL_SATS)] }),
  },
  {
    claim: "a witness UTXO above 21 million bitcoin",
    error: "amount_out_of_range",
    shapes: [...SEGWIT_V0, ...TAPROOT],
    make: replaced(INPUT.witnessUtxo, (wallet) => [witnessUtxo(scriptOf(wallet), BEYOND_ALL_SATS)]),
  },
  {
    claim: "outputs that only together are above 21 million bitcoin",
    error: "amount_out_of_range",
    shapes: ALL,
    make: (wallet) =>
      mapsOf({ ...goodPlan(wallet), outputs: [payment(BEYOND_ALL_SATS - 1), payment(1000)] }),
  },
  {
    claim: "outputs that exceed the inputs by one satoshi",
    error: "outputs_exceed_inputs",
    shapes: ALL,
    make: (wallet) => mapsOf({ ...goodPlan(wallet), outputs: [payment(2 * COIN_SATS + 1)] }),
  },
  {
    claim: "a fee of 30 % of what the coins bring",
    error: "fee_high",
    shapes: ALL,
    make: (wallet) => mapsOf({ ...goodPlan(wallet), outputs: [payment(1.4 * COIN_SATS)] }),
  },
  {
    claim: "a fee of one bitcoin and a satoshi, of a hundred bitcoin",
    error: "fee_high",
    shapes: ALL,
    make: (wallet) => {
      const coin = coinAt(wallet, second, 100 * BITCOIN_SATS);
      const outputs = [payment(99 * BITCOIN_SATS - 1)];
      return mapsOf({ ...goodPlan(wallet), coins: [coin], outputs });
    },
  },
];

/** Of amounts: witness UTXOs, previous transactions, sums and fees. */
export const AMOUNT_ATTACKS: readonly Attack[] = [...WITNESS_UTXOS, ...PREVIOUS, ...SUMS];
