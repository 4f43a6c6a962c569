/** Spends of locked coins built, signed and finalised by @scure/btc-signer alone. */

import { hex } from "@scure/base";
import { bip32Path, TaprootControlBlock, Transaction } from "@scure/btc-signer";
import { Psbt } from "bitcoinjs-lib";
import { type Signed, signedIn } from "./by-bitcoinjs.ts";
import {
  chosenOf,
  type CoinKey,
  isTaproot,
  isWitness,
  type LockedCoin,
  OUTPUTS,
} from "./locked-coins.ts";

const originOf = ({ signer, path }: CoinKey) => ({
  fingerprint: Number.parseInt(signer.fingerprint, 16),
  path: bip32Path(path),
});

const fieldsOf = (coin: LockedCoin) => {
  const { tree, keys, redeemScript, witnessScript } = coin;
  const shared = {
    txid: hex.decode(coin.previous.getId()),
    index: coin.vout,
    ...(isWitness(coin) ? { witnessUtxo: { script: coin.script, amount: coin.amountSats } } : {}),
    ...(coin.sighash === undefined ? {} : { sighashType: coin.sighash }),
  };
  if (tree === undefined) {
    return {
      ...shared,
      nonWitnessUtxo: coin.previous.toBuffer(),
      ...(redeemScript === undefined ? {} : { redeemScript }),
      ...(witnessScript === undefined ? {} : { witnessScript }),
      bip32Derivation: keys.map((key): [Uint8Array, ReturnType<typeof originOf>] => [
        key.node.publicKey,
        originOf(key),
      ]),
    };
  }
  const hashes = coin.kind === "tr" ? [] : tree.leaves.map(({ hash }) => hash);
  const origins = coin.kind === "tr" ? keys : [tree.internal, ...keys];
  return {
    ...shared,
    tapInternalKey: tree.internal.node.publicKey.slice(1),
    ...(tree.leaves.length === 0
      ? {}
      : {
          tapMerkleRoot: tree.merkleRoot,
          tapLeafScript: tree.leaves.map(
            ({ script, control }): [ReturnType<typeof TaprootControlBlock.decode>, Uint8Array] => [
              TaprootControlBlock.decode(control),
              Uint8Array.of(...script, 0xc0),
            ],
          ),
        }),
    tapBip32Derivation: origins.map(
      (key): [Uint8Array, { hashes: Uint8Array[]; der: ReturnType<typeof originOf> }] => [
        key.node.publicKey.slice(1),
        { hashes, der: originOf(key) },
      ],
    ),
  };
};

/** The unsigned transaction. */
export const transactionByScure = (coins: readonly LockedCoin[]): Transaction => {
  const transaction = new Transaction({ version: 2, lockTime: 7, PSBTVersion: 2 });
  for (const [input, coin] of coins.entries())
    transaction.addInput({ ...fieldsOf(coin), sequence: 0xffff_fff0 - input });
  for (const { script, value } of OUTPUTS) transaction.addOutput({ script, amount: value });
  return transaction;
};

/** Signs all inputs by as many keys as they take. */
export const signByScure = (
  transaction: Transaction,
  coins: readonly LockedCoin[],
  from: number,
): Transaction => {
  const signed = transaction.clone();
  for (const [input, coin] of coins.entries())
    for (const { node } of chosenOf(coin, from)) {
      const types = [coin.sighash ?? (isTaproot(coin) ? 0 : 1)];
      signed.signIdx(node.privateKey ?? new Uint8Array(0), input, types);
    }
  return signed;
};

/** The signatures in it as records, each with its signer. */
export const signedByScure = (
  signed: Transaction,
  coins: readonly LockedCoin[],
): readonly Signed[] =>
  Psbt.fromBuffer(signed.toPSBT(0)).data.inputs.flatMap((fields, input) => {
    const coin = coins[input];
    return coin === undefined ? [] : signedIn(fields, coin, input);
  });

/** The transaction of a signed one, in hex. */
export const finaliseByScure = (signed: Transaction): string => {
  const transaction = signed.clone();
  transaction.finalize();
  return hex.encode(transaction.extract());
};
