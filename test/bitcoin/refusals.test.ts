import { describe, expect, test } from "bun:test";
import type { Psbt } from "bitcoinjs-lib";
import { type ReviewError, review } from "../../firmware/bitcoin/index.ts";
import type { Details } from "../../protocol/errors.ts";
import { CHANGE, COIN, DRAFT, PAYMENT, SECOND } from "./attacked-draft.ts";
import {
  buildPsbt,
  type Draft,
  fundingOf,
  inputMap,
  outputMap,
  STRANGER_SCRIPT,
} from "./psbt-fixture.ts";
import { COLD, CONTEXT, FOREIGN, HOT, hintsOf, ORIGIN, placeOf } from "./wallet-fixture.ts";

/** An attack: how the PSBT is made false, what it must be called, and where. */
interface Attack {
  readonly claim: string;
  readonly error: ReviewError;
  readonly details?: Details;
  readonly draft?: Draft;
  readonly tamper?: (psbt: Psbt) => void;
}

const tamperHints = (
  map: { bip32Derivation?: { masterFingerprint: Uint8Array; path: string; pubkey: Uint8Array }[] },
  path: string,
): void => {
  map.bip32Derivation = (map.bip32Derivation ?? []).map((hint) => ({ ...hint, path }));
};

const INPUT_ATTACKS: readonly Attack[] = [
  {
    claim: "an input without its previous transaction, a witness UTXO notwithstanding",
    error: "previous_transaction_missing",
    details: { input: 1 },
    draft: { ...DRAFT, coins: [COIN, { ...SECOND, lacksPrevious: true }] },
  },
  {
    claim: "the previous transaction of another coin",
    error: "previous_transaction_mismatch",
    details: { input: 0 },
    tamper: (psbt) => {
      inputMap(psbt).nonWitnessUtxo = fundingOf(COIN, 9).toBuffer();
    },
  },
  {
    claim: "a previous transaction whose amount was changed",
    error: "previous_transaction_mismatch",
    details: { input: 0 },
    tamper: (psbt) => {
      const raised = { ...COIN, amountSats: 2_000_000 };
      inputMap(psbt).nonWitnessUtxo = fundingOf(raised, 0).toBuffer();
    },
  },
  {
    claim: "a previous transaction with bytes after its end",
    error: "psbt_malformed",
    details: { input: 0 },
    tamper: (psbt) => {
      const bytes = fundingOf(COIN, 0).toBuffer();
      inputMap(psbt).nonWitnessUtxo = Uint8Array.of(...bytes, 0);
    },
  },
  {
    claim: "a witness UTXO of another amount than the previous transaction's",
    error: "amount_mismatch",
    details: { input: 1 },
    tamper: (psbt) => {
      const { scriptPubKey } = placeOf(HOT, 0, 6);
      inputMap(psbt, 1).witnessUtxo = { script: scriptPubKey, value: 1_000_001n };
    },
  },
  {
    claim: "a witness UTXO of another script",
    error: "amount_mismatch",
    details: { input: 0 },
    tamper: (psbt) => {
      inputMap(psbt).witnessUtxo = { script: STRANGER_SCRIPT, value: 1_000_000n };
    },
  },
  {
    claim: "a swapped witness script",
    error: "script_mismatch",
    details: { input: 0 },
    tamper: (psbt) => {
      inputMap(psbt).witnessScript = placeOf(HOT, 0, 7).witnessScript;
    },
  },
  {
    claim: "a redeem script on a native input",
    error: "script_mismatch",
    details: { input: 0 },
    tamper: (psbt) => {
      inputMap(psbt).redeemScript = placeOf(HOT, 0, 5).scriptPubKey;
    },
  },
  {
    claim: "a coin of another wallet among the wallet's",
    error: "input_foreign",
    details: { input: 1 },
    draft: { ...DRAFT, coins: [COIN, { ...SECOND, wallet: COLD }] },
  },
  {
    claim: "an input without our hint",
    error: "input_foreign",
    details: { input: 1 },
    tamper: (psbt) => {
      inputMap(psbt, 1).bip32Derivation = hintsOf(HOT, 0, 6).slice(1);
    },
  },
  ...[
    `m/${ORIGIN}/0/7`,
    `m/${ORIGIN}/1/6`,
    `m/${ORIGIN}/2/6`,
    `m/${ORIGIN}/0/6'`,
    `m/${ORIGIN}/0'/6`,
    `m/${ORIGIN}/0/6/0`,
    `m/${ORIGIN}/0`,
    "m/48'/1'/1'/2'/0/6",
    "m/48/1/0/2/0/6",
  ].map((path) => ({
    claim: `an input that hints at ${path}`,
    error: "input_foreign" as const,
    details: { input: 1 },
    tamper: (psbt: Psbt) => tamperHints(inputMap(psbt, 1), path),
  })),
  {
    claim: "a first input whose coin nothing tells",
    error: "previous_transaction_missing",
    details: { input: 0 },
    draft: { ...DRAFT, coins: [{ ...COIN, lacksPrevious: true }, SECOND] },
    tamper: (psbt) => {
      delete inputMap(psbt, 0).witnessUtxo;
    },
  },
  {
    claim: "a first input that nobody owns",
    error: "wallet_unknown",
    draft: { ...DRAFT, coins: [{ ...COIN, wallet: FOREIGN }, SECOND] },
  },
];

