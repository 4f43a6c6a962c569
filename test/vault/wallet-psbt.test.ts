/** PSBTs of every kind of wallet: other people's signer finds in them all that it needs. */
import { describe, expect, test } from "bun:test";
import * as curve from "@bitcoinerlab/secp256k1";
import { Transaction as OtherTransaction } from "@scure/btc-signer";
import { Psbt, Transaction } from "bitcoinjs-lib";
import { inputWeight } from "../../host/vault/draft-input-size.ts";
import { transactionWeight } from "../../host/vault/draft-size.ts";
import { NETWORKS } from "../../host/vault/wallet-curve.ts";
import { createRandom, SEED } from "../protocol/random.ts";
import { KINDS, randomWallet } from "./random-wallets.ts";
import { at } from "./three-keys.ts";
import { randomPsbt, signAll } from "./wallet-psbt.ts";

const ROUNDS = 5;

const isSigned = (publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean =>
  publicKey.length === 32
    ? curve.verifySchnorr(digest, publicKey, signature)
    : curve.verify(digest, publicKey, signature);

describe("a random PSBT", () => {
  test.each(KINDS)("of %s is signed by @scure/btc-signer, and bitcoinjs-lib agrees", (kind) => {
    const random = createRandom(SEED);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { wallet, signers } = randomWallet(random, kind);
      const { psbt, coins, feeSats } = randomPsbt(random, wallet, { inputs: 1 + random.below(4) });
      const theirs = OtherTransaction.fromPSBT(psbt.toBuffer());
      expect(theirs.fee).toBe(BigInt(feeSats));
      for (const [input, { address }] of coins.entries()) signAll(theirs, input, address, signers);
      const signed = Psbt.fromBuffer(theirs.toPSBT(), { network: NETWORKS.regtest });
      expect(signed.validateSignaturesOfAllInputs(isSigned)).toBeTrue();
      theirs.finalize();
      const final = Transaction.fromBuffer(Buffer.from(theirs.extract()));
      const scripts = final.outs.map(({ script }) => script.length);
      const { address } = at(coins, 0);
      const each = inputWeight(address, wallet.threshold);
      const hasWitness = kind !== "pkh" && kind !== "sh";
      const estimate = transactionWeight(coins.length, each, scripts, hasWitness);
      expect(final.weight()).toBeLessThanOrEqual(estimate);
      // A tree may be spent by less than its largest leaf.
      if ((address.taproot?.leaves ?? []).length > 0) continue;
      const slack = coins.length * (4 * 3 * wallet.threshold + 8);
      expect(final.weight()).toBeGreaterThanOrEqual(estimate - slack);
    }
  });

  test("is the same for the same seed, and has change now and then", () => {
    const make = () => {
      const random = createRandom(SEED);
      return Array.from({ length: 20 }, () => {
        const { wallet } = randomWallet(random, "wsh");
        return randomPsbt(random, wallet, { inputs: 3 });
      });
    };
    const [first, second] = [make(), make()];
    expect(first.map(({ psbt }) => psbt.toBase64())).toEqual(
      second.map(({ psbt }) => psbt.toBase64()),
    );
    expect(first.some(({ change }) => change.length > 0)).toBeTrue();
    for (const { psbt, change } of first)
      for (const place of change) expect(at(psbt.data.outputs, place).witnessScript).toBeDefined();
  });
});
