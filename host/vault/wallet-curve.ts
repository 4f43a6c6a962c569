/**
 * The curve and the key tree the vault calculates with: @bitcoinerlab/secp256k1 under bip32 and
 * bitcoinjs-lib. The final check in control/ uses another stack on purpose.
 */

import * as curve from "@bitcoinerlab/secp256k1";
import { BIP32Factory } from "bip32";
import { initEccLib, type Network, networks } from "bitcoinjs-lib";
import type { NetworkName } from "../withdrawal.ts";

// bitcoinjs-lib wants a curve before it can tell a Taproot address from nonsense.
initEccLib(curve);

/** BIP-32 derivation over the vault's curve. */
export const keyTree = BIP32Factory(curve);

/** A node of the key tree. */
export type KeyNode = ReturnType<typeof keyTree.fromBase58>;

/** Address prefixes and key versions of a network; signet's are testnet's. */
export const NETWORKS: Readonly<Record<NetworkName, Network>> = {
  mainnet: networks.bitcoin,
  testnet: networks.testnet,
  signet: networks.testnet,
  regtest: networks.regtest,
};

/**
 * Whether an ECDSA signature holds; never throws.
 *
 * @param digest 32 bytes
 * @param publicKey 33 bytes, compressed
 * @param signature 64 bytes, r and s, big-endian; a high s is refused (BIP-146)
 */
export const isSignatureValid = (
  digest: Uint8Array,
  publicKey: Uint8Array,
  signature: Uint8Array,
): boolean => {
  try {
    return curve.verify(digest, publicKey, signature, true);
  } catch {
    return false;
  }
};
