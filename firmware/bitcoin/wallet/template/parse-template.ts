/**
 * Templates (BIP-388) read by recursive descent: single keys, multisigs of P2SH and P2WSH (BIP-383)
 * and taproot with its script tree (BIP-386, BIP-387). The rules about keys that the grammar cannot
 * say are in `key-rules.ts`.
 */
import { fail, ok, type Outcome } from "../../../../protocol/errors.ts";
import { BITCOIN_LIMITS } from "../../limits.ts";
import { keyRefusal } from "./key-rules.ts";
import {
  type KeyExpression,
  type KeyFunction,
  type KeyGroup,
  leavesOf,
  type TapTree,
  type Template,
} from "./template.ts";
import {
  createTemplateReader,
  type TemplateReader,
  type TemplateRefusal,
} from "./template-reader.ts";

const NUMBER = /0|[1-9][0-9]{0,9}/y;
const DIGITS = /[0-9]+/y;
/** What any descriptor template looks like, supported or not. */
const FUNCTION = /^[a-z]+\([!-~]+\)$/;

/** A reader and the keys that it has met. */
interface Parsing {
  readonly reader: TemplateReader;
  readonly expressions: KeyExpression[];
}

const readNumber = ({ reader }: Parsing): number => {
  const text = reader.match(NUMBER);
  const value = Number(text);
  if (text === "" || value >= BITCOIN_LIMITS.hardenedIndex) reader.refuse("unread");
  return value;
};

const readBranches = (parsing: Parsing): KeyExpression["branches"] => {
  const { reader } = parsing;
  if (reader.takes("**")) return [0, 1];
  reader.expect("<");
  const receive = readNumber(parsing);
  reader.expect(";");
  const change = readNumber(parsing);
  reader.expect(">/*");
  if (receive === change) reader.refuse("malformed");
  return [receive, change];
};

/** Reads a key expression; its place among them. */
const readKey = (parsing: Parsing): number => {
  const { reader, expressions } = parsing;
  reader.expect("@");
  const key = readNumber(parsing);
  reader.expect("/");
  expressions.push({ key, branches: readBranches(parsing) });
  return expressions.length - 1;
};

const readThreshold = ({ reader }: Parsing): number => {
  const text = reader.match(DIGITS);
  if (text === "") reader.refuse("unread");
  else if (text.startsWith("0")) reader.refuse("malformed");
  return Number(text);
};

/** A threshold and keys, from behind the function's bracket. */
const readGroup = (parsing: Parsing, name: KeyFunction): KeyGroup => {
  const { reader } = parsing;
  const threshold = readThreshold(parsing);
  const expressions: number[] = [];
  while (reader.takes(",")) expressions.push(readKey(parsing));
  reader.expect(")");
  const { multisigKeysMin, multisigKeysMax } = BITCOIN_LIMITS;
  if (expressions.length < multisigKeysMin || expressions.length > multisigKeysMax) {
    reader.refuse("foreign");
  }
  if (threshold > expressions.length) reader.refuse("malformed");
  return { name, threshold, expressions };
};

/** The one of these functions that comes next; its bracket is passed over. */
const readName = <N extends KeyFunction>(
  { reader }: Parsing,
  ...names: readonly [N, ...(readonly N[])]
): N => {
  const name = names.find((one) => reader.takes(`${one}(`));
  if (name === undefined) reader.refuse("unread");
  return name ?? names[0];
};

const readLeaf = (parsing: Parsing): KeyGroup => {
  const name = readName(parsing, "pk", "multi_a", "sortedmulti_a");
  if (name !== "pk") return readGroup(parsing, name);
  const leaf: KeyGroup = { name, threshold: 1, expressions: [readKey(parsing)] };
  parsing.reader.expect(")");
  return leaf;
};

const readTree = (parsing: Parsing, depth: number): TapTree => {
  const { reader } = parsing;
  if (!reader.takes("{")) return readLeaf(parsing);
  if (depth === BITCOIN_LIMITS.tapDepth) reader.refuse("foreign");
  const left = readTree(parsing, depth + 1);
  reader.expect(",");
  const right = readTree(parsing, depth + 1);
  reader.expect("}");
  return { left, right };
};

type Shape = Omit<Template, "expressions">;

const readTaproot = (parsing: Parsing): Shape => {
  const { reader } = parsing;
  readKey(parsing);
  if (!reader.takes(",")) return { kind: "tr" };
  const tree = readTree(parsing, 0);
  if (leavesOf(tree).length > BITCOIN_LIMITS.tapLeaves) reader.refuse("foreign");
  return { kind: "tr", tree };
};

const readSingle = (parsing: Parsing, kind: "pkh" | "wpkh" | "sh-wpkh"): Shape => {
  readKey(parsing);
  return { kind };
};

const readMultisig = (parsing: Parsing, kind: "sh" | "wsh" | "sh-wsh"): Shape => ({
  kind,
  group: readGroup(parsing, readName(parsing, "multi", "sortedmulti")),
});

/** How each kind begins, the longest first, and what follows up to its last brackets. */
const SHAPES: readonly (readonly [string, (parsing: Parsing) => Shape])[] = [
  ["sh(wpkh(", (parsing) => readSingle(parsing, "sh-wpkh")],
  ["sh(wsh(", (parsing) => readMultisig(parsing, "sh-wsh")],
  ["sh(", (parsing) => readMultisig(parsing, "sh")],
  ["wsh(", (parsing) => readMultisig(parsing, "wsh")],
  ["wpkh(", (parsing) => readSingle(parsing, "wpkh")],
  ["pkh(", (parsing) => readSingle(parsing, "pkh")],
  ["tr(", readTaproot],
];

const readShape = (parsing: Parsing): Shape | undefined => {
  const { reader } = parsing;
  for (const [head, read] of SHAPES) {
    if (!reader.takes(head)) continue;
    const shape = read(parsing);
    for (const character of head) if (character === "(") reader.expect(")");
    return shape;
  }
  return undefined;
};

/** A wallet of another kind, or no wallet at all? */
const isTemplate = (text: string): boolean => {
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0 && FUNCTION.test(text) && text.includes("@");
};

const errorOf = (why: TemplateRefusal, text: string): "wallet_malformed" | "wallet_unsupported" =>
  why === "foreign" || (why === "unread" && isTemplate(text))
    ? "wallet_unsupported"
    : "wallet_malformed";

/**
 * Reads a template. `wallet_unsupported`: a text that looks like one and is of another kind, has
 * its keys in another order or is beyond a limit; `wallet_malformed`: anything else, thresholds
 * that cannot be met and keys that stand twice at one place included.
 */
export const parseTemplate = (
  text: string,
): Outcome<Template, "wallet_malformed" | "wallet_unsupported"> => {
  if (text.length > BITCOIN_LIMITS.walletTemplateChars) return fail("wallet_unsupported");
  const parsing: Parsing = { reader: createTemplateReader(text), expressions: [] };
  const { reader, expressions } = parsing;
  const shape = readShape(parsing);
  if (shape === undefined) return fail(errorOf("unread", text));
  if (!reader.isAtEnd()) reader.refuse("unread");
  const template = { ...shape, expressions };
  const why = reader.refusal() ?? keyRefusal(template);
  return why === undefined ? ok(template) : fail(errorOf(why, text));
};
