/** What a file imports: every form with a literal name, types and re-exports included. */
import { isBuiltin } from "node:module";
import { posix } from "node:path";
import manifest from "../../../package.json" with { type: "json" };
import { lineAt, type SourceFile } from "./rule.ts";
import { scan } from "./scan.ts";

/** What a name in an import means. */
export type Target =
  /** A file of the repository, by its path from the top. */
  | { readonly kind: "ours"; readonly path: string }
  /** A module of Node.js or Bun, without its `node:`. */
  | { readonly kind: "builtin"; readonly name: string }
  /** A package, without the path inside it. */
  | { readonly kind: "package"; readonly name: string }
  /** A dynamic import whose name is not a literal. */
  | { readonly kind: "computed" };

/** One import and its place. */
export interface Import {
  readonly from: SourceFile;
  readonly line: number;
  /** As it is written. */
  readonly specifier: string;
  readonly target: Target;
}

const STATEMENT = /\b(?:import|export)\b(?:\s+[\w*${][^;"'()=]*?\bfrom)?\s*(["'])( *)\1/g;
const CALL = /\b(?:import|require)\s*\(\s*(["'`])( *)\1\s*[),]/g;
const COMPUTED = /\bimport\s*\(\s*(?!["'`] *["'`]\s*[),])/g;

/** What stands for one file of ours on Bun and for another elsewhere: both are meant. */
const PLATFORM = new Map<string, readonly string[]>(
  Object.entries(manifest.imports).map(([name, files]) => [name, Object.values(files)]),
);

const targetOf = (from: string, specifier: string): Target => {
  if (specifier.startsWith(".") || specifier.startsWith("/")) {
    return { kind: "ours", path: posix.join(posix.dirname(from), specifier) };
  }
  const bare = specifier.replace(/^node:/, "");
  if (isBuiltin(specifier) || /^(?:bun|node)(?::|$)/.test(specifier)) {
    return { kind: "builtin", name: bare };
  }
  const parts = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1);
  return { kind: "package", name: parts.join("/") };
};

const targetsOf = (from: string, specifier: string): readonly Target[] =>
  PLATFORM.get(specifier)?.map((path) => ({ kind: "ours", path: posix.normalize(path) })) ?? [
    targetOf(from, specifier),
  ];

const named = (file: SourceFile, match: RegExpMatchArray): readonly Import[] => {
  const text = match[0];
  const index = match.index ?? 0;
  const quote = index + text.lastIndexOf(match[1] ?? "") - (match[2] ?? "").length;
  const specifier = file.text.slice(quote, quote + (match[2] ?? "").length);
  return targetsOf(file.path, specifier).map((target) => ({
    from: file,
    line: lineAt(file.text, quote),
    specifier,
    target,
  }));
};

/** All imports of a file. */
export const importsOf = (file: SourceFile): readonly Import[] => {
  const { code } = scan(file.text);
  const literal = [...code.matchAll(STATEMENT), ...code.matchAll(CALL)];
  const computed = [...code.matchAll(COMPUTED)].map(({ index }) => ({
    from: file,
    line: lineAt(code, index),
    specifier: "(computed)",
    target: { kind: "computed" } as const,
  }));
  return [...literal.flatMap((match) => named(file, match)), ...computed];
};
