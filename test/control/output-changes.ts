/** Changes to what the valid spend pays, and the points that must refuse each. */

import {
  CHANGE_PATH,
  FEE_SATS,
  foreignAddress,
  OUTPUTS,
  PAYMENTS,
  type SpendChange,
  scriptOf,
  signSpend,
  STRANGERS,
  type TestOutput,
  walletScript,
} from "./signed-spend.ts";

const [FIRST = { script: new Uint8Array(0), amountSats: 0 }, ...OTHERS] = OUTPUTS;

const withOutputs = (...outputs: readonly TestOutput[]): string => signSpend(outputs);

/** Payments, change and fee other than agreed; the signatures are valid. */
export const OUTPUT_CHANGES: readonly SpendChange[] = [
  {
    name: "a payment missing",
    fails: ["payments"],
    changes: {
      txHex: withOutputs(...OUTPUTS.slice(1, 2), {
        script: walletScript(CHANGE_PATH).script,
        amountSats: 5_495_000,
      }),
    },
  },
  {
    name: "an output added",
    fails: ["payments"],
    changes: {
      txHex: withOutputs(...OUTPUTS, { script: scriptOf(foreignAddress(0x60)), amountSats: 600 }),
    },
  },
  {
    name: "a payment's amount changed",
    fails: ["payments"],
    changes: { txHex: withOutputs({ ...FIRST, amountSats: FIRST.amountSats - 1 }, ...OTHERS) },
  },
  {
    name: "a payment's address changed",
    fails: ["payments"],
    changes: {
      txHex: withOutputs({ ...FIRST, script: scriptOf(foreignAddress(0x61)) }, ...OTHERS),
    },
  },
  {
    name: "an approved address of another network",
    fails: ["payments"],
    changes: {
      payments: [
        { address: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", amountSats: 2_500_000 },
        PAYMENTS[1],
      ],
    },
  },
  {
    name: "change to a foreign script",
    fails: ["payments", "change"],
    changes: {
      txHex: withOutputs(...OUTPUTS.slice(0, 2), {
        script: walletScript(CHANGE_PATH, STRANGERS).script,
        amountSats: 2_995_000,
      }),
    },
  },
  {
    name: "change in two parts",
    fails: ["payments"],
    changes: {
      txHex: withOutputs(
        ...OUTPUTS.slice(0, 2),
        { script: walletScript(CHANGE_PATH).script, amountSats: 2_000_000 },
        { script: walletScript(CHANGE_PATH).script, amountSats: 995_000 },
      ),
    },
  },
  {
    name: "change nobody agreed on",
    fails: ["payments", "change"],
    changes: { change: undefined },
  },
  { name: "change elsewhere", fails: ["payments", "change"], changes: { change: { path: "1/4" } } },
  {
    name: "change on the receiving branch",
    fails: ["payments", "change"],
    changes: {
      txHex: withOutputs(...OUTPUTS.slice(0, 2), {
        script: walletScript("0/3").script,
        amountSats: 2_995_000,
      }),
      change: { path: "0/3" },
    },
  },
  { name: "a fee above its bound", fails: ["fee"], changes: { maxFeeSats: FEE_SATS - 1 } },
  { name: "a bound that is no amount", fails: ["fee"], changes: { maxFeeSats: Number.NaN } },
  {
    name: "an absurd fee rate under a wide bound",
    fails: ["fee"],
    changes: {
      txHex: withOutputs(...OUTPUTS.slice(0, 2), {
        script: walletScript(CHANGE_PATH).script,
        amountSats: 2_000_000,
      }),
      maxFeeSats: 5_000_000,
    },
  },
  {
    name: "no fee",
    fails: ["fee"],
    changes: {
      txHex: withOutputs(...OUTPUTS.slice(0, 2), {
        script: walletScript(CHANGE_PATH).script,
        amountSats: 3_000_000,
      }),
    },
  },
];
