/** What BIP-388 demands of a template's keys beyond their grammar ("Additional rules"). */
import { BITCOIN_LIMITS } from "../../limits.ts";
import { type KeyExpression, type KeyGroup, leavesOf, type Template } from "./template.ts";
import type { TemplateRefusal } from "./template-reader.ts";

/** How many keys a template has, where each number appears first after all those before it. */
const countKeys = (expressions: readonly KeyExpression[]): number | undefined => {
  let count = 0;
  for (const { key } of expressions) {
    if (key > count) return undefined;
    if (key === count) count += 1;
  }
  return count;
};

/** Whether two expressions give the same key at some places. */
const overlap = (one: KeyExpression, other: KeyExpression): boolean =>
  one.key === other.key && one.branches.some((branch) => other.branches.includes(branch));

const isOverlapping = (expressions: readonly KeyExpression[]): boolean =>
  expressions.some((one, at) => expressions.slice(0, at).some((other) => overlap(one, other)));

/** A holder who stands in a quorum twice would count twice. */
const hasTwice = ({ expressions: places }: KeyGroup, { expressions }: Template): boolean =>
  new Set(places.map((place) => expressions[place]?.key)).size < places.length;

/**
 * Why a template that was read is refused for its keys: out of order, too many, or twice in one
 * quorum are not supported here, nor is a key in two places but of a script tree; two places of one
 * key that share a branch are against BIP-388.
 */
export const keyRefusal = (template: Template): TemplateRefusal | undefined => {
  const { expressions, group, tree } = template;
  const count = countKeys(expressions);
  if (count === undefined || expressions.length > BITCOIN_LIMITS.keyExpressions) return "foreign";
  const groups = [group ?? [], tree === undefined ? [] : leavesOf(tree)].flat();
  if (groups.some((one) => hasTwice(one, template))) return "foreign";
  return isOverlapping(expressions) ? "malformed" : undefined;
};
