/** What a bundler takes along, by a source's path: nothing that is only a type. */
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import top from "../../package.json" with { type: "json" };
import { TOP } from "./package-files.ts";

/** For whom a bundle is; the map of package.json has a file for each. */
export type Runtime = "bun" | "node";

/** The sources that an entry leads to, and the packages and modules that it leaves outside. */
export interface Bundle {
  readonly ours: readonly string[];
  readonly outside: ReadonlySet<string>;
}

/** Left outside; what begins with # is ours. */
const PACKAGES = Object.keys(top.dependencies).flatMap((name) => [name, `${name}/*`]);

/** Follows an entry of the repository for a runtime. */
export const bundleOf = async (entry: string, target: Runtime): Promise<Bundle> => {
  const built = await Bun.build({
    entrypoints: [join(TOP, entry)],
    target,
    external: PACKAGES,
    metafile: true,
  });
  const inputs = Object.entries(built.metafile?.inputs ?? {});
  const outside = inputs.flatMap(([, { imports }]) =>
    imports.filter(({ external }) => external === true).map(({ path }) => path),
  );
  return {
    ours: inputs.map(([path]) => relative(TOP, join(process.cwd(), path))),
    outside: new Set(outside.map((name) => (isBuiltin(name) ? name.replace("node:", "") : name))),
  };
};
