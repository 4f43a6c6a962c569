/** What the vault's combiner makes of every kind of coin, before btcd's script engine (Go). */
import { expect, test } from "bun:test";
import { hex } from "@scure/base";
import { Transaction as OtherTransaction } from "@scure/btc-signer";
import { Psbt, script, Transaction } from "bitcoinjs-lib";
import { type Combiner, readPsbt, uploadForm } from "../../host/vault/index.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import { psbtByBitcoinjs, signByBitcoinjs, signedIn } from "../vault/by-bitcoinjs.ts";
import { coinOf, KINDS, type LockedCoin } from "../vault/locked-coins.ts";
import { at, unwrap } from "../vault/three-keys.ts";
import { createRandom, SEED } from "../protocol/random.ts";
import { KINDS as WALLET_KINDS, randomWallet } from "../vault/random-wallets.ts";
import { randomPsbt, type RandomPsbt, signAll } from "../vault/wallet-psbt.ts";
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
  coins.map(({ previous, vout, amountSats, script: scriptPubKey }) => ({
    txid: previous.getId(),
    vout,
    amountSats: Number(amountSats),
    scriptHex: hex.encode(scriptPubKey),
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

/** What every holder signed of an input, by the key that it is in the field's name. */
const recordsIn = (
  { partialSig, tapKeySig, tapScriptSig }: Psbt["data"]["inputs"][number],
  input: number,
): readonly (readonly [publicKey: string, SignatureRecord])[] => {
  const schnorr = (bytes: Uint8Array) => ({
    signature: bytes.slice(0, 64),
    sighash: bytes[64] ?? 0,
  });
  return [
    ...(partialSig ?? []).map(({ pubkey, signature: der }) => {
      const { signature, hashType } = script.signature.decode(der);
      return [hex.encode(pubkey), { input, key: 0, sighash: hashType, signature }] as const;
    }),
    // The key path has a field of its own only where no leaf is signed.
    ...(tapKeySig === undefined || (tapScriptSig ?? []).length > 0
      ? []
      : [["", { input, key: 0, ...schnorr(tapKeySig) }] as const]),
    ...(tapScriptSig ?? []).map(
      ({ pubkey, signature }) =>
        [hex.encode(pubkey), { input, key: 0, leaf: 0, ...schnorr(signature) }] as const,
    ),
  ];
};

/** Signed on the upload form by everybody, by @scure/btc-signer, and merged into the PSBT. */
const combineAll = (
  { psbt, coins }: RandomPsbt,
  signers: ReturnType<typeof randomWallet>["signers"],
): Combiner => {
  const theirs = OtherTransaction.fromPSBT(uploadForm(Uint8Array.from(psbt.toBuffer())));
  for (const [input, { address }] of coins.entries()) signAll(theirs, input, address, signers);
  const combiner = unwrap(readPsbt(psbt.toBuffer()));
  for (const [input, fields] of Psbt.fromBuffer(theirs.toPSBT(0)).data.inputs.entries())
    for (const [publicKey, record] of recordsIn(fields, input)) {
      const { publicKeys } = at(coins, input).address;
      const own = publicKeys.find((one) => hex.encode(one.publicKey).endsWith(publicKey));
      unwrap(combiner.add(own?.fingerprint ?? "", [record]));
    }
  return combiner;
};

test.skipIf(isGoMissing)(
  "btcd's script engine (Go) accepts spends of random wallets that every holder signed",
  async () => {
    const random = createRandom(SEED);
    for (const kind of [...WALLET_KINDS, "tr", "tr", "tr"] as const) {
      const { wallet, signers } = randomWallet(random, kind);
      const spend = randomPsbt(random, wallet, { inputs: 3 });
      const { txHex } = unwrap(combineAll(spend, signers).finalise());
      const { ins } = Transaction.fromHex(txHex);
      const prevouts = spend.coins.map(({ address, amountSats }, input) => ({
        txid: hex.encode(at(ins, input).hash.toReversed()),
        vout: at(ins, input).index,
        amountSats,
        scriptHex: hex.encode(address.scriptPubKey),
      }));
      const verdict = await runScriptEngine({ txHex, prevouts });
      expect([wallet.policy.template, verdict]).toEqual([wallet.policy.template, { ok: true }]);
    }
  },
  TIMEOUT_MS,
);
