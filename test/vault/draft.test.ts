import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { address as addresses } from "bitcoinjs-lib";
import fc from "fast-check";
import { type DraftRequest, draftPsbt, madeUpCoins } from "../../host/vault/index.ts";
import type { Payment } from "../../host/withdrawal.ts";
import { at, coinAmounts, printedSeed, randomSigners, unwrap, walletOf } from "./three-keys.ts";

const wallet = walletOf(randomSigners(3));
const change = { branch: 1, index: 3 } as const;
const payee = (index: number): string => walletOf(at(payees, index), 1).address(change).address;
const payees = [randomSigners(2), randomSigners(2)];
const pay = (...amountsSats: readonly number[]): readonly Payment[] =>
  amountsSats.map((amountSats, index) => ({ address: payee(index % 2), amountSats }));
const coinsOf = (...amountsSats: readonly number[]) =>
  madeUpCoins({ wallet, amountsSats, seedLabel: "draft" });
const request = (more: Partial<DraftRequest>): DraftRequest => ({
  wallet,
  coins: coinsOf(100_000, 200_000, 300_000),
  payments: pay(150_000),
  change,
  feeRate: 10,
  ...more,
});

describe("draftPsbt", () => {
  test("takes coins in their order until payments and fee are covered", () => {
    const draft = unwrap(draftPsbt(request({})));
    expect(draft.prevouts.map(({ path }) => path)).toEqual(["0/0", "0/1"]);
    expect(draft.psbt.inputCount).toBe(2);
    expect(draft.changeSats).toBe(300_000 - 150_000 - draft.feeSats);
    expect(draft.feeSats).toBe(draft.vsize * 10);
    expect(draft.changeVout).toBe(1);
  });

  test("is version 2, replaceable, without lock time, payments first and change last", () => {
    const { psbt } = unwrap(draftPsbt(request({ payments: pay(1_000, 2_000, 3_000) })));
    expect([psbt.version, psbt.locktime]).toEqual([2, 0]);
    expect(psbt.txInputs.map(({ sequence }) => sequence)).toEqual([0xffff_fffd]);
    const expected = [payee(0), payee(1), payee(0), wallet.address(change).address];
    expect(psbt.txOutputs.map(({ address }) => address)).toEqual(expected);
  });

  test("gives each input and the change all that a signer checks", () => {
    const coins = coinsOf(100_000, 200_000, 300_000);
    const { psbt, prevouts, changeVout } = unwrap(draftPsbt(request({ coins })));
    for (const [index, input] of psbt.data.inputs.entries()) {
      const owner = wallet.address(at(coins, index));
      expect(hex.encode(input.nonWitnessUtxo ?? new Uint8Array())).toBe(
        at(coins, index).previousTxHex,
      );
      const value = BigInt(at(coins, index).amountSats);
      expect(input.witnessUtxo).toEqual({ script: owner.scriptPubKey, value });
      expect(input.witnessScript).toEqual(owner.witnessScript);
      expect(input.bip32Derivation?.map(({ path }) => path)).toEqual(
        owner.publicKeys.map(({ path }) => path),
      );
      expect(at(prevouts, index)).toMatchObject({
        amountSats: at(coins, index).amountSats,
        vout: at(coins, index).vout,
        scriptHex: hex.encode(owner.scriptPubKey),
      });
    }
    const [output] = psbt.data.outputs.slice(changeVout);
    expect(output?.witnessScript).toEqual(wallet.address(change).witnessScript);
    expect(output?.bip32Derivation?.length).toBe(3);
  });

  test("gives the same bytes for the same request", () => {
    const drafts = [1, 2].map(() => unwrap(draftPsbt(request({}))).psbt.toBase64());
    expect(at(drafts, 0)).toBe(at(drafts, 1));
  });

  test("takes at least minimumInputs coins, if there are so many", () => {
    const inputsOf = (minimumInputs: number): number =>
      unwrap(draftPsbt(request({ minimumInputs }))).psbt.inputCount;
    expect([0, 1, 2, 3, 99].map(inputsOf)).toEqual([2, 2, 2, 3, 3]);
  });

  test("leaves change below 330 sat to the fee, and pays 330 out", () => {
    const feeSats = unwrap(draftPsbt(request({}))).feeSats;
    const drafted = (restSats: number) =>
      unwrap(draftPsbt(request({ payments: pay(300_000 - feeSats - restSats), feeRate: 10 })));
    expect(drafted(330)).toMatchObject({ changeSats: 330, changeVout: 1, feeSats });
    const dust = drafted(329);
    expect(dust).toMatchObject({ changeSats: 0, feeSats: feeSats + 329 });
    expect(dust.changeVout).toBeUndefined();
    expect(dust.psbt.txOutputs.length).toBe(1);
  });

  test("needs the last satoshi and says how many are missing", () => {
    const bare = unwrap(draftPsbt(request({ coins: coinsOf(150_000 + 5_000) })));
    const exactSats = bare.vsize * 10;
    const drafted = (amountSats: number) => draftPsbt(request({ coins: coinsOf(amountSats) }));
    expect(bare.changeVout).toBe(1);
    const withoutChangeSats = exactSats - 43 * 10;
    expect(unwrap(drafted(150_000 + withoutChangeSats))).toMatchObject({
      feeSats: withoutChangeSats,
      changeSats: 0,
    });
    expect(drafted(150_000 + withoutChangeSats - 7)).toEqual({
      ok: false,
      error: "funds_insufficient",
      details: { missingSats: 7 },
    });
    expect(draftPsbt(request({ coins: [] }))).toMatchObject({ error: "funds_insufficient" });
  });

  test("loses no satoshi: inputs = payments + change + fee", () => {
    const payments = fc.array(fc.integer({ min: 330, max: 5_000_000_000 }), {
      minLength: 1,
      maxLength: 4,
    });
    const feeRate = fc.double({ min: 0.1, max: 5_000, noNaN: true });
    let drafts = 0;
    fc.assert(
      fc.property(coinAmounts, payments, feeRate, (amounts, paid, rate) => {
        const coins = coinsOf(...amounts);
        const draft = draftPsbt(request({ coins, payments: pay(...paid), feeRate: rate }));
        if (!draft.ok) {
          expect(draft.error).toBe("funds_insufficient");
          return;
        }
        drafts += 1;
        const { prevouts, psbt, feeSats, changeSats, changeVout, vsize } = draft.value;
        const inSats = prevouts.reduce((sum, { amountSats }) => sum + amountSats, 0);
        const paidSats = paid.reduce((sum, amountSats) => sum + amountSats, 0);
        const outSats = psbt.txOutputs.reduce((sum, { value }) => sum + Number(value), 0);
        expect(inSats).toBe(paidSats + changeSats + feeSats);
        expect(outSats).toBe(paidSats + changeSats);
        expect(feeSats).toBeGreaterThanOrEqual(Math.ceil(vsize * rate));
        expect(changeVout).toBe(changeSats === 0 ? undefined : paid.length);
        expect(changeSats === 0 || changeSats >= 330).toBeTrue();
      }),
      { numRuns: 200, ...printedSeed("amounts are conserved") },
    );
    expect(drafts).toBeGreaterThan(0);
  });
});

