/**
 * What differs between two manifests, member by member. Items of a set are matched by their first
 * member (a name, an id, a key), so that another order is no difference and a rename is an item
 * gone and an item come.
 */
import type { Form, MemberForm } from "../../protocol/cbor/form.ts";
import { MANIFEST, type Manifest } from "../../protocol/manifest/manifest.ts";
import { jsonOf } from "./json-writer.ts";
import { step } from "./problem.ts";

/** One difference; a side that has nothing there lacks its member. JSON values, bytes in hex. */
export interface Change {
  /** Like a JSON pointer, but with the names of items in place of their numbers. */
  readonly place: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

const isSameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const membersOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);

const identityOf = (form: Form, item: unknown): string => {
  const first = form.kind === "map" ? form.members[0] : undefined;
  return String(first === undefined ? item : membersOf(item).get(first.name));
};

const itemsOf = (form: Form, value: unknown, isSet: boolean): ReadonlyMap<string, unknown> => {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return new Map(items.map((item, i) => [isSet ? identityOf(form, item) : `${i}`, item]));
};

const byName = (
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  place: string,
  formOf: (name: string) => Form | undefined,
): readonly Change[] =>
  [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const at = `${place}${step(name)}`;
    if (!after.has(name)) return [{ place: at, before: before.get(name) }];
    if (!before.has(name)) return [{ place: at, after: after.get(name) }];
    const form = formOf(name);
    return form === undefined ? [] : walk(form, before.get(name), after.get(name), at);
  });

const walk = (form: Form, before: unknown, after: unknown, place: string): readonly Change[] => {
  if (form.kind === "map") {
    const find = (name: string): MemberForm | undefined =>
      form.members.find((member) => member.name === name);
    return byName(membersOf(before), membersOf(after), place, (name) => find(name)?.form);
  }
  if (form.kind === "list") {
    const [left, right] = [before, after].map((one) => itemsOf(form.item, one, form.isSet));
    return byName(left ?? new Map(), right ?? new Map(), place, () => form.item);
  }
  return isSameJson(before, after) ? [] : [{ place, before, after }];
};

/** All differences; none where the two have one hash. */
export const diffManifests = (before: Manifest, after: Manifest): readonly Change[] =>
  walk(MANIFEST.form, jsonOf(MANIFEST, before), jsonOf(MANIFEST, after), "");

const shown = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** A change as a line: `+` what came, `-` what went, `~` what is another now. */
export const changeLine = ({ place, ...change }: Change): string => {
  const { before, after } = change;
  if (!("before" in change)) return `+ ${place}  ${shown(after)}`;
  if (!("after" in change)) return `- ${place}  ${shown(before)}`;
  return `~ ${place}  ${shown(before)} → ${shown(after)}`;
};
