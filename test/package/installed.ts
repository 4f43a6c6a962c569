/** The built package, packed and installed into empty projects as strangers would. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, TOP } from "./package-files.ts";

/** Installers, each with its way to take a packed file. */
const INSTALLERS = {
  npm: ["npm", "install", "--no-audit", "--no-fund"],
  bun: [process.execPath, "add", "--silent"],
} as const;

/** Who installs. */
export type Installer = keyof typeof INSTALLERS;

/** A folder that holds the build, its packed file, and the projects that were made with it. */
export interface Workshop extends AsyncDisposable {
  readonly folder: string;
  /** The built package. */
  readonly built: string;
  /** Packs it, once. */
  readonly pack: () => Promise<string>;
  /** An empty project with these packages; the built one is `packed`. */
  readonly project: (by: Installer, packages: readonly string[]) => Promise<string>;
}

/** Builds into a folder of its own, which goes with it; `flags` as for `bun run build`. */
export const openWorkshop = async (...flags: readonly string[]): Promise<Workshop> => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-package-"));
  const built = join(folder, "built");
  await run([process.execPath, "test/package/build.ts", "--out", built, ...flags]);
  let packing: Promise<string> | undefined;
  const pack = async (): Promise<string> => {
    await run(["npm", "pack", "--silent", "--pack-destination", folder], built);
    const file = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
    if (file === undefined) throw new Error("npm packed nothing");
    return join(folder, file);
  };
  let projects = 0;
  return {
    folder,
    built,
    pack: () => {
      packing ??= pack();
      return packing;
    },
    project: async (by, packages) => {
      projects += 1;
      const place = join(folder, `project-${projects}`);
      await mkdir(place);
      const manifest = { name: "empty", private: true, type: "module" };
      await writeFile(join(place, "package.json"), JSON.stringify(manifest));
      await run([...INSTALLERS[by], ...packages], place);
      return place;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
};

/** The examples of the kit's README, in their order. */
export const readmeExamples = async (): Promise<readonly string[]> => {
  const text = await Bun.file(join(TOP, "test/kit/README.md")).text();
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((found) => found[1] ?? "");
};
