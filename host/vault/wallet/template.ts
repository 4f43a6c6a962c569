/**
 * Templates of wallet policies (BIP-388) as far as the vault supports them: single keys, multisig
 * of BIP-383, and taproot trees (BIP-386) of keys and multisig (BIP-387). What a template says is
 * read here; whether it fits its keys is `policy.ts`'s to judge.
 */

import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { VAULT_LIMITS } from "../wallet-limits.ts";

/** A key of a template: `@key/<receive;change>/*`, where `@key/**` means `<0;1>`. */
export interface KeyExpression {
  /** Index in the policy's list of keys. */
  readonly key: number;
  /** Child numbers of the two branches, below 2^31. */
  readonly branches: readonly [receive: number, change: number];
}

/** A script over keys that asks for `threshold` of them. */
export interface KeyScript {
  readonly name: "multi" | "sortedmulti" | "pk" | "multi_a" | "sortedmulti_a";
  /** 1 for `pk`. */
  readonly threshold: number;
  /** Positions in the template's expressions, as written. */
  readonly expressions: readonly number[];
}

/** A taproot script tree. */
export type ScriptTree =
  | { readonly leaf: KeyScript }
  | { readonly left: ScriptTree; readonly right: ScriptTree };

/** What kind of output a template makes, and the scripts in it. */
export type TemplateScript =
  | { readonly kind: "pkh" | "wpkh" | "sh-wpkh" }
  | { readonly kind: "sh" | "wsh" | "sh-wsh"; readonly script: KeyScript }
  | { readonly kind: "tr"; readonly tree: ScriptTree | undefined };

/** The kinds of output: P2PKH, P2WPKH, P2SH-P2WPKH, P2SH, P2WSH, P2SH-P2WSH, P2TR. */
export type ScriptKind = TemplateScript["kind"];

/** Whether a witness spends such outputs, bare or inside of P2SH (BIP-141). */
export const isSpentByWitness = (kind: ScriptKind): boolean => kind !== "pkh" && kind !== "sh";

/** Whether such outputs are P2SH on the chain, whatever is inside. */
export const isScriptHash = (kind: ScriptKind): boolean => kind.startsWith("sh");

/** A template that was read. */
export interface Template {
  /** As it was written. */
  readonly text: string;
  /** All keys, in the order in which they are written: a taproot's internal key is the first. */
  readonly expressions: readonly KeyExpression[];
  readonly script: TemplateScript;
}

const NUMBER = "(?:0|[1-9]\\d{0,9})";
const KEY = `@${NUMBER}/(?:\\*\\*|<${NUMBER};${NUMBER}>/\\*)`;
const KEY_PARTS = new RegExp(`@(${NUMBER})/(?:\\*\\*|<(${NUMBER});(${NUMBER})>/\\*)`, "g");

const MULTI = `(multi|sortedmulti)\\((${NUMBER})((?:,${KEY})+)\\)`;

const SINGLE_KINDS = [
  { kind: "pkh", form: new RegExp(`^pkh\\(${KEY}\\)$`) },
  { kind: "wpkh", form: new RegExp(`^wpkh\\(${KEY}\\)$`) },
  { kind: "sh-wpkh", form: new RegExp(`^sh\\(wpkh\\(${KEY}\\)\\)$`) },
] as const;
const MULTI_KINDS = [
  { kind: "sh", form: new RegExp(`^sh\\(${MULTI}\\)$`) },
  { kind: "wsh", form: new RegExp(`^wsh\\(${MULTI}\\)$`) },
  { kind: "sh-wsh", form: new RegExp(`^sh\\(wsh\\(${MULTI}\\)\\)$`) },
] as const;
const TAPROOT = new RegExp(`^tr\\(${KEY}(?:,(.+))?\\)$`);
const LEAF = new RegExp(
  `^(?:pk\\(${KEY}\\)|(multi_a|sortedmulti_a)\\((${NUMBER})((?:,${KEY})+)\\))$`,
);

const matchesOf = (text: string): readonly RegExpExecArray[] => [...text.matchAll(KEY_PARTS)];

const expressionOf = ([, key, receive = "0", change = "1"]: RegExpExecArray): KeyExpression => ({
  key: Number(key),
  branches: [Number(receive), Number(change)],
});

