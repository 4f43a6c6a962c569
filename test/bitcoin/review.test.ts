import { describe, expect, test } from "bun:test";
import { sha256 } from "@noble/hashes/sha2.js";
import { NETWORK, Transaction as ScureTransaction } from "@scure/btc-signer";
import fc from "fast-check";
import { Transaction } from "bitcoinjs-lib";
import {
  BITCOIN_LIMITS,
  formatAddress,
  formatAmount,
  ownKey,
  parsePsbt,
  type Review,
  review,
  reviewSteps,
} from "../../firmware/bitcoin/index.ts";
import { finish } from "../../firmware/bitcoin/steps.ts";
import { elementOf, errorOf, seeded, unwrap } from "./expect-value.ts";
import {
  buildPsbt,
  type Draft,
  STRANGER_ADDRESS,
  STRANGER_SCRIPT,
  unsignedOf,
} from "./psbt-fixture.ts";
import { COLD, CONTEXT, FOREIGN, HOT, placeOf } from "./wallet-fixture.ts";

const WALLETS = [COLD.registered, HOT.registered];
const BITCOIN = 100_000_000;

const DRAFT: Draft = {
  coins: [
    { wallet: HOT, branch: 0, index: 5, amountSats: BITCOIN },
    { wallet: HOT, branch: 1, index: 2 ** 31 - 1, amountSats: 50_000 },
  ],
  outputs: [
    { script: STRANGER_SCRIPT, amountSats: 60_000_000 },
    { wallet: HOT, branch: 1, index: 8, amountSats: 30_000_000 },
    { wallet: HOT, branch: 0, index: 9, amountSats: 10_000_000 },
  ],
};

/** What is signed, with copies of what the table has. */
const tasksOf = ({ inputs }: Review) =>
  Array.from(inputs.tasks(), ({ digest, publicKey, ...task }) => ({
    ...task,
    digest: digest.toHex(),
    publicKey: publicKey.toHex(),
  }));

