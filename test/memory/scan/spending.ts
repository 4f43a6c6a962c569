/** PSBTs of a 2-of-3 wallet with so many inputs, and the digest that each is signed over. */
import { Transaction as ScureTransaction } from "@scure/btc-signer";
import { Transaction } from "bitcoinjs-lib";
import { placeAt } from "../../cli/spending.ts";
import { cosignerOf } from "../../bitcoin/wallet-fixture.ts";

const SIGHASH_ALL = 1;
const COIN_SATS = 60_000n;
const FEE_SATS = 100_000n;
/** P2WPKH of somebody else. */
const STRANGER = Uint8Array.fromHex("0014751e76e8199196d454941c45d1b3a323f1433bd6");

/** The wallet of a device's account key and two other holders. */
export const walletText = (keyText: string) => ({
  name: "Scanned",
  template: "wsh(sortedmulti(2,@0/**,@1/**,@2/**))",
  keys: [keyText, cosignerOf(2).keyText, cosignerOf(3).keyText],
});

const fundingOf = (script: Uint8Array, round: number, index: number): Transaction => {
  const funding = new Transaction();
  funding.addInput(new Uint8Array(32).fill(1 + (round % 250)), index);
  funding.addOutput(script, COIN_SATS);
  return funding;
};

/** A spend of the addresses 0 to `inputs - 1`, and the digest of each input. */
export const spendOf = (keys: readonly string[], inputs: number, round: number) => {
  const transaction = new ScureTransaction();
  const places = Array.from({ length: inputs }, (_, index) => placeAt(keys, 0, index));
  for (const [index, { script, witnessScript, origins }] of places.entries()) {
    const funding = fundingOf(script, round, index);
    transaction.addInput({
      txid: funding.getId(),
      index: 0,
      nonWitnessUtxo: funding.toBuffer(),
      witnessUtxo: { script, amount: COIN_SATS },
      witnessScript,
      bip32Derivation: origins.map(({ fingerprint, pubkey, path }) => [
        pubkey,
        { fingerprint: Number.parseInt(fingerprint, 16), path },
      ]),
    });
  }
  const amount = COIN_SATS * BigInt(inputs) - FEE_SATS;
  transaction.addOutput({ script: STRANGER, amount });
  const digests = places.map(({ witnessScript }, i) =>
    transaction.preimageWitnessV0(i, witnessScript, SIGHASH_ALL, COIN_SATS),
  );
  return { psbt: transaction.toPSBT(0), digests };
};
