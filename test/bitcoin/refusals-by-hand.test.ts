import { describe, expect, test } from "bun:test";
import type { Psbt, Transaction } from "bitcoinjs-lib";
import { review } from "../../firmware/bitcoin/index.ts";
import { DRAFT } from "./attacked-draft.ts";
import { elementOf } from "./expect-value.ts";
import { buildPsbt, inputMap, unsignedOf } from "./psbt-fixture.ts";
import { COLD, CONTEXT, FOREIGN, HOT } from "./wallet-fixture.ts";

/** Replaces the unsigned transaction of a PSBT, which bitcoinjs-lib would not write so. */
const withTransaction = (psbt: Psbt, transaction: Transaction): Uint8Array => {
  const bytes = transaction.toBuffer();
  psbt.data.globalMap.unsignedTx.toBuffer = () => bytes;
  return psbt.toBuffer();
};

describe("transactions that no library writes", () => {
  test("the same coin twice: input_repeated", () => {
    const psbt = buildPsbt(DRAFT);
    const transaction = unsignedOf(psbt);
    const [first, second] = [elementOf(transaction.ins, 0), elementOf(transaction.ins, 1)];
    second.hash = first.hash;
    second.index = first.index;
    const bytes = withTransaction(psbt, transaction);
    expect(review(bytes, [HOT.registered], undefined, CONTEXT)).toEqual({
      ok: false,
      error: "input_repeated",
      details: { input: 1 },
    });
  });

  test("an output number that the previous transaction lacks", () => {
    const psbt = buildPsbt(DRAFT);
    const transaction = unsignedOf(psbt);
    elementOf(transaction.ins, 0).index = 2;
    const bytes = withTransaction(psbt, transaction);
    expect(review(bytes, [HOT.registered], HOT.registered.id, CONTEXT)).toEqual({
      ok: false,
      error: "previous_transaction_mismatch",
      details: { input: 0 },
    });
  });

  test("the previous transaction's other output: input_foreign", () => {
    const psbt = buildPsbt(DRAFT);
    const transaction = unsignedOf(psbt);
    elementOf(transaction.ins, 0).index = 0;
    delete inputMap(psbt).witnessUtxo;
    // With a script that this output does not commit to, it is not read.
    const claiming = withTransaction(psbt, transaction);
    expect(review(claiming, [HOT.registered], HOT.registered.id, CONTEXT)).toEqual({
      ok: false,
      error: "script_mismatch",
      details: { input: 0 },
    });
    delete inputMap(psbt).witnessScript;
    const bytes = withTransaction(psbt, transaction);
    expect(review(bytes, [HOT.registered], HOT.registered.id, CONTEXT)).toEqual({
      ok: false,
      error: "input_foreign",
      details: { input: 0 },
    });
  });
});

describe("a wallet that is named", () => {
  const bytes = buildPsbt(DRAFT).toBuffer();
  const wallets = [HOT.registered, COLD.registered];
  test("must be registered: wallet_unknown", () => {
    const unknown = { ok: false, error: "wallet_unknown" } as const;
    expect(review(bytes, wallets, FOREIGN.registered.id, CONTEXT)).toEqual(unknown);
    expect(review(bytes, wallets, new Uint8Array(), CONTEXT)).toEqual(unknown);
    expect(review(bytes, [], HOT.registered.id, CONTEXT)).toEqual(unknown);
  });
  test("must own the inputs: input_foreign", () => {
    expect(review(bytes, wallets, COLD.registered.id, CONTEXT)).toEqual({
      ok: false,
      error: "input_foreign",
      details: { input: 0 },
    });
  });
});
