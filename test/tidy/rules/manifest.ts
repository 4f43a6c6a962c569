/** package.json and the fixed top level. */
import type { Finding, Rule, SourceFile } from "./rule.ts";

const TOP_LEVEL: ReadonlySet<string> = new Set([
  "package.json",
  "bunfig.toml",
  "tsconfig.json",
  "bun.lock",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "firmware",
  "host",
  "protocol",
  "hardware",
  "test",
]);

const LISTS = [
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
] as const;
const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/** A dependency as package.json names it. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** All dependencies of a package.json, of every kind; throws where it is no JSON. */
export const dependenciesOf = (manifest: string): readonly Dependency[] => {
  const body: unknown = JSON.parse(manifest);
  if (!isRecord(body)) return [];
  return LISTS.map((list) => body[list])
    .filter(isRecord)
    .flatMap((list) => Object.entries(list))
    .map(([name, version]) => ({ name, version: String(version) }));
};

const versions = (files: readonly SourceFile[]): readonly Finding[] => {
  const manifest = files.find(({ path }) => path === "package.json");
  return dependenciesOf(manifest?.text ?? "{}")
    .filter(({ version }) => !EXACT.test(version))
    .map(({ name, version }) => ({
      path: "package.json",
      line: 0,
      says: `asks for ${name} ${version}: versions are exact`,
    }));
};

const topLevel = (files: readonly SourceFile[]): readonly Finding[] => {
  const entries = new Set(files.map(({ path }) => path.split("/")[0] ?? path));
  return [...entries]
    .filter((entry) => !TOP_LEVEL.has(entry) && !entry.startsWith("."))
    .map((path) => ({ path, line: 0, says: "does not belong on the top level" }));
};

/** Exact versions, fixed top level. */
export const MANIFEST: Rule = {
  name: "manifest",
  demands: "exact versions, and only the fixed entries on the top level",
  find: (files) => [...versions(files), ...topLevel(files)],
};