const SIGHASH_ATTACKS: readonly Attack[] = [0, 2, 3, 0x81, 0x82, 0x83, 0x101, 2 ** 31 + 1].map(
  (sighashType) => ({
    claim: `sighash type 0x${sighashType.toString(16)}`,
    error: "sighash_refused",
    details: { input: 1, sighash: sighashType },
    tamper: (psbt) => {
      inputMap(psbt, 1).sighashType = sighashType;
    },
  }),
);

const OUTPUT_ATTACKS: readonly Attack[] = [
  {
    claim: "foreign change with our hints",
    error: "change_foreign",
    details: { output: 0 },
    tamper: (psbt) => {
      outputMap(psbt, 0).bip32Derivation = hintsOf(HOT, 1, 8);
    },
  },
  {
    claim: "change of another wallet of this device",
    error: "change_foreign",
    details: { output: 1 },
    draft: { ...DRAFT, outputs: [PAYMENT, { ...CHANGE, wallet: COLD }] },
  },
  {
    claim: "foreign change that names a cosigner's key only",
    error: "change_foreign",
    details: { output: 0 },
    tamper: (psbt) => {
      outputMap(psbt, 0).bip32Derivation = hintsOf(HOT, 1, 8).slice(2);
    },
  },
  {
    claim: "change with another witness script",
    error: "change_foreign",
    details: { output: 1 },
    tamper: (psbt) => {
      outputMap(psbt, 1).witnessScript = placeOf(HOT, 1, 9).witnessScript;
    },
  },
  {
    claim: "change with a redeem script",
    error: "change_foreign",
    details: { output: 1 },
    tamper: (psbt) => {
      outputMap(psbt, 1).redeemScript = placeOf(HOT, 1, 8).scriptPubKey;
    },
  },
  ...[`m/${ORIGIN}/1/9`, `m/${ORIGIN}/0/8`].map((path) => ({
    claim: `change that hints at ${path}`,
    error: "change_foreign" as const,
    details: { output: 1 },
    tamper: (psbt: Psbt) => tamperHints(outputMap(psbt, 1), path),
  })),
  ...[
    `m/${ORIGIN}/2/8`,
    `m/${ORIGIN}/1/8'`,
    `m/${ORIGIN}/1`,
    "m/1/8",
    "m/48'/1'/1'/2'/0/8",
    "m/48'/1'/1'/2'/1/8",
  ].map((path) => ({
    claim: `change that hints at ${path}, which is no branch of the wallet`,
    error: "change_branch" as const,
    details: { output: 1 },
    tamper: (psbt: Psbt) => tamperHints(outputMap(psbt, 1), path),
  })),
  {
    claim: "change 20,001 ahead of the inputs",
    error: "change_gap",
    details: { output: 1, index: SECOND.index + 20_001 },
    draft: { ...DRAFT, outputs: [PAYMENT, { ...CHANGE, index: SECOND.index + 20_001 }] },
  },
];

const AMOUNT_ATTACKS: readonly Attack[] = [
  {
    claim: "outputs that exceed the inputs by one satoshi",
    error: "outputs_exceed_inputs",
    draft: { ...DRAFT, outputs: [{ ...PAYMENT, amountSats: 1_600_001 }, CHANGE] },
  },
  {
    claim: "a fee of more than 25 % of what is spent",
    error: "fee_high",
    details: { feeSats: 500_001, percent: 25 },
    draft: { ...DRAFT, outputs: [{ ...PAYMENT, amountSats: 1_099_999 }, CHANGE] },
  },
  {
    claim: "an output above 21 million bitcoin",
    error: "amount_out_of_range",
    details: { output: 0 },
    draft: { ...DRAFT, outputs: [{ ...PAYMENT, amountSats: 2_100_000_000_000_001 }, CHANGE] },
  },
  {
    claim: "outputs that only together are above 21 million bitcoin",
    error: "amount_out_of_range",
    draft: { ...DRAFT, outputs: [{ ...PAYMENT, amountSats: 2_100_000_000_000_000 }, CHANGE] },
  },
  {
    claim: "a witness UTXO above 21 million bitcoin",
    error: "amount_out_of_range",
    details: { input: 1 },
    tamper: (psbt) => {
      inputMap(psbt, 1).witnessUtxo = { script: STRANGER_SCRIPT, value: 2n ** 63n - 1n };
    },
  },
];

const check = ({ claim, error, details, draft, tamper }: Attack): void => {
  test(`${claim}: ${error}`, () => {
    const psbt = buildPsbt(draft ?? DRAFT);
    tamper?.(psbt);
    const outcome = review(psbt.toBuffer(), [HOT.registered, COLD.registered], undefined, CONTEXT);
    expect(outcome).toEqual({ ok: false, error, ...(details === undefined ? {} : { details }) });
  });
};

describe("the draft that is attacked", () => {
  test("is not refused as it is", () => {
    expect(review(buildPsbt(DRAFT).toBuffer(), [HOT.registered], undefined, CONTEXT).ok).toBe(true);
  });
});

describe("inputs", () => INPUT_ATTACKS.forEach(check));
describe("sighash types", () => SIGHASH_ATTACKS.forEach(check));
describe("outputs", () => OUTPUT_ATTACKS.forEach(check));
describe("amounts", () => AMOUNT_ATTACKS.forEach(check));
