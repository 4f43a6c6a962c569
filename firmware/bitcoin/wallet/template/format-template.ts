/** A template as text again: in canonical form, or as a descriptor with real keys. */
import type { KeyExpression, KeyGroup, ScriptKind, TapTree, Template } from "./template.ts";

/** How a key expression is written. */
export type WriteKey = (expression: KeyExpression) => string;

/** `@i/**`, or `@i/<M;N>/*` where the branches are others. */
const writePlaceholder: WriteKey = ({ key, branches: [receive, change] }) =>
  receive === 0 && change === 1 ? `@${key}/**` : `@${key}/<${receive};${change}>/*`;

const WRAPPINGS: Readonly<Record<ScriptKind, (inner: string) => string>> = {
  pkh: (inner) => `pkh(${inner})`,
  wpkh: (inner) => `wpkh(${inner})`,
  "sh-wpkh": (inner) => `sh(wpkh(${inner}))`,
  sh: (inner) => `sh(${inner})`,
  wsh: (inner) => `wsh(${inner})`,
  "sh-wsh": (inner) => `sh(wsh(${inner}))`,
  tr: (inner) => `tr(${inner})`,
};

const writeGroup = (
  { name, threshold, expressions }: KeyGroup,
  keys: readonly string[],
): string => {
  const own = expressions.map((place) => keys[place]);
  return `${name}(${[...(name === "pk" ? [] : [threshold]), ...own].join(",")})`;
};

const writeTree = (tree: TapTree, keys: readonly string[]): string =>
  "left" in tree
    ? `{${writeTree(tree.left, keys)},${writeTree(tree.right, keys)}}`
    : writeGroup(tree, keys);

/** The text of a template, with each key as `writeKey` writes it: canonical without one. */
export const formatTemplate = (
  { kind, expressions, group, tree }: Template,
  writeKey: WriteKey = writePlaceholder,
): string => {
  const keys = expressions.map(writeKey);
  const wrap = WRAPPINGS[kind];
  if (group !== undefined) return wrap(writeGroup(group, keys));
  return wrap([keys[0], ...(tree === undefined ? [] : [writeTree(tree, keys)])].join(","));
};
