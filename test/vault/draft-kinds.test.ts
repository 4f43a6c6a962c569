/** Drafts that spend from every kind of wallet: other people's signer signs, fees as promised. */
import { describe, expect, test } from "bun:test";
import { Transaction as OtherTransaction } from "@scure/btc-signer";
import { draftPsbt, madeUpCoins } from "../../host/vault/index.ts";
import { createRandom, SEED } from "../protocol/random.ts";
import { KINDS, randomWallet } from "./random-wallets.ts";
import { randomSigners, unwrap, walletOf } from "./three-keys.ts";
import { signAll } from "./wallet-psbt.ts";

const FEE_RATE = 7;
const payee = walletOf(randomSigners(2), 1).address({ branch: 0, index: 0 }).address;
const change = { branch: 1, index: 3 } as const;

describe("a draft", () => {
  test.each(KINDS)("of %s is signed, and pays at least its fee rate", (kind) => {
    const random = createRandom(SEED);
    for (let round = 0; round < 4; round += 1) {
      const { wallet, signers } = randomWallet(random, kind);
      const coins = madeUpCoins({ wallet, amountsSats: [70_000, 80_000, 90_000], seedLabel: kind });
      const payments = [{ address: payee, amountSats: 150_000 }];
      const request = { wallet, coins, payments, change, feeRate: FEE_RATE };
      const draft = unwrap(draftPsbt(request));
      const theirs = OtherTransaction.fromPSBT(draft.psbt.toBuffer());
      for (const [input, coin] of coins.slice(0, draft.prevouts.length).entries())
        signAll(theirs, input, wallet.address(coin), signers);
      theirs.finalize();
      expect(theirs.fee).toBe(BigInt(draft.feeSats));
      expect(theirs.vsize).toBeLessThanOrEqual(draft.vsize);
      expect(draft.feeSats).toBeGreaterThanOrEqual(theirs.vsize * FEE_RATE);
      const changeVout = draft.changeVout ?? -1;
      const { script } = theirs.getOutput(changeVout);
      expect(script?.toHex()).toBe(wallet.address(change).scriptPubKey.toHex());
    }
  });

  test.each([
    ["pkh", 546],
    ["wpkh", 294],
    ["sh-wpkh", 540],
    ["sh", 540],
    ["wsh", 330],
    ["sh-wsh", 540],
    ["tr", 330],
  ] as const)("of %s leaves change below %d sat to the fee", (kind, dustSats) => {
    const { wallet } = randomWallet(createRandom(SEED), kind);
    const drafted = (restSats: number, feeSats = 0) => {
      const coins = madeUpCoins({ wallet, amountsSats: [900_000], seedLabel: kind });
      const payments = [{ address: payee, amountSats: 900_000 - feeSats - restSats }];
      return unwrap(draftPsbt({ wallet, coins, payments, change, feeRate: FEE_RATE }));
    };
    const { feeSats } = drafted(800_000);
    expect(drafted(dustSats, feeSats).changeSats).toBe(dustSats);
    expect(drafted(dustSats - 1, feeSats).changeSats).toBe(0);
  });

  test.each(["pkh", "sh"] as const)("of %s has at most 200 inputs", (kind) => {
    const { wallet } = randomWallet(createRandom(SEED), kind);
    const amountsSats = Array.from({ length: 201 }, () => 100_000);
    const coins = madeUpCoins({ wallet, amountsSats, seedLabel: kind });
    const payments = [{ address: payee, amountSats: 1_000 }];
    const request = { wallet, payments, change, feeRate: 1, maximumWeight: 4_000_000 };
    const most = draftPsbt({ ...request, coins: coins.slice(1), minimumInputs: 200 });
    expect(unwrap(most).prevouts.length).toBe(200);
    const more = draftPsbt({ ...request, coins, minimumInputs: 201 });
    expect(more).toMatchObject({ ok: false, error: "too_many_inputs", details: { inputs: 201 } });
  });
});
