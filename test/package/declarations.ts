/** Of the declarations only what the ways in lead to: the rest is nobody's, and some needs Bun. */
import { posix } from "node:path";
import type { Texts } from "./published.ts";

const RELATIVE = /((?:\bfrom|\bimport\(?)\s*")(\.[^"]+)\.ts"/g;
/** Declares nothing. */
const SIDE_EFFECT = /^import "#[^"]+";\n/gm;
const OWN = /(?:\bfrom|\bimport\(?)\s*"(\.[^"]+)\.js"/g;

/** TypeScript leaves sources' names in declarations; every resolver knows those of JavaScript. */
export const withJavaScriptNames = (text: string): string =>
  text.replaceAll(SIDE_EFFECT, "").replaceAll(RELATIVE, '$1$2.js"');

const leadsTo = (path: string, text: string): readonly string[] =>
  [...text.matchAll(OWN)].map((found) => posix.join(posix.dirname(path), `${found[1] ?? ""}.d.ts`));

/** The declarations that are reached from the ways in; throws where one is not there. */
export const reachedTypes = (texts: Texts, from: readonly string[]): ReadonlySet<string> => {
  const reached = new Set<string>();
  const waiting = [...from];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    const text = texts.get(path);
    if (text === undefined) throw new Error(`no declarations at ${path}`);
    reached.add(path);
    waiting.push(...leadsTo(path, text));
  }
  return reached;
};
