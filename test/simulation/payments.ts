/**
 * The payments that are asked for, made once for all runs, and all that other people's code knows
 * of them: transaction, charge, digests, and whether a signature is good.
 */
import * as ecc from "@bitcoinerlab/secp256k1";
import { type Psbt, script, Transaction } from "bitcoinjs-lib";
import type { Screen } from "../../firmware/hal.ts";
import { elementOf } from "../bitcoin/expect-value.ts";
import { buildPsbt, type DraftCoin, STRANGER_SCRIPT, unsignedOf } from "../bitcoin/psbt-fixture.ts";
import { HOT, placeOf } from "../bitcoin/wallet-fixture.ts";

/** One payment. */
export interface Payment {
  readonly name: string;
  readonly psbt: Uint8Array;
  /** Hex of the unsigned transaction's hash, as hashed. */
  readonly txid: string;
  /** Inputs less change. */
  readonly leavingSats: number;
  /** What a screen that shows it says, and no other's does. */
  readonly shown: string;
  /** Hex of what is signed, input by input. */
  readonly digests: readonly string[];
  /** Whether a DER signature with its sighash byte is the device's for that input. */
  readonly isSignature: (input: number, signature: Uint8Array) => boolean;
  /** Whether its upload takes more than one message. */
  readonly isLong: boolean;
}

/** How many of a kind there are. */
const SMALL = 8;
const CHANGE_SATS = 400_000;
const FEE_SATS = 1_000;
const COIN_SATS = 1_000_000;
const MESSAGE_ROOM = 4_000;

const coinsOf = (inputs: number, from: number): readonly DraftCoin[] =>
  Array.from({ length: inputs }, (_, i) => ({
    wallet: HOT,
    branch: 0,
    index: from + i,
    amountSats: COIN_SATS,
  }));

const bitcoin = (sats: number): string =>
  `${Math.floor(sats / 1e8)}.${`${sats % 1e8}`.padStart(8, "0")} BTC`;

/** Every check with the other curve is made once for all runs. */
const createCheck = (coins: readonly DraftCoin[], digests: readonly Uint8Array[]) => {
  const known = new Map<string, boolean>();
  const check = (input: number, signature: Uint8Array): boolean => {
    const coin = coins[input];
    const digest = digests[input];
    if (coin === undefined || digest === undefined) return false;
    const { signature: compact, hashType } = script.signature.decode(signature);
    const publicKey = elementOf(placeOf(HOT, 0, coin.index).publicKeys, 0);
    return hashType === Transaction.SIGHASH_ALL && ecc.verify(digest, publicKey, compact, true);
  };
  return (input: number, signature: Uint8Array): boolean => {
    const name = `${input} ${signature.toHex()}`;
    const result = known.get(name) ?? check(input, signature);
    known.set(name, result);
    return result;
  };
};

/** Keeps notes of others in a PSBT, which a signer reads over. */
const withNotes = (draft: Psbt, bytes: number): Uint8Array => {
  const key = Uint8Array.of(0xfc, 0x04, ...new TextEncoder().encode("note"), 0);
  if (bytes > 0) draft.addUnknownKeyValToGlobal({ key, value: new Uint8Array(bytes).fill(0x5a) });
  return Uint8Array.from(draft.toBuffer());
};

const paymentOf = (name: string, inputs: number, number: number, notes = 0): Payment => {
  const coins = coinsOf(inputs, 10 * number);
  const paidSats = inputs * COIN_SATS - CHANGE_SATS - FEE_SATS - number;
  const change: DraftCoin = { wallet: HOT, branch: 1, index: number, amountSats: CHANGE_SATS };
  const draft = buildPsbt({
    coins,
    outputs: [{ script: STRANGER_SCRIPT, amountSats: paidSats }, change],
  });
  const unsigned = unsignedOf(draft);
  const digests = coins.map(({ index }, input) => {
    const { witnessScript } = placeOf(HOT, 0, index);
    const value = BigInt(COIN_SATS);
    return unsigned.hashForWitnessV0(input, witnessScript, value, Transaction.SIGHASH_ALL);
  });
  const psbt = withNotes(draft, notes);
  return {
    name,
    psbt,
    txid: unsigned.getHash().toHex(),
    leavingSats: inputs * COIN_SATS - CHANGE_SATS,
    shown: bitcoin(paidSats),
    digests: digests.map((digest) => digest.toHex()),
    isSignature: createCheck(coins, digests),
    isLong: psbt.length > MESSAGE_ROOM,
  };
};

/** Payments of one or two inputs, whose uploads fit one message. */
export const SMALL_PAYMENTS: readonly Payment[] = Array.from({ length: SMALL }, (_, i) =>
  paymentOf(`small ${i}`, 1 + (i % 2), i),
);

/** Payments whose uploads take more, within one credit and beyond it. */
export const LARGE_PAYMENTS: readonly Payment[] = [
  paymentOf("medium 0", 9, SMALL),
  paymentOf("medium 1", 2, SMALL + 1, 4_000),
  paymentOf("large", 2, SMALL + 2, 80_000),
];

const decoyOf = (number: number): Payment => paymentOf(`decoy ${number}`, 1, SMALL + 20 + number);

/** A payment that is only asked for under keys of others, and that nobody says yes to. */
export const DECOY: Payment = decoyOf(0);

/** Payments that nobody may even be asked for. */
export const FORBIDDEN: readonly Payment[] = [decoyOf(1), decoyOf(2)];

const ALL: readonly Payment[] = [...SMALL_PAYMENTS, ...LARGE_PAYMENTS, DECOY, ...FORBIDDEN];
const BY_TXID = new Map(ALL.map((payment) => [payment.txid, payment]));
const BY_DIGEST = new Map(
  ALL.flatMap((payment) => payment.digests.map((digest) => [digest, payment] as const)),
);

/** The payment of a transaction. */
export const paymentOfTxid = (txid: string): Payment | undefined => BY_TXID.get(txid);

/** The payment that a digest belongs to. */
export const paymentOfDigest = (digest: string): Payment | undefined => BY_DIGEST.get(digest);

/** The payment that a screen shows. */
export const paymentOnScreen = ({ kind, lines }: Screen): Payment | undefined =>
  kind === "transaction" ? ALL.find(({ shown }) => lines.includes(shown)) : undefined;

/** Private keys of the device, as another library derives them: they must be seen nowhere. */
export const PRIVATE_KEYS: ReadonlyMap<string, Uint8Array> = new Map(
  Object.entries({
    "master key": elementOf(HOT.cosigners, 0).master.privateKey,
    "master chain code": elementOf(HOT.cosigners, 0).master.chainCode,
    "account key": elementOf(HOT.cosigners, 0).account.privateKey,
  }).flatMap(([name, key]) => (key === undefined ? [] : [[name, key] as const])),
);
