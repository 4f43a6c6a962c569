/**
 * PSBTs of version 0 (BIP-174, BIP-371) that spend from a wallet of any kind, made by chance and by
 * bitcoinjs-lib, with what the vault's updater writes: for whoever signs, combines or reviews.
 */

import type { Transaction as OtherTransaction } from "@scure/btc-signer";
import { payments, Psbt, Transaction } from "bitcoinjs-lib";
import {
  inputFields,
  outputFields,
  type Wallet,
  type WalletAddress,
} from "../../host/vault/index.ts";
import { NETWORKS } from "../../host/vault/wallet-curve.ts";
import type { WalletPath } from "../../host/withdrawal.ts";
import type { Random } from "../protocol/random.ts";
import type { RandomWallet } from "./random-wallets.ts";

/** A coin of the wallet that an input spends. */
export interface RandomCoin extends WalletPath {
  readonly address: WalletAddress;
  readonly amountSats: number;
}

/** A PSBT and what it is made of. */
export interface RandomPsbt {
  readonly psbt: Psbt;
  /** In the order of the inputs. */
  readonly coins: readonly RandomCoin[];
  /** Positions of the outputs that return to the wallet's change branch. */
  readonly change: readonly number[];
  readonly feeSats: number;
}

/** What to make. */
export interface RandomPsbtOptions {
  readonly inputs: number;
  /** Highest index of an address; 400 unless given, so that change is never far ahead. */
  readonly highestIndex?: number;
}

interface Funding {
  readonly transaction: Transaction;
  readonly vout: number;
  readonly coin: RandomCoin;
}

const DUST_SATS = 1_000;
const SEQUENCES = [0xffff_ffff, 0xffff_fffe, 0xffff_fffd] as const;

/** A script of somebody else, of one of the usual kinds. */
export const strangerScript = (random: Random): Uint8Array => {
  const hash = random.bytes(20);
  const made = [
    payments.p2pkh({ hash }),
    payments.p2sh({ hash }),
    payments.p2wpkh({ hash }),
    payments.p2wsh({ hash: random.bytes(32) }),
  ][random.below(4)]?.output;
  if (made === undefined) throw new Error("a hash makes a script");
  return made;
};

/** A transaction that nobody sent, with or without a witness, which pays the coins among others. */
const fund = (random: Random, coins: readonly RandomCoin[]): readonly Funding[] => {
  const transaction = new Transaction();
  transaction.version = 1 + random.below(2);
  transaction.addInput(random.bytes(32), random.below(5), SEQUENCES[random.below(3)]);
  if (random.chance(0.5)) transaction.setWitness(0, [random.bytes(71), random.bytes(33)]);
  const before = random.below(3);
  for (let output = 0; output < before; output += 1)
    transaction.addOutput(strangerScript(random), BigInt(1 + random.below(2 ** 31)));
  const fundings = coins.map((coin) => ({
    transaction,
    vout: transaction.addOutput(coin.address.scriptPubKey, BigInt(coin.amountSats)),
    coin,
  }));
  if (random.chance(0.3)) transaction.addOutput(strangerScript(random), 7n);
  return fundings;
};

/** Funds coins in their order, now and then two by one transaction. */
const fundAll = (random: Random, coins: readonly RandomCoin[]): readonly Funding[] => {
  const fundings: Funding[] = [];
  while (fundings.length < coins.length) {
    const { length } = fundings;
    fundings.push(...fund(random, coins.slice(length, length + (random.chance(0.2) ? 2 : 1))));
  }
  return fundings;
};

const randomCoin = (random: Random, wallet: Wallet, highestIndex: number): RandomCoin => {
  const path = {
    branch: random.chance(0.7) ? (0 as const) : (1 as const),
    index: random.below(highestIndex + 1),
  };
  const amountSats = 10_000 + random.below(2 ** 31);
  return { ...path, address: wallet.address(path), amountSats };
};

/** Parts of an amount, each above dust, as far as it goes. */
const split = (random: Random, amountSats: number, parts: number): readonly number[] => {
  const shares: number[] = [];
  let restSats = amountSats;
  for (let part = 1; part < parts && restSats > 2 * DUST_SATS; part += 1) {
    const share = DUST_SATS + random.below(restSats - 2 * DUST_SATS);
    shares.push(share);
    restSats -= share;
  }
  return [...shares, restSats];
};

const addInput = (psbt: Psbt, random: Random, { transaction, vout, coin }: Funding): void => {
  psbt.addInput({
    hash: transaction.getId(),
    index: vout,
    sequence: SEQUENCES[random.below(3)] ?? 0,
    ...inputFields(coin.address, transaction.toBuffer(), coin.amountSats),
  });
};

/** Makes a PSBT: payments to strangers, mostly change, a fee below 10 % and 0.1 bitcoin. */
export const randomPsbt = (
  random: Random,
  wallet: Wallet,
  { inputs, highestIndex = 400 }: RandomPsbtOptions,
): RandomPsbt => {
  const psbt = new Psbt({ network: NETWORKS[wallet.network], maximumFeeRate: 1e9 });
  psbt.setVersion(1 + random.below(2)).setLocktime(random.chance(0.8) ? 0 : random.below(900_000));
  const coins = Array.from({ length: inputs }, () => randomCoin(random, wallet, highestIndex));
  for (const funding of fundAll(random, coins)) addInput(psbt, random, funding);
  const totalSats = coins.reduce((sum, { amountSats }) => sum + amountSats, 0);
  const feeSats = 1 + random.below(Math.min(Math.floor(totalSats / 10), 10_000_000));
  const change: number[] = [];
  for (const amountSats of split(random, totalSats - feeSats, 1 + random.below(4))) {
    const value = BigInt(amountSats);
    if (random.chance(0.4)) {
      const address = wallet.address({ branch: 1, index: random.below(highestIndex + 1) });
      change.push(psbt.data.outputs.length);
      psbt.addOutput({ script: address.scriptPubKey, value, ...outputFields(address) });
    } else psbt.addOutput({ script: strangerScript(random), value });
  }
  return { psbt, coins, change, feeSats };
};

/** Signs an input with every key that somebody holds, BIP-340 with zeros as aux. */
export const signAll = (
  transaction: OtherTransaction,
  input: number,
  address: WalletAddress,
  signers: RandomWallet["signers"],
): void => {
  for (const { key, path, fingerprint } of address.publicKeys) {
    const signer = signers[key];
    if (signer === undefined) continue;
    if (signer.fingerprint !== fingerprint) throw new Error("another signer's key");
    const { privateKey } = signer.master.derivePath(path);
    if (privateKey === undefined) throw new Error("a signer has private keys");
    transaction.signIdx(privateKey, input, undefined, new Uint8Array(32));
  }
};
