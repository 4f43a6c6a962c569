/**
 * What a screen says, as values: the one place that reads the lines which the firmware writes, in
 * the form that its screens have today. A transaction is one screen, all of its pages in a row:
 *
 *     Spend from              head, 5 lines, then what keeps it waiting and what is unusual
 *     Wallet: NAME
 *     N inputs
 *     Leaving 0.00012345 BTC  payments and fee
 *     Fee 0.00000345 BTC
 *     Pay 1 of 2              or "To this wallet 1 of 2"; change to a near place is not shown
 *     0.00012000 BTC
 *     bcrt 1qxy …             in groups of four; or "script" and its bytes
 *     Change to address 1/N   where that is far ahead, and its amount
 *     Fee                     tail, 3 lines
 *     0.00000345 BTC
 *     about 1.0 sat/vB
 *
 * An address: `Wallet: NAME`, `Receive address N` or `Change address N`, and the address in a line.
 * A message: the same two lines, the address in groups, `Format: …`, the text between quotes.
 */
import type { Screen } from "../../../../firmware/hal.ts";

/** An output that is shown. */
export interface ShownOutput {
  readonly to: "others" | "this wallet";
  readonly amountSats: number;
  /** The whole address; for a script without one `script` and its bytes in hex. */
  readonly address: string;
}

/** What a screen says; what it does not say is absent. */
export interface ScreenFields {
  readonly wallet?: string;
  /** Inputs of the wallet. */
  readonly inputs?: number;
  /** What the wallet has less afterwards: payments and fee. */
  readonly leavingSats?: number;
  readonly feeSats?: number;
  /** What is paid to others and, where it is no change, to the wallet itself. */
  readonly outputs?: readonly ShownOutput[];
  /** Of an address that is shown, or that signs a message. */
  readonly address?: string;
  readonly branch?: "receive" | "change";
  readonly index?: number;
  /** The text that is to be signed. */
  readonly message?: string;
}

const SATS_PER_BITCOIN = 100_000_000;
const TAIL_LINES = 3;
const OUTPUT_TITLE = /^(Pay|To this wallet) \d+ of \d+$/;
const FAR_CHANGE_TITLE = /^Change to address \d+\/\d+$/;
const SCRIPT_WORDS = /^script\b/;

const groupOf = (line: string | undefined, form: RegExp): string | undefined =>
  line === undefined ? undefined : form.exec(line)?.[1];

const satsOf = (text: string | undefined): number | undefined => {
  const [, whole, decimals] = /^(\d+)\.(\d{8}) BTC$/.exec(text ?? "") ?? [];
  return whole === undefined ? undefined : Number(whole) * SATS_PER_BITCOIN + Number(decimals);
};

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

/** The same fields without those that are not said. */
const said = <T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }) => {
  const all: Partial<T> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) all[name] = value;
  }
  return all;
};

/** Groups make one word again; the words before a script's bytes stay words. */
const addressOf = (lines: readonly string[]): string => {
  const [first = "", ...rest] = lines;
  const isScript = SCRIPT_WORDS.test(first);
  const bytes = (isScript ? rest : lines).join(" ").replaceAll(" ", "");
  return isScript ? `${first} ${bytes}` : bytes;
};

const outputOf = (lines: readonly string[]): ShownOutput | undefined => {
  const [title = "", amount, ...address] = lines;
  const kind = groupOf(title, OUTPUT_TITLE);
  const amountSats = satsOf(amount);
  if (kind === undefined || amountSats === undefined) return undefined;
  const to = kind === "Pay" ? "others" : "this wallet";
  return { to, amountSats, address: addressOf(address) };
};

const outputsOf = (lines: readonly string[]): readonly ShownOutput[] => {
  const starts = [...lines.entries()]
    .filter(([, line]) => OUTPUT_TITLE.test(line) || FAR_CHANGE_TITLE.test(line))
    .map(([at]) => at);
  return starts.flatMap((start, i) => outputOf(lines.slice(start, starts[i + 1])) ?? []);
};

const transactionFields = (lines: readonly string[]): ScreenFields => {
  const [title, wallet, inputs, leaving, fee] = lines;
  if (title !== "Spend from") return {};
  return said<ScreenFields>({
    wallet: groupOf(wallet, /^Wallet: (.*)$/),
    inputs: numberOf(groupOf(inputs, /^(\d+) inputs?$/)),
    leavingSats: satsOf(groupOf(leaving, /^Leaving (.*)$/)),
    feeSats: satsOf(groupOf(fee, /^Fee (.*)$/)),
    outputs: outputsOf(lines.slice(0, -TAIL_LINES)),
  });
};

const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** A text as it was before it was written out for the screen. */
const unescaped = (text: string): string =>
  text.replaceAll(/\\(?:u\{([0-9a-f]+)\}|(.))/g, (_, point?: string, character = "") =>
    point === undefined
      ? (CHARACTERS.get(character) ?? character)
      : String.fromCodePoint(Number.parseInt(point, 16)),
  );

const messageOf = (lines: readonly string[]): string | undefined => {
  const quoted = lines.filter((line) => line.startsWith('"'));
  if (quoted.length === 0) return undefined;
  return unescaped(quoted.map((line) => line.slice(1, -1)).join(""));
};

const PLACE = /^(Receive|Change) address (\d+)$/;

const placeFields = (lines: readonly string[]): ScreenFields => {
  const at = lines.findIndex((line) => PLACE.test(line));
  const [, branch, index] = PLACE.exec(lines[at] ?? "") ?? [];
  if (branch === undefined) return {};
  const after = lines.slice(at + 1);
  const end = after.findIndex((line) => line.startsWith("Format: "));
  return {
    branch: branch === "Change" ? "change" : "receive",
    index: Number(index),
    address: addressOf(end === -1 ? after : after.slice(0, end)),
  };
};

/** Reads a screen; one that says nothing of the kind has no fields. */
export const screenFields = ({ kind, lines }: Screen): ScreenFields => {
  if (kind === "transaction") return transactionFields(lines);
  if (kind !== "address" && kind !== "message") return {};
  const wallet = lines.map((line) => groupOf(line, /^Wallet: (.*)$/)).find(Boolean);
  const message = kind === "message" ? messageOf(lines) : undefined;
  return { ...placeFields(lines), ...said<ScreenFields>({ wallet, message }) };
};
