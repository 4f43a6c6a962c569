/**
 * The package as binaries that need nothing beside them: `mayfly`, and `mayfly-emulator`, which it
 * starts. They read no .env and no bunfig.toml where they are started.
 */
import { copyFile, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { run, TOP } from "./package-files.ts";
import { PROGRAM, type Texts } from "./published.ts";

/** Bun's names for what is built, by the folders they go to. */
const TARGETS = { "linux-x64": "bun-linux-x64", "linux-arm64": "bun-linux-arm64" } as const;

/** The machines that there are binaries for. */
export type Target = keyof typeof TARGETS;

/** In the order in which they are built. */
export const TARGET_NAMES: readonly Target[] = ["linux-x64", "linux-arm64"];

/** A binary that was built. */
export interface Binary {
  readonly target: Target;
  readonly path: string;
  readonly bytes: number;
}

/** What is put into a binary: it finds them beside its entry. */
interface Recipe {
  readonly name: string;
  readonly entry: string;
  /** A program of another thread, started by its name. */
  readonly threads: readonly string[];
  readonly assets: readonly string[];
}

const recipes = (texts: Texts): readonly Recipe[] => [
  {
    name: "mayfly",
    entry: PROGRAM,
    threads: [],
    assets: [...texts.keys()].filter((path) => path.startsWith("host/cli/demo/sample-")),
  },
  {
    name: "mayfly-emulator",
    entry: "hardware/emulator/main.js",
    threads: ["hardware/secrets/native/threads/thread.js"],
    assets: [],
  },
];

const FLAGS = [
  "--compile",
  "--bytecode",
  "--format=esm",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--no-compile-autoload-tsconfig",
  "--no-compile-autoload-package-json",
] as const;

/** Below `node_modules`, where imports of packages are found. */
const withStage = async <T>(texts: Texts, work: (stage: string) => Promise<T>): Promise<T> => {
  const stage = await mkdtemp(join(TOP, "node_modules", ".mayfly-build-"));
  try {
    for (const [path, text] of texts) {
      await mkdir(dirname(join(stage, path)), { recursive: true });
      await writeFile(join(stage, path), text);
    }
    return await work(stage);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
};

/** A file at the top that is the one below: names inside of a binary have no folders then. */
const lift = async (stage: string, path: string, name: string): Promise<string> => {
  await writeFile(join(stage, name), `import "./${path}";\n`);
  return `./${name}`;
};

const compile = async (stage: string, recipe: Recipe, target: Target, folder: string) => {
  const { name, entry, threads, assets } = recipe;
  const entries = [await lift(stage, entry, `${name}.js`)];
  for (const path of threads) entries.push(await lift(stage, path, basename(path)));
  for (const path of assets) await copyFile(join(stage, path), join(stage, basename(path)));
  const path = join(folder, target, name);
  await mkdir(dirname(path), { recursive: true });
  const inside = assets.flatMap((one) => ["--asset", basename(one)]);
  const how = [...FLAGS, `--target=${TARGETS[target]}`, ...inside, "--outfile", path];
  await run([process.execPath, "build", ...entries, ...how], stage);
  return { target, path, bytes: (await stat(path)).size };
};

/** Builds all binaries of the targets into FOLDER/TARGET. */
export const compileBinaries = (
  texts: Texts,
  folder: string,
  targets: readonly Target[] = TARGET_NAMES,
): Promise<readonly Binary[]> =>
  withStage(texts, async (stage) => {
    const built: Binary[] = [];
    for (const target of targets) {
      for (const recipe of recipes(texts)) {
        built.push(await compile(stage, recipe, target, folder));
      }
    }
    return built;
  });
