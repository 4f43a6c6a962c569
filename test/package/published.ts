/** The package.json of the published package, made from the top one: nothing is said twice. */
import { isBuiltin } from "node:module";
import top from "../../package.json" with { type: "json" };

/** Files by path in the package, and what they say. */
export type Texts = ReadonlyMap<string, string>;

/** What of the sources is a way in; the top package.json names them. */
const EXPORTS = Object.entries(top.exports);

/** Node from here on has what the packages that we stand on need. */
const ENGINES = { ...top.engines, node: ">=20.19.0" } as const;

/** The program, and what a shell starts it with. */
export const PROGRAM = "host/cli/main.js";

/** The path of what a source becomes. */
export const emitted = (source: string, ending: ".js" | ".d.ts"): string =>
  source.replace(/\.ts$/, ending);

const rooms = (texts: Texts): readonly string[] =>
  [...new Set([...texts.keys()].map((path) => path.split("/")[0] ?? path))].toSorted();

/** The ways in, by the file of their types. */
export const entryTypes = (): readonly string[] =>
  EXPORTS.map(([, source]) => emitted(source, ".d.ts").slice(2));

const exportsOf = () => ({
  ...Object.fromEntries(
    EXPORTS.map(([name, source]) => [
      name,
      { types: emitted(source, ".d.ts"), default: emitted(source, ".js") },
    ]),
  ),
  "./package.json": "./package.json",
});

const importsOf = () =>
  Object.fromEntries(
    Object.entries(top.imports).map(([name, { bun, default: other }]) => [
      name,
      { bun: emitted(bun, ".js"), default: emitted(other, ".js") },
    ]),
  );

const transpiler = new Bun.Transpiler({ loader: "js" });
const IN_TYPES = /(?:\bfrom|\bimport\(?)\s*"([^"]+)"/g;

const specifiersOf = (path: string, text: string): readonly string[] => {
  if (path.endsWith(".js")) return transpiler.scanImports(text).map((found) => found.path);
  if (!path.endsWith(".d.ts")) return [];
  return [...text.matchAll(IN_TYPES)].map((found) => found[1] ?? "");
};

/** The packages that files import, without the paths inside them. */
export const packagesIn = (texts: Texts): ReadonlySet<string> => {
  const all = [...texts].flatMap(([path, text]) => specifiersOf(path, text));
  const foreign = all.filter(
    (name) => !/^[.#]/.test(name) && !isBuiltin(name) && !/^(?:bun|node)(?::|$)/.test(name),
  );
  return new Set(foreign.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name));
};

/** The dependencies of exactly these files; throws where the top one lists more, or less. */
const dependenciesOf = (texts: Texts): Readonly<Record<string, string>> => {
  const used = packagesIn(texts);
  const listed = new Map(Object.entries(top.dependencies));
  const missing = [...used].filter((name) => !listed.has(name));
  if (missing.length > 0) throw new Error(`package.json lacks ${missing.join(", ")}`);
  const idle = [...listed.keys()].filter((name) => !used.has(name) && !PEERS.has(name));
  if (idle.length > 0) throw new Error(`nothing that is shipped imports ${idle.join(", ")}`);
  return Object.fromEntries(listed);
};

/** Imported by nobody but a package of ours that leaves the choice of its version to us. */
const PEERS: ReadonlySet<string> = new Set(["commander"]);

/** What is published, private no more. */
export const publishedManifest = (texts: Texts): string => {
  const { name, version, description, license, type } = top;
  const manifest = {
    name,
    version,
    description,
    license,
    type,
    engines: ENGINES,
    bin: { mayfly: PROGRAM },
    files: [...rooms(texts), "CHANGELOG.md"],
    exports: exportsOf(),
    imports: importsOf(),
    dependencies: dependenciesOf(texts),
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
};
