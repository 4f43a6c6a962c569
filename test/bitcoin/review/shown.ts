/** The screens of a review, line by line, and PSBTs with inputs of two wallets. */
import { expect } from "bun:test";
import { formatAddress } from "../../../firmware/bitcoin/index.ts";
import { type PsbtMaps, unsignedOf, withTransaction } from "../../agreement/psbt-maps.ts";
import type { AgreementWallet } from "../../agreement/wallets.ts";
import { elementOf, unwrap } from "../expect-value.ts";
import { STRANGER_ADDRESS } from "../psbt-fixture.ts";
import { judge, screensOf } from "./kinds.ts";

const BITCOIN = 100_000_000;

/** The first screen of a plain wallet's spend. */
export const summary = (inputs: string, leaving: string, fee: string): readonly string[] => [
  "Spend from",
  "Wallet: Plain",
  inputs,
  `Leaving ${leaving} BTC`,
  `Fee ${fee} BTC`,
];
/** The screen of the only payment, to the stranger. */
export const pay = (amount: string): readonly string[] => [
  "Pay 1 of 1",
  `${amount} BTC`,
  ...formatAddress(STRANGER_ADDRESS),
];
const feeOf = (amount: string, rate: number): readonly string[] => [
  "Fee",
  `${amount} BTC`,
  `about ${rate.toFixed(1)} sat/vB`,
];

/** The screens of a review but for the last one, whose rate depends on the kind. */
export const shown = (
  wallet: AgreementWallet,
  maps: PsbtMaps,
  version: 0 | 2,
): readonly (readonly string[])[] => {
  const reviewed = unwrap(judge(wallet, maps, version));
  const screens = screensOf(reviewed);
  const fee = (reviewed.feeSats / BITCOIN).toFixed(8);
  expect(elementOf(screens, screens.length - 1)).toEqual(feeOf(fee, reviewed.feeRate));
  return screens.slice(0, -1);
};

/** A PSBT with the inputs of another behind its own, all but the first of them. */
export const withInputsOf = (own: PsbtMaps, other: PsbtMaps): PsbtMaps => {
  const transaction = unsignedOf(own);
  for (const { hash, index, sequence } of unsignedOf(other).ins.slice(1)) {
    transaction.addInput(hash, index, sequence);
  }
  const inputs = [...own.inputs, ...other.inputs.slice(1)];
  return withTransaction({ ...own, inputs }, transaction);
};
