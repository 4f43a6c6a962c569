/** What a person reads before a transaction is signed. */
import type { Screen } from "../../hal.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { Balance } from "./balance.ts";
import { isFeeNoted } from "./balance.ts";
import type { ReviewedInputs } from "./inputs.ts";
import { lockLines } from "./locks.ts";
import { openLines } from "./sighash-choice.ts";
import type { ReviewedOutput } from "./outputs.ts";
import type { Steps } from "../steps.ts";
import type { Transaction } from "../transaction/transaction.ts";

/** What the screens tell of. */
export interface ShownTransaction {
  readonly walletName: string;
  readonly transaction: Transaction;
  readonly inputs: ReviewedInputs;
  readonly outputs: readonly ReviewedOutput[];
  readonly balance: Balance;
  /** Virtual bytes once it is signed. */
  readonly size: number;
}

const SATS_PER_BITCOIN = 100_000_000;
const GROUP_CHARS = 4;
const GROUPS_PER_LINE = 4;

/** An amount in bitcoin with all 8 decimals: `0.00012345 BTC`. */
export const formatAmount = (amountSats: number): string => {
  const whole = Math.floor(amountSats / SATS_PER_BITCOIN);
  const decimals = `${amountSats % SATS_PER_BITCOIN}`.padStart(8, "0");
  return `${whole}.${decimals} BTC`;
};

const slices = (text: string, length: number): readonly string[] =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, at) =>
    text.slice(at * length, (at + 1) * length),
  );

/**
 * An address in groups of 4 characters, 4 groups a line; the words before a script's bytes stand
 * whole on a line of their own. Without its spaces, the whole address and nothing else.
 */
export const formatAddress = (address: string): readonly string[] => {
  const words = address.split(" ");
  const bytes = slices(words.pop() ?? "", GROUP_CHARS * GROUPS_PER_LINE);
  const grouped = bytes.map((line) => slices(line, GROUP_CHARS).join(" "));
  return words.length === 0 ? grouped : [words.join(" "), ...grouped];
};

/** The line that names a wallet: its name alone could pass for a line of the device's own. */
export const walletLine = (name: string): string => `Wallet: ${name}`;

const screen = (...lines: readonly string[]): Screen => ({ kind: "transaction", lines });

const count = (number: number, thing: string): string =>
  `${number} ${thing}${number === 1 ? "" : "s"}`;

/** Satoshis for a virtual byte, with one decimal. */
export const formatFeeRate = (feeSats: number, size: number): string =>
  `about ${(feeSats / size).toFixed(1)} sat/vB`;

/** What a person would not expect of a transaction, and the wallet allows all the same. */
const noticeScreens = ({ inputs, balance }: ShownTransaction): readonly Screen[] => {
  const { foreign, foreignSats, unproved, sighashes } = inputs;
  const { feeSats, totalInSats } = balance;
  const percent = Math.floor((100 * feeSats) / totalInSats);
  return [
    ...(foreign > 0
      ? [screen(`With ${count(foreign, "input")} of others`, formatAmount(foreignSats))]
      : []),
    ...(unproved > 0 ? [screen("Amounts not proved", count(unproved, "input"))] : []),
    ...[...sighashes].map(([name, { type, signed }]) =>
      screen(`Signs ${name}`, count(signed, "input"), ...openLines(type)),
    ),
    ...(isFeeNoted(balance)
      ? [screen("High fee", formatAmount(feeSats), `${percent} % of what is spent`)]
      : []),
  ];
};

/**
 * Change so far ahead of the inputs that a wallet that looks for it might not find it. Anyone can
 * pay a little to an address that is far ahead, and so bring an input from there: where the others
 * are far behind the change, it is told, too.
 */
const farChangeScreens = ({ inputs, outputs }: ShownTransaction): readonly Screen[] => {
  const { highestIndex, lowestIndex } = inputs;
  const { changeGap, changeReach } = BITCOIN_LIMITS;
  const farthest = Math.min(highestIndex + changeGap, lowestIndex + changeReach);
  return outputs.flatMap(({ kind, place, amountSats }) =>
    kind === "change" && place !== undefined && place.index > farthest
      ? [screen(`Change to address ${place.branch}/${place.index}`, formatAmount(amountSats))]
      : [],
  );
};

const outputScreen = (
  { kind, amountSats, address }: ReviewedOutput,
  number: number,
  ofAll: number,
): Screen =>
  screen(
    `${kind === "self" ? "To this wallet" : "Pay"} ${number} of ${ofAll}`,
    formatAmount(amountSats),
    ...formatAddress(address),
  );

/** Screens that are written in one step. */
const STEP_SCREENS = 256;

function* outputScreens(outputs: readonly ReviewedOutput[]): Steps<readonly Screen[]> {
  const visible = outputs.filter((output) => output.kind !== "change");
  const screens: Screen[] = [];
  for (const output of visible) {
    screens.push(outputScreen(output, screens.length + 1, visible.length));
    if (screens.length % STEP_SCREENS === 0) yield;
  }
  return screens;
}

/**
 * A summary with what keeps the transaction waiting, what is unusual about it, a screen for each
 * output that is not change and for change at a far place, and the fee. What leaves is what is paid
 * to others and the fee; what returns to the wallet does not leave.
 *
 * @yields after some of the outputs each
 */
export function* transactionScreenSteps(shown: ShownTransaction): Steps<readonly Screen[]> {
  const { walletName, transaction, inputs, outputs, size } = shown;
  const { leavingSats, feeSats } = shown.balance;
  return [
    screen(
      "Spend from",
      walletLine(walletName),
      count(inputs.own, "input"),
      `Leaving ${formatAmount(leavingSats)}`,
      `Fee ${formatAmount(feeSats)}`,
      ...lockLines(transaction),
    ),
    ...noticeScreens(shown),
    ...(yield* outputScreens(outputs)),
    ...farChangeScreens(shown),
    screen("Fee", formatAmount(feeSats), formatFeeRate(feeSats, size)),
  ];
}
