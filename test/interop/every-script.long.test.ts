/** What the vault's combiner makes of every kind of coin, before btcd's script engine (Go). */
import { expect, test } from "bun:test";
import { hex } from "@scure/base";
import { Transaction } from "bitcoinjs-lib";
import { type Combiner, readPsbt } from "../../host/vault/index.ts";
import { psbtByBitcoinjs, signByBitcoinjs, signedIn } from "../vault/by-bitcoinjs.ts";
import { coinOf, KINDS, type LockedCoin } from "../vault/locked-coins.ts";
import { at, unwrap } from "../vault/three-keys.ts";
import { isGoMissing, runScriptEngine } from "./script-engine.ts";

const TIMEOUT_MS = 300_000;
const TYPES = [undefined, 1, 2, 3, 0x81, 0x82, 0x83];

/** Every kind of coin, asking for that type; 2 of 3 keys where there may be several. */
const coinsOf = (sighash: number | undefined): readonly LockedCoin[] =>
  KINDS.map((kind, index) =>
    coinOf({ kind, index, keys: 3, threshold: 2, isSorted: index % 2 === 0, sighash }),
  );

const combine = (coins: readonly LockedCoin[], from: number): Combiner => {
  const psbt = psbtByBitcoinjs(coins);
  const combiner = unwrap(readPsbt(psbt.toBuffer()));
  for (const [input, fields] of signByBitcoinjs(psbt, coins, from).data.inputs.entries())
    for (const { fingerprint, record } of signedIn(fields, at(coins, input), input))
      unwrap(combiner.add(fingerprint, [record]));
  return combiner;
};

const prevoutsOf = (coins: readonly LockedCoin[]) =>
  coins.map(({ previous, vout, amountSats, script }) => ({
    txid: previous.getId(),
    vout,
    amountSats: Number(amountSats),
    scriptHex: hex.encode(script),
  }));

test.skipIf(isGoMissing)(
  "btcd's script engine (Go) accepts every kind of coin with every sighash type",
  async () => {
    for (const [from, sighash] of TYPES.entries()) {
      // SIGHASH_SINGLE has an output for as many inputs as there are outputs.
      const coins = coinsOf(sighash);
      const parts = [coins.slice(0, 5), coins.slice(5)];
      for (const part of parts) {
        const { txHex } = unwrap(combine(part, from).finalise());
        const verdict = await runScriptEngine({ txHex, prevouts: prevoutsOf(part) });
        expect([sighash, verdict]).toEqual([sighash, { ok: true }]);
      }
    }
  },
  TIMEOUT_MS,
);

test.skipIf(isGoMissing)(
  "btcd's script engine (Go) refuses a signature less, by the input it is missing from",
  async () => {
    const coins = coinsOf(undefined).slice(5);
    const whole = Transaction.fromHex(unwrap(combine(coins, 0).finalise()).txHex);
    for (const input of coins.keys()) {
      const changed = whole.clone();
      changed.setWitness(input, (changed.ins[input]?.witness ?? []).slice(1));
      const verdict = await runScriptEngine({
        txHex: changed.toHex(),
        prevouts: prevoutsOf(coins),
      });
      expect(verdict).toMatchObject({ ok: false, input });
    }
  },
  TIMEOUT_MS,
);
