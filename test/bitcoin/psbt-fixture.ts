/** PSBTs that bitcoinjs-lib makes of the test wallets. */
import { networks, payments, Psbt, Transaction } from "bitcoinjs-lib";
import type { Branch } from "../../firmware/bitcoin/index.ts";
import { elementOf } from "./expect-value.ts";
import { HOT, hintsOf, placeOf, type TestWallet } from "./wallet-fixture.ts";

/** A coin to spend. */
export interface DraftCoin {
  readonly wallet: TestWallet;
  readonly branch: Branch;
  readonly index: number;
  readonly amountSats: number;
  /** Leaves the previous transaction out. */
  readonly lacksPrevious?: boolean;
}

/** An output to pay: to anyone, or to a place of a wallet with hints that say so. */
export type DraftOutput = { readonly script: Uint8Array; readonly amountSats: number } | DraftCoin;

/** What to build. */
export interface Draft {
  readonly coins: readonly DraftCoin[];
  readonly outputs: readonly DraftOutput[];
  readonly version?: number;
  readonly lockTime?: number;
}

/** A transaction, with a witness, whose output 1 is the coin. */
export const fundingOf = (coin: DraftCoin, salt: number): Transaction => {
  const transaction = new Transaction();
  transaction.version = 2;
  transaction.addInput(new Uint8Array(32).fill(1 + (salt % 250)), salt, 0xfffffffe);
  transaction.setWitness(0, [new Uint8Array(71).fill(salt % 256), new Uint8Array(33)]);
  transaction.addOutput(Uint8Array.of(0x6a), 0n);
  const { scriptPubKey } = placeOf(coin.wallet, coin.branch, coin.index);
  transaction.addOutput(scriptPubKey, BigInt(coin.amountSats));
  return transaction;
};

/** A P2WPKH script of somebody else. */
export const STRANGER_SCRIPT = Uint8Array.fromHex("0014751e76e8199196d454941c45d1b3a323f1433bd6");

/** The stranger's address on regtest. */
export const STRANGER_ADDRESS: string =
  payments.p2wpkh({ output: STRANGER_SCRIPT, network: networks.regtest }).address ?? "";

const addOutput = (psbt: Psbt, output: DraftOutput): void => {
  const value = BigInt(output.amountSats);
  if ("script" in output) {
    psbt.addOutput({ script: output.script, value });
    return;
  }
  const { wallet, branch, index } = output;
  const { scriptPubKey, witnessScript } = placeOf(wallet, branch, index);
  const bip32Derivation = hintsOf(wallet, branch, index);
  psbt.addOutput({ script: scriptPubKey, value, witnessScript, bip32Derivation });
};

/** Builds a PSBT with all that BIP-174 lets an updater know. */
export const buildPsbt = (draft: Draft): Psbt => {
  const psbt = new Psbt({ network: networks.regtest, maximumFeeRate: 1e9 });
  psbt.setVersion(draft.version ?? 2);
  psbt.setLocktime(draft.lockTime ?? 0);
  for (const [salt, coin] of draft.coins.entries()) {
    const funding = fundingOf(coin, salt);
    const { scriptPubKey, witnessScript } = placeOf(coin.wallet, coin.branch, coin.index);
    psbt.addInput({
      hash: funding.getId(),
      index: 1,
      sequence: 0xfffffffd - salt,
      ...(coin.lacksPrevious === true ? {} : { nonWitnessUtxo: funding.toBuffer() }),
      witnessUtxo: { script: scriptPubKey, value: BigInt(coin.amountSats) },
      witnessScript,
      bip32Derivation: hintsOf(coin.wallet, coin.branch, coin.index),
    });
  }
  for (const output of draft.outputs) addOutput(psbt, output);
  return psbt;
};

/** The unsigned transaction inside a PSBT of bitcoinjs-lib. */
export const unsignedOf = (psbt: Psbt): Transaction =>
  Transaction.fromBuffer(psbt.data.globalMap.unsignedTx.toBuffer());

/** The map of one input of a PSBT, to be tampered with. */
export const inputMap = (psbt: Psbt, index = 0) => elementOf(psbt.data.inputs, index);

/** The map of one output of a PSBT, to be tampered with. */
export const outputMap = (psbt: Psbt, index: number) => elementOf(psbt.data.outputs, index);

/** One coin of 1,000,000 satoshis, a payment and change. */
export const SMALL: Uint8Array = buildPsbt({
  coins: [{ wallet: HOT, branch: 0, index: 5, amountSats: 1_000_000 }],
  outputs: [
    { script: STRANGER_SCRIPT, amountSats: 500_000 },
    { wallet: HOT, branch: 1, index: 8, amountSats: 400_000 },
  ],
}).toBuffer();
