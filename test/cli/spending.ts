/** PSBTs of a 2-of-3 wallet, made by two libraries from the signers' public keys alone. */
import { hex } from "@scure/base";
import { HDKey } from "@scure/bip32";
import { p2ms, p2wsh, Transaction as ScureTransaction } from "@scure/btc-signer";
import { payments, Psbt, Transaction } from "bitcoinjs-lib";

const HARDENED = 0x8000_0000;
const ACCOUNT = [48, 1, 0, 2].map((step) => step + HARDENED);
const TESTNET = { private: 0x04358394, public: 0x043587cf };
const PAID_SATS = 70_000n;
const COIN_SATS = 60_000n;
const FEE_SATS = 1000n;
/** P2WPKH of somebody else. */
const STRANGER = hex.decode("0014751e76e8199196d454941c45d1b3a323f1433bd6");

/** An origin and an extended public key. */
const readKey = (key: string) => {
  const match = /^\[([0-9a-f]{8})\/48'\/1'\/0'\/2'\](tpub\w+)$/.exec(key);
  if (match?.[1] === undefined || match[2] === undefined) throw new Error(`no key: ${key}`);
  return { fingerprint: match[1], node: HDKey.fromExtendedKey(match[2], TESTNET) };
};

const publicKeyAt = (node: HDKey, branch: number, index: number): Uint8Array => {
  const { publicKey } = node.deriveChild(branch).deriveChild(index);
  if (publicKey === null) throw new Error("a public key");
  return publicKey;
};

/** A place of the wallet: the script it pays, what opens it, and whose keys those are. */
export const placeAt = (keys: readonly string[], branch: 0 | 1, index: number) => {
  const origins = keys.map(readKey).map(({ fingerprint, node }) => ({
    fingerprint,
    pubkey: publicKeyAt(node, branch, index),
    path: [...ACCOUNT, branch, index],
  }));
  const sorted = origins.map(({ pubkey }) => pubkey).toSorted((a, b) => Buffer.compare(a, b));
  const { script, witnessScript } = p2wsh(p2ms(2, sorted));
  if (witnessScript === undefined) throw new Error("a witness script");
  return { script, witnessScript, origins };
};

const pathText = (path: readonly number[]): string =>
  `m/${path.map((step) => (step >= HARDENED ? `${step - HARDENED}'` : step)).join("/")}`;

const jsOrigins = (keys: readonly string[], branch: 0 | 1, index: number) =>
  placeAt(keys, branch, index).origins.map(({ fingerprint, pubkey, path }) => ({
    masterFingerprint: hex.decode(fingerprint),
    pubkey,
    path: pathText(path),
  }));

const scureOrigins = (
  keys: readonly string[],
  branch: 0 | 1,
  index: number,
): [Uint8Array, { fingerprint: number; path: number[] }][] =>
  placeAt(keys, branch, index).origins.map(({ fingerprint, pubkey, path }) => [
    pubkey,
    { fingerprint: Number.parseInt(fingerprint, 16), path },
  ]);

/** A transaction whose output 1 pays the wallet's receiving address `index`, and others others. */
const fundingAt = (keys: readonly string[], index: number, others = 0): Transaction => {
  const funding = new Transaction();
  funding.addInput(new Uint8Array(32).fill(7 + index), index);
  funding.addOutput(STRANGER, 1234n);
  funding.addOutput(placeAt(keys, 0, index).script, COIN_SATS);
  for (let i = 0; i < others; i += 1) funding.addOutput(STRANGER, 1234n);
  return funding;
};

const INPUTS = [0, 3] as const;
const CHANGE_SATS = COIN_SATS * BigInt(INPUTS.length) - PAID_SATS - FEE_SATS;

/** Made by bitcoinjs-lib: two inputs, a payment and change. */
export const psbtByBitcoinjs = (keys: readonly string[]): string => {
  const psbt = new Psbt();
  for (const index of INPUTS) {
    const funding = fundingAt(keys, index);
    const { script, witnessScript } = placeAt(keys, 0, index);
    psbt.addInput({
      hash: funding.getId(),
      index: 1,
      nonWitnessUtxo: funding.toBuffer(),
      witnessUtxo: { script, value: COIN_SATS },
      witnessScript,
      bip32Derivation: jsOrigins(keys, 0, index),
    });
  }
  psbt.addOutput({ script: STRANGER, value: PAID_SATS });
  const change = placeAt(keys, 1, 5);
  psbt.addOutput({
    script: change.script,
    value: CHANGE_SATS,
    witnessScript: change.witnessScript,
    bip32Derivation: jsOrigins(keys, 1, 5),
  });
  return psbt.toBase64();
};

/**
 * Made by @scure/btc-signer: the same spend with another change address, as bytes. Each coin may
 * come out of a transaction with so many other outputs.
 */
export const psbtByScure = (keys: readonly string[], others = 0): Uint8Array<ArrayBuffer> => {
  const transaction = new ScureTransaction();
  for (const index of INPUTS) {
    const { script, witnessScript } = placeAt(keys, 0, index);
    const funding = fundingAt(keys, index, others);
    transaction.addInput({
      txid: funding.getId(),
      index: 1,
      nonWitnessUtxo: funding.toBuffer(),
      witnessUtxo: { script, amount: COIN_SATS },
      witnessScript,
      bip32Derivation: scureOrigins(keys, 0, index),
    });
  }
  transaction.addOutput({ script: STRANGER, amount: PAID_SATS });
  const change = placeAt(keys, 1, 6);
  transaction.addOutput({
    script: change.script,
    amount: CHANGE_SATS,
    witnessScript: change.witnessScript,
    bip32Derivation: scureOrigins(keys, 1, 6),
  });
  return Uint8Array.from(transaction.toPSBT());
};

/** Finalised by bitcoinjs-lib: the transaction in hex. */
export const finaliseByBitcoinjs = (psbt: string): string =>
  Psbt.fromBase64(psbt).finalizeAllInputs().extractTransaction().toHex();

/** Finalised by @scure/btc-signer: the transaction in hex. */
export const finaliseByScure = (psbt: string): string => {
  const transaction = ScureTransaction.fromPSBT(Buffer.from(psbt, "base64"));
  transaction.finalize();
  return transaction.hex;
};

/** The address that bitcoinjs-lib gives a script. */
export const addressOf = (script: Uint8Array): string =>
  payments.p2wsh({
    output: script,
    network: {
      messagePrefix: "",
      bech32: "bcrt",
      bip32: TESTNET,
      pubKeyHash: 0x6f,
      scriptHash: 0xc4,
      wif: 0xef,
    },
  }).address ?? "";
