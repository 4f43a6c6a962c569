/**
 * What an updater writes about a wallet's address into a PSBT (BIP-174, BIP-371): scripts, and for
 * every key where its signer finds it. In bitcoinjs-lib's terms.
 */

import { hex } from "@scure/base";
import type { Psbt } from "bitcoinjs-lib";
import { LEAF_VERSION, type TaprootOutput, xOnly } from "./taproot.ts";
import { isSpentByWitness } from "./template.ts";
import type { AddressKey, WalletAddress } from "./wallet.ts";

type InputFields = Parameters<Psbt["updateInput"]>[1];
type OutputFields = Parameters<Psbt["updateOutput"]>[1];

const derivationOf = ({ fingerprint, path, publicKey }: AddressKey) => ({
  masterFingerprint: hex.decode(fingerprint),
  path,
  pubkey: publicKey,
});

/** Each key with the leaves in which it stands: none for the internal key. */
const tapDerivationsOf = (publicKeys: readonly AddressKey[], { leaves }: TaprootOutput) =>
  publicKeys.map((key, position) => ({
    ...derivationOf(key),
    pubkey: xOnly(key.publicKey),
    leafHashes: leaves
      .filter(({ asks }) => asks.expressions.includes(position))
      .map(({ hash }) => hash),
  }));

/** The fields that inputs and outputs share. */
const sharedFields = (address: WalletAddress) => {
  const { publicKeys, redeemScript, witnessScript, taproot } = address;
  if (taproot !== undefined) {
    return {
      tapInternalKey: taproot.internalKey,
      tapBip32Derivation: tapDerivationsOf(publicKeys, taproot),
    };
  }
  return {
    ...(redeemScript === undefined ? {} : { redeemScript }),
    ...(witnessScript === undefined ? {} : { witnessScript }),
    bip32Derivation: publicKeys.map(derivationOf),
  };
};

/**
 * The fields of an input that spends a coin at an address.
 *
 * @param previousTx the whole transaction that made the coin. It is left out for P2TR, whose
 * signatures cover the amounts (BIP-341)
 * @returns with the output itself for every kind that a witness spends
 */
export const inputFields = (
  address: WalletAddress,
  previousTx: Uint8Array,
  amountSats: number,
): InputFields => {
  const { kind, scriptPubKey, taproot } = address;
  const value = BigInt(amountSats);
  return {
    ...(kind === "tr" ? {} : { nonWitnessUtxo: previousTx }),
    ...(isSpentByWitness(kind) ? { witnessUtxo: { script: scriptPubKey, value } } : {}),
    ...sharedFields(address),
    ...(taproot?.merkleRoot === undefined ? {} : { tapMerkleRoot: taproot.merkleRoot }),
    ...(taproot === undefined || taproot.leaves.length === 0
      ? {}
      : {
          tapLeafScript: taproot.leaves.map(({ script, controlBlock }) => ({
            leafVersion: LEAF_VERSION,
            script,
            controlBlock,
          })),
        }),
  };
};

/** The fields of an output to an address of the wallet, by which signers know it as such. */
export const outputFields = (address: WalletAddress): OutputFields => {
  const { taproot } = address;
  const leaves = (taproot?.leaves ?? []).map(({ script, depth }) => ({
    depth,
    leafVersion: LEAF_VERSION,
    script,
  }));
  return { ...sharedFields(address), ...(leaves.length === 0 ? {} : { tapTree: { leaves } }) };
};
