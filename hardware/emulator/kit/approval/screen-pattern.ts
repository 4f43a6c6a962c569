/** Which screens are meant: by their kind, their text, or what their lines say. */
import type { Screen, ScreenKind } from "../../../../firmware/hal.ts";
import { type ScreenFields, screenFields } from "./screen-fields.ts";

/** A text, to the letter, or what it has to fit. */
export type TextPattern = string | RegExp;

/** A number, or its bounds, which belong to it. */
export type NumberPattern = number | { readonly atLeast?: number; readonly atMost?: number };

/** What a screen's lines say (see `screenFields`): all that is named has to fit. */
export interface LinePattern {
  readonly wallet?: TextPattern;
  readonly inputs?: NumberPattern;
  readonly leavingSats?: NumberPattern;
  readonly feeSats?: NumberPattern;
  /**
   * Of a transaction: one of its outputs has this address and `amountSats`, whatever the others
   * are; `outputs: 1` makes sure that it is the only one.
   */
  readonly address?: TextPattern;
  readonly amountSats?: NumberPattern;
  /** How many outputs are shown. */
  readonly outputs?: NumberPattern;
  readonly branch?: "receive" | "change";
  readonly index?: NumberPattern;
  readonly message?: TextPattern;
}

/** Which screens are meant: all that is named has to fit, and nothing named is every screen. */
export interface ScreenPattern {
  readonly kind?: ScreenKind;
  /** Stands somewhere in its lines; they are one text with an end of line between two. */
  readonly text?: TextPattern;
  readonly line?: LinePattern;
}

/** By `search`: a RegExp's `lastIndex` says nothing here. */
const fitsText = (pattern: TextPattern | undefined, text: string | undefined): boolean => {
  if (pattern === undefined) return true;
  if (text === undefined) return false;
  return typeof pattern === "string" ? text === pattern : text.search(pattern) !== -1;
};

const fitsNumber = (pattern: NumberPattern | undefined, value: number | undefined): boolean => {
  if (pattern === undefined) return true;
  if (value === undefined) return false;
  if (typeof pattern === "number") return value === pattern;
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = pattern;
  return atLeast <= value && value <= atMost;
};

type Place = Pick<LinePattern, "address" | "amountSats">;

/** One output has both; on a screen without outputs, the address that it shows. */
const fitsPlace = ({ address, amountSats }: Place, fields: ScreenFields): boolean => {
  const { outputs } = fields;
  if (address === undefined && amountSats === undefined) return true;
  if (outputs === undefined) return amountSats === undefined && fitsText(address, fields.address);
  return outputs.some(
    (output) => fitsText(address, output.address) && fitsNumber(amountSats, output.amountSats),
  );
};

const fitsLine = (pattern: LinePattern, screen: Screen): boolean => {
  const fields = screenFields(screen);
  const isPlace = pattern.branch === undefined || pattern.branch === fields.branch;
  const texts = (["wallet", "message"] as const).every((name) =>
    fitsText(pattern[name], fields[name]),
  );
  const numbers = (["inputs", "leavingSats", "feeSats", "index"] as const).every((name) =>
    fitsNumber(pattern[name], fields[name]),
  );
  const count = fitsNumber(pattern.outputs, fields.outputs?.length);
  return isPlace && texts && numbers && count && fitsPlace(pattern, fields);
};

/** Whether a screen is meant. */
export const fitsScreen = ({ kind, text, line }: ScreenPattern, screen: Screen): boolean => {
  if (kind !== undefined && kind !== screen.kind) return false;
  const whole = screen.lines.join("\n");
  const isText = typeof text === "string" ? whole.includes(text) : fitsText(text, whole);
  return isText && (line === undefined || fitsLine(line, screen));
};

const MOST_LINES = 24;

/** A screen in one line: its kind and its lines. */
export const screenInWords = ({ kind, lines }: Screen): string => {
  const shown = lines.slice(0, MOST_LINES).join(" | ");
  const more = lines.length - MOST_LINES;
  return `${kind}: ${shown}${more > 0 ? ` | and ${more} more lines` : ""}`;
};

const valueInWords = (value: unknown): string =>
  value instanceof RegExp ? `${value}` : JSON.stringify(value);

/** A pattern in one line: `transaction, text "Pay", feeSats 500`. */
export const patternInWords = ({ kind, text, line = {} }: ScreenPattern): string => {
  const parts = [
    ...(kind === undefined ? [] : [kind]),
    ...(text === undefined ? [] : [`text ${valueInWords(text)}`]),
    ...Object.entries(line).map(([name, value]) => `${name} ${valueInWords(value)}`),
  ];
  return parts.length === 0 ? "any screen" : parts.join(", ");
};
