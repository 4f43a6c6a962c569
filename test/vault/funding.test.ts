import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { Transaction } from "@scure/btc-signer";
import { madeUpCoins } from "../../host/vault/index.ts";
import { at, randomSigners, walletOf } from "./three-keys.ts";

const wallet = walletOf(randomSigners(3));
const amountsSats = [1, 330, 50_000, 2_100_000_000_000_000, 77, 78];

describe("madeUpCoins", () => {
  const coins = madeUpCoins({ wallet, amountsSats, seedLabel: "one" });

  test("pay the wallet's receiving addresses in transactions that another library reads", () => {
    for (const [index, coin] of coins.entries()) {
      const transaction = Transaction.fromRaw(hex.decode(coin.previousTxHex), {
        allowUnknownOutputs: true,
      });
      const { amount, script } = transaction.getOutput(coin.vout);
      expect(coin).toMatchObject({ branch: 0, index, amountSats: at(amountsSats, index) });
      expect(amount).toBe(BigInt(coin.amountSats));
      expect(script).toEqual(wallet.address({ branch: 0, index }).scriptPubKey);
      expect(transaction.inputsLength).toBe(1);
    }
    expect(coins.map(({ vout }) => vout)).toEqual([0, 1, 0, 0, 1, 0]);
  });

  test("are the same for the same label and others for another", () => {
    expect(madeUpCoins({ wallet, amountsSats, seedLabel: "one" })).toEqual(coins);
    const others = madeUpCoins({ wallet, amountsSats, seedLabel: "two" });
    const all = [...coins, ...others].map(({ previousTxHex }) => previousTxHex);
    expect(new Set(all).size).toBe(all.length);
  });

  test("are refused for amounts that are none and for mainnet", () => {
    for (const amount of [0, -1, 0.5, Number.NaN, 21e14 + 1])
      expect(() => madeUpCoins({ wallet, amountsSats: [amount], seedLabel: "" })).toThrow(
        "broken invariant",
      );
    const mainnet = { ...wallet, network: "mainnet" } as const;
    expect(() => madeUpCoins({ wallet: mainnet, amountsSats, seedLabel: "" })).toThrow(
      "no coins are made up for mainnet",
    );
  });
});