describe("draftPsbt refuses", () => {
  const coins = coinsOf(100_000, 200_000);
  const [first, second] = [at(coins, 0), at(coins, 1)];
  const foreign = walletOf(randomSigners(3));
  const theirs = at(madeUpCoins({ wallet: foreign, amountsSats: [1], seedLabel: "draft" }), 0);
  const huge = coinsOf(21e14, 21e14);
  const address = payee(0);
  const mainnet = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
  const legacy = "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn";

  test.each<[string, Partial<DraftRequest>, string]>([
    ["a fee rate of zero", { feeRate: 0 }, "arguments_invalid"],
    ["a fee rate that is none", { feeRate: Number.NaN }, "arguments_invalid"],
    ["a fee rate above the limit", { feeRate: 5_001 }, "arguments_invalid"],
    ["a change path out of range", { change: { branch: 1, index: 2 ** 31 } }, "index_out_of_range"],
    ["no payment", { payments: [] }, "nothing_to_pay"],
    [
      "a payment to no address",
      { payments: [{ address: "x", amountSats: 1000 }] },
      "request_malformed",
    ],
    [
      "another network's address",
      { payments: [{ address: mainnet, amountSats: 1000 }] },
      "request_malformed",
    ],
    ["dust to P2WSH", { payments: [{ address, amountSats: 329 }] }, "request_malformed"],
    ["dust to P2PKH", { payments: [{ address: legacy, amountSats: 545 }] }, "request_malformed"],
    ["half a satoshi", { payments: [{ address, amountSats: 1000.5 }] }, "request_malformed"],
    [
      "a payment of no amount",
      { payments: [{ address, amountSats: Number.NaN }] },
      "request_malformed",
    ],
    ["a payment above 21 million", { payments: pay(21e14 + 1) }, "amount_out_of_range"],
    ["payments above 21 million together", { payments: pay(21e14, 330) }, "amount_out_of_range"],
    ["coins above 21 million together", { coins: huge, minimumInputs: 2 }, "amount_out_of_range"],
    ["a coin twice", { coins: [first, first] }, "input_repeated"],
    ["a coin of another wallet", { coins: [theirs] }, "amount_mismatch"],
    ["a coin at another address", { coins: [{ ...first, index: 1 }] }, "amount_mismatch"],
    ["a coin of another amount", { coins: [{ ...first, amountSats: 100_001 }] }, "amount_mismatch"],
    ["a coin of no amount", { coins: [{ ...first, amountSats: 0 }] }, "amount_out_of_range"],
    ["a coin out of range", { coins: [{ ...first, index: -1 }] }, "index_out_of_range"],
    ["no such output", { coins: [{ ...first, vout: 9 }] }, "previous_transaction_mismatch"],
    [
      "no transaction",
      { coins: [{ ...first, previousTxHex: "00" }] },
      "previous_transaction_mismatch",
    ],
    ["no hex", { coins: [{ ...second, previousTxHex: "zz" }] }, "previous_transaction_mismatch"],
    [
      "a P2PKH address of another network",
      { payments: [{ address: "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", amountSats: 1000 }] },
      "request_malformed",
    ],
    ["too many inputs for the weight", { maximumWeight: 1_000 }, "too_many_inputs"],
  ])("%s", (_, more, error) => {
    expect(draftPsbt(request(more))).toMatchObject({ ok: false, error });
  });

  test("a witness version that has no rules yet", () => {
    const version2 = addresses.toBech32(new Uint8Array(32).fill(7), 2, "bcrt");
    const drafted = draftPsbt(request({ payments: [{ address: version2, amountSats: 1_000 }] }));
    expect(drafted).toMatchObject({ error: "request_malformed", details: { payment: 0 } });
  });

  test("a large transaction by its weight, unless that is asked for", () => {
    const many = { coins: coinsOf(...Array.from({ length: 1_000 }, () => 1_000)), feeRate: 0.1 };
    const drafted = { ...many, payments: pay(970_000) };
    const refused = draftPsbt(request(drafted));
    expect(refused.ok || refused.error).toBe("too_many_inputs");
    const draft = unwrap(draftPsbt(request({ ...drafted, maximumWeight: 500_000 })));
    expect(draft.vsize).toBeGreaterThan(100_000);
  });

  test("no P2PKH, P2SH, P2WPKH, P2WSH or Taproot address", () => {
    const taproot = "bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6";
    const witness = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    const nested = "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc";
    const payments = [legacy, nested, taproot, witness, address].map((to) => ({
      address: to,
      amountSats: 1_000,
    }));
    const { psbt } = unwrap(draftPsbt(request({ payments })));
    expect(psbt.txOutputs.slice(0, 5).map((output) => output.address)).toEqual(
      payments.map((payment) => payment.address),
    );
  });
});
