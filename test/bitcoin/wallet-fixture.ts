/** A 2-of-3 regtest wallet made by other people's code: bip32 and bitcoinjs-lib. */
import * as ecc from "@bitcoinerlab/secp256k1";
import { type BIP32Interface, BIP32Factory } from "bip32";
import { networks, payments } from "bitcoinjs-lib";
import {
  type Branch,
  createDeriver,
  parseWalletPolicy,
  type RegisteredWallet,
  type WalletPolicyText,
  walletId,
} from "../../firmware/bitcoin/index.ts";
import { createCrypto } from "../../hardware/secrets/crypto.ts";
import { elementOf, unwrap } from "./expect-value.ts";

/** The device's own cryptography. */
export const crypto = createCrypto();

/** BIP-48's path for P2WSH multisig on a test network. */
export const ORIGIN = "48'/1'/0'/2'";

/** Key trees. */
export const bip32 = BIP32Factory(ecc);

/** One holder of a key. */
export interface Cosigner {
  readonly master: BIP32Interface;
  readonly account: BIP32Interface;
  /** As a policy writes it. */
  readonly keyText: string;
}

/** The holder whose seed is 32 times one byte. */
export const cosignerOf = (byte: number, network = networks.regtest): Cosigner => {
  const master = bip32.fromSeed(new Uint8Array(32).fill(byte), network);
  const account = master.derivePath(`m/${ORIGIN}`);
  const xpub = account.neutered().toBase58();
  return { master, account, keyText: `[${master.fingerprint.toHex()}/${ORIGIN}]${xpub}` };
};

/** A wallet with its holders; the device is the holder at `ownKeyIndex`. */
export interface TestWallet {
  readonly cosigners: readonly Cosigner[];
  readonly threshold: number;
  readonly text: WalletPolicyText;
  readonly registered: RegisteredWallet;
}

/** A k-of-n wallet of the holders with these seed bytes. */
export const walletOf = (
  name: string,
  seedBytes: readonly number[],
  threshold = 2,
  ownKeyIndex = 0,
): TestWallet => {
  const cosigners = seedBytes.map((byte) => cosignerOf(byte));
  const list = cosigners.map((_, index) => `@${index}/**`).join(",");
  const keys = cosigners.map((cosigner) => cosigner.keyText);
  const text = { name, template: `wsh(sortedmulti(${threshold},${list}))`, keys };
  const policy = unwrap(parseWalletPolicy(text, "regtest", crypto));
  const deriver = createDeriver(policy, "regtest", crypto);
  const registered = { id: walletId(policy, crypto), policy, ownKeyIndex, deriver };
  return { cosigners, threshold, text, registered };
};

/** Hot wallet, the one under test. */
export const HOT = walletOf("Hot wallet", [1, 2, 3]);

/** Another wallet of the same device. */
export const COLD = walletOf("Cold wallet", [1, 4, 5]);

/** A wallet this device has no part in. */
export const FOREIGN = walletOf("Foreign", [7, 8, 9]);

/** The fingerprint of the device, which holds seed 1. */
export const FINGERPRINT: Uint8Array = elementOf(HOT.cosigners, 0).master.fingerprint;

/** What `review` is handed on the device. */
export const CONTEXT = { crypto, network: "regtest", fingerprint: FINGERPRINT } as const;

/** A place of a wallet as bitcoinjs-lib derives it. */
export interface TestPlace {
  readonly publicKeys: readonly Uint8Array[];
  readonly witnessScript: Uint8Array;
  readonly scriptPubKey: Uint8Array;
  readonly address: string;
}

/** Derives a place with bip32 and bitcoinjs-lib. */
export const placeOf = (wallet: TestWallet, branch: Branch, index: number): TestPlace => {
  const publicKeys = wallet.cosigners.map(
    ({ account }) => account.derive(branch).derive(index).publicKey,
  );
  const pubkeys = publicKeys.toSorted((a, b) => (a.toHex() < b.toHex() ? -1 : 1));
  const redeem = payments.p2ms({ m: wallet.threshold, pubkeys, network: networks.regtest });
  const { address, output } = payments.p2wsh({ redeem, network: networks.regtest });
  const witnessScript = redeem.output;
  if (witnessScript === undefined || output === undefined || address === undefined) {
    throw new Error("bitcoinjs-lib derived no script");
  }
  return { publicKeys, witnessScript, scriptPubKey: output, address };
};

/** BIP-32 hints of a place, one for each holder, as PSBTs carry them. */
export const hintsOf = (wallet: TestWallet, branch: Branch, index: number) =>
  wallet.cosigners.map(({ master, account }) => ({
    masterFingerprint: master.fingerprint,
    path: `m/${ORIGIN}/${branch}/${index}`,
    pubkey: account.derive(branch).derive(index).publicKey,
  }));