/** Positions from `first` on for the keys that a text writes. */
const positionsIn = (text: string, first = 0): readonly number[] =>
  matchesOf(text).map((_, position) => first + position);

const readSingle = (text: string): TemplateScript | undefined =>
  SINGLE_KINDS.find(({ form }) => form.test(text));

const readMulti = (text: string): TemplateScript | undefined => {
  for (const { kind, form } of MULTI_KINDS) {
    const [, name, threshold, keys] = form.exec(text) ?? [];
    if (keys === undefined || (name !== "multi" && name !== "sortedmulti")) continue;
    const expressions = positionsIn(keys);
    return { kind, script: { name, threshold: Number(threshold), expressions } };
  }
  return undefined;
};

const readLeaf = (text: string, first: number): KeyScript | undefined => {
  if (!LEAF.test(text)) return undefined;
  const expressions = positionsIn(text, first);
  const [, name, threshold] = LEAF.exec(text) ?? [];
  return name === "multi_a" || name === "sortedmulti_a"
    ? { name, threshold: Number(threshold), expressions }
    : { name: "pk", threshold: 1, expressions };
};

/** Where the comma stands that belongs to no bracket inside of `{LEFT,RIGHT}`; -1 for nowhere. */
const middleOf = (text: string): number => {
  let depth = 0;
  for (const [position, character] of text.split("").entries()) {
    if ("{(".includes(character)) depth += 1;
    if ("})".includes(character)) depth -= 1;
    if (character === "," && depth === 1) return position;
  }
  return -1;
};

const readTree = (text: string, first: number): ScriptTree | undefined => {
  if (!text.startsWith("{")) {
    const leaf = readLeaf(text, first);
    return leaf === undefined ? undefined : { leaf };
  }
  const middle = middleOf(text);
  if (middle < 0 || !text.endsWith("}")) return undefined;
  const leftText = text.slice(1, middle);
  const left = readTree(leftText, first);
  if (left === undefined) return undefined;
  const inLeft = matchesOf(leftText).length;
  const right = readTree(text.slice(middle + 1, -1), first + inLeft);
  return right === undefined ? undefined : { left, right };
};

const readTaproot = (text: string): TemplateScript | undefined => {
  const match = TAPROOT.exec(text);
  if (match === null) return undefined;
  const [, treeText] = match;
  if (treeText === undefined) return { kind: "tr", tree: undefined };
  const tree = readTree(treeText, 1);
  return tree === undefined ? undefined : { kind: "tr", tree };
};

/**
 * Reads a template: `pkh`, `wpkh` and `sh(wpkh)` of a key, `sh`, `wsh` and `sh(wsh)` of `multi` or
 * `sortedmulti`, `tr` of a key and perhaps a tree of `pk`, `multi_a` and `sortedmulti_a`.
 *
 * @returns `wallet_unsupported` for any other text
 */
export const readTemplate = (text: string): Outcome<Template, "wallet_unsupported"> => {
  if (text.length > VAULT_LIMITS.templateLength) return fail("wallet_unsupported");
  const script = readSingle(text) ?? readMulti(text) ?? readTaproot(text);
  if (script === undefined) return fail("wallet_unsupported");
  return ok({ text, script, expressions: matchesOf(text).map(expressionOf) });
};

/**
 * The template's text with each key written anew, such as in a descriptor.
 *
 * @param write handed each expression, in order
 */
export const rewriteKeys = (template: Template, write: (of: KeyExpression) => string): string => {
  let position = 0;
  return template.text.replaceAll(KEY_PARTS, (written) => {
    const expression = template.expressions[position];
    position += 1;
    return expression === undefined ? written : write(expression);
  });
};

/** The leaves of a tree, from left to right, with the number of branches above each. */
export const leavesOf = (
  tree: ScriptTree | undefined,
  depth = 0,
): readonly { readonly leaf: KeyScript; readonly depth: number }[] => {
  if (tree === undefined) return [];
  if ("leaf" in tree) return [{ leaf: tree.leaf, depth }];
  return [...leavesOf(tree.left, depth + 1), ...leavesOf(tree.right, depth + 1)];
};

/** All scripts over keys in a template; none where a single key spends. */
export const keyScriptsOf = ({ script }: Template): readonly KeyScript[] => {
  if ("script" in script) return [script.script];
  return script.kind === "tr" ? leavesOf(script.tree).map(({ leaf }) => leaf) : [];
};