const drafts: fc.Arbitrary<Draft> = fc
  .record({
    coins: fc.array(
      fc.record({
        branch: fc.constantFrom(0 as const, 1 as const),
        index: fc.nat(2 ** 31 - 1),
        amountSats: fc.integer({ min: 1_000, max: 20_000_000_000_000 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    ahead: fc.nat(BITCOIN_LIMITS.changeReach),
    version: fc.constantFrom(1, 2),
    lockTime: fc.nat(2 ** 31 - 1),
  })
  .map(({ coins, share, ahead, version, lockTime }) => {
    const highest = Math.max(...coins.map(({ index }) => index));
    const changeIndex = Math.min(highest + ahead, 2 ** 31 - 1);
    const total = coins.reduce((sum, coin) => sum + coin.amountSats, 0);
    const paid = Math.floor(total * share);
    return {
      coins: coins.map((coin) => ({ ...coin, wallet: HOT })),
      outputs: [
        { script: STRANGER_SCRIPT, amountSats: paid },
        { wallet: HOT, branch: 1 as const, index: changeIndex, amountSats: total - paid },
      ],
      version,
      lockTime,
    };
  });

describe("BIP-143 digests of a reviewed PSBT", () => {
  test("are bitcoinjs-lib's", () => {
    const claim = (draft: Draft) => {
      const psbt = buildPsbt(draft);
      const read = unwrap(parsePsbt(psbt.toBuffer(), CONTEXT));
      const amounts = [...read.inputs.amounts()];
      const reviewed = unwrap(finish(reviewSteps(read, WALLETS, HOT.registered.id, CONTEXT)));
      const tasks = tasksOf(reviewed);
      const unsigned = unsignedOf(psbt);
      expect(reviewed.txid.toHex()).toBe(unsigned.getHash().toHex());
      for (const [index, coin] of draft.coins.entries()) {
        const { witnessScript, publicKeys } = placeOf(HOT, coin.branch, coin.index);
        const amount = BigInt(coin.amountSats);
        const digest = unsigned.hashForWitnessV0(
          index,
          witnessScript,
          amount,
          Transaction.SIGHASH_ALL,
        );
        const task = elementOf(tasks, index);
        expect(task.digest).toBe(digest.toHex());
        expect(task.publicKey).toBe(elementOf(publicKeys, 0).toHex());
        expect(amounts[index]).toBe(coin.amountSats);
        expect([task.child, task.index]).toEqual([coin.branch, coin.index]);
        expect([task.input, task.key, task.sighash, task.scheme]).toEqual([index, 0, 1, "ecdsa"]);
      }
      expect(reviewed.feeSats).toBe(0);
    };
    fc.assert(fc.property(drafts, claim), seeded("digests, bitcoinjs-lib", 25));
  });

  test("are @scure/btc-signer's, of a PSBT that it wrote", () => {
    const claim = (draft: Draft) => {
      const theirs = ScureTransaction.fromPSBT(buildPsbt(draft).toBuffer());
      const bytes = theirs.toPSBT(0);
      const tasks = tasksOf(unwrap(review(bytes, WALLETS, undefined, CONTEXT)));
      for (const [index, coin] of draft.coins.entries()) {
        const { witnessScript } = placeOf(HOT, coin.branch, coin.index);
        const digest = theirs.preimageWitnessV0(index, witnessScript, 1, BigInt(coin.amountSats));
        expect(elementOf(tasks, index).digest).toBe(digest.toHex());
      }
    };
    fc.assert(fc.property(drafts, claim), seeded("digests, @scure/btc-signer", 15));
  });

  test("hold for a PSBT built from nothing by @scure/btc-signer", () => {
    const place = placeOf(HOT, 0, 77);
    const funding = new ScureTransaction({ allowUnknownOutputs: true });
    funding.addInput({ txid: sha256(Uint8Array.of(1)), index: 3 });
    funding.addOutput({ script: place.scriptPubKey, amount: 12_345n });
    const path = [2 ** 31 + 48, 2 ** 31 + 1, 2 ** 31, 2 ** 31 + 2, 0, 77];
    const [own] = HOT.cosigners;
    const master = own?.master.fingerprint ?? new Uint8Array();
    const fingerprint = new DataView(master.buffer, master.byteOffset).getUint32(0);
    const spend = new ScureTransaction({ allowUnknownOutputs: true });
    spend.addInput({
      txid: funding.id,
      index: 0,
      nonWitnessUtxo: funding.toBytes(true, false),
      witnessScript: place.witnessScript,
      bip32Derivation: [[elementOf(place.publicKeys, 0), { fingerprint, path }]],
    });
    spend.addOutputAddress(STRANGER_ADDRESS, 12_000n, { ...NETWORK, bech32: "bcrt" });
    const reviewed = unwrap(review(spend.toPSBT(0), WALLETS, undefined, CONTEXT));
    const digest = spend.preimageWitnessV0(0, place.witnessScript, 1, 12_345n);
    expect(elementOf(tasksOf(reviewed), 0).digest).toBe(digest.toHex());
    expect(reviewed.feeSats).toBe(345);
  });
});

describe("a review", () => {
  test("shows all that leaves and all that is not change", () => {
    const reviewed = unwrap(review(buildPsbt(DRAFT).toBuffer(), WALLETS, undefined, CONTEXT));
    const self = placeOf(HOT, 0, 9).address;
    expect(reviewed.screens).toEqual([
      {
        kind: "transaction",
        lines: [
          "Spend from",
          "Wallet: Hot wallet",
          "2 inputs",
          "Leaving 0.60050000 BTC",
          "Fee 0.00050000 BTC",
        ],
      },
      {
        kind: "transaction",
        lines: [
          "Pay 1 of 2",
          "0.60000000 BTC",
          "bcrt 1qw5 08d6 qejx",
          "tdg4 y5r3 zarv ary0",
          "c5xw 7kyg t080",
        ],
      },
      {
        kind: "transaction",
        lines: ["To this wallet 2 of 2", "0.10000000 BTC", ...formatAddress(self)],
      },
      // 336 virtual bytes: 209 without signatures, and for each input 63 of its witness.
      { kind: "transaction", lines: ["Fee", "0.00050000 BTC", "about 148.8 sat/vB"] },
    ]);
    expect(formatAddress(self).join("").replaceAll(" ", "")).toBe(self);
  });

  test("says what it reviewed", () => {
    const reviewed = unwrap(review(buildPsbt(DRAFT).toBuffer(), WALLETS, undefined, CONTEXT));
    expect(reviewed.wallet).toBe(HOT.registered);
    expect(reviewed.feeSats).toBe(50_000);
    expect(reviewed.totalInSats).toBe(100_050_000);
    expect(reviewed.outputs).toEqual([
      { index: 0, address: STRANGER_ADDRESS, amountSats: 60_000_000, kind: "payment" },
      {
        index: 1,
        address: placeOf(HOT, 1, 8).address,
        amountSats: 30_000_000,
        kind: "change",
        place: { branch: 1, index: 8 },
      },
      {
        index: 2,
        address: placeOf(HOT, 0, 9).address,
        amountSats: 10_000_000,
        kind: "self",
        place: { branch: 0, index: 9 },
      },
    ]);
    const hardened = [48, 1, 0, 2].map((element) => element + 2 ** 31);
    expect(ownKey(reviewed.wallet).originPath).toEqual(hardened);
    expect(
      tasksOf(reviewed).map(({ input, child, index, key }) => [input, child, index, key]),
    ).toEqual([
      [0, 0, 5, 0],
      [1, 1, 2 ** 31 - 1, 0],
    ]);
    const { tasks: _tasks, ...inputs } = reviewed.inputs;
    expect(inputs).toEqual({
      own: 2,
      ownSats: 100_050_000,
      foreign: 0,
      foreignSats: 0,
      highestIndex: 2 ** 31 - 1,
      lowestIndex: 5,
      areOutputsFixed: true,
      looseSats: 0,
      unproved: 0,
      sighashes: new Map(),
    });
    expect(reviewed.changeSats).toBe(30_000_000);
    expect(reviewed.leavingSats).toBe(60_050_000);
    expect(reviewed.feeRate).toBeCloseTo(50_000 / 336, 5);
  });

  test("takes an output without hints for a payment, even to the wallet's own change", () => {
    const { scriptPubKey } = placeOf(HOT, 1, 3);
    const outputs = [{ script: scriptPubKey, amountSats: 99_000_000 }];
    const bytes = buildPsbt({ ...DRAFT, outputs }).toBuffer();
    const reviewed = unwrap(review(bytes, WALLETS, undefined, CONTEXT));
    expect(elementOf(reviewed.outputs, 0).kind).toBe("payment");
    expect(reviewed.screens).toHaveLength(3);
  });

  test("takes another wallet of the device for another wallet", () => {
    const coins = [{ wallet: COLD, branch: 0 as const, index: 1, amountSats: 100_000 }];
    const outputs = [{ script: placeOf(HOT, 0, 1).scriptPubKey, amountSats: 90_000 }];
    const bytes = buildPsbt({ coins, outputs }).toBuffer();
    expect(unwrap(review(bytes, WALLETS, undefined, CONTEXT)).wallet).toBe(COLD.registered);
    const named = review(bytes, WALLETS, HOT.registered.id, CONTEXT);
    expect(named).toEqual({ ok: false, error: "input_foreign", details: { input: 0 } });
  });

  test("does without what it can derive: witness UTXO, witness script, others' hints", () => {
    const psbt = buildPsbt(DRAFT);
    for (const input of psbt.data.inputs) {
      delete input.witnessUtxo;
      delete input.witnessScript;
      input.bip32Derivation = input.bip32Derivation?.slice(0, 1) ?? [];
      input.sighashType = 1;
    }
    expect(errorOf(review(psbt.toBuffer(), WALLETS, undefined, CONTEXT))).toBe("not refused");
  });

  test("of a wallet nobody registered finds none", () => {
    const coins = [{ wallet: FOREIGN, branch: 0 as const, index: 1, amountSats: 100_000 }];
    const bytes = buildPsbt({ ...DRAFT, coins }).toBuffer();
    expect(errorOf(review(bytes, WALLETS, undefined, CONTEXT))).toBe("wallet_unknown");
    expect(errorOf(review(bytes, [], undefined, CONTEXT))).toBe("wallet_unknown");
  });
});

test("amounts have eight decimals", () => {
  expect(formatAmount(0)).toBe("0.00000000 BTC");
  expect(formatAmount(1)).toBe("0.00000001 BTC");
  expect(formatAmount(2_099_999_997_690_000)).toBe("20999999.97690000 BTC");
});
