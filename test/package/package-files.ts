/** All files of the built package, in memory: JavaScript, declarations, samples, texts. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firmwareDigest } from "../../hardware/emulator/board/digest.ts";
import { reachedTypes, withJavaScriptNames } from "./declarations.ts";
import { entryTypes, PROGRAM, publishedManifest, type Texts } from "./published.ts";

/** The top of the repository. */
export const TOP = join(import.meta.dir, "../..");
const DIGEST = "hardware/emulator/board/digest.js";

/** What is taken as it is: what programs read beside themselves, and what people read. */
const AS_THEY_ARE = [
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
  "test/kit/README.md",
  "host/cli/demo/sample-requests.jsonl",
  "host/cli/demo/sample-deny-list.txt",
  "host/cli/demo/sample-history.jsonl",
] as const;

/** Runs a program of this Bun to its end; throws with its words where it fails. */
export const run = async (command: readonly string[], cwd = TOP): Promise<string> => {
  const child = Bun.spawn([...command], { cwd, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}\n${out}${err}`);
  return out;
};

const emit = async (folder: string): Promise<void> => {
  const compiler = [process.execPath, "run", "--silent", "--bun", "tsc"];
  await run([...compiler, "-p", "test/package/emit.json", "--outDir", folder]);
};

/** The sources are not in the package: their digest is, the same one. */
const digestModule = (): string => `/** SHA-256 over the sources that this was built of. */
const DIGEST = "${firmwareDigest().toHex()}";
/** 32 bytes; the same sources give the same digest on every machine. A claim, not a proof. */
export const firmwareDigest = () => Uint8Array.from(Buffer.from(DIGEST, "hex"));
`;

const readAll = async (folder: string): Promise<Map<string, string>> => {
  const texts = new Map<string, string>();
  for (const path of (await readdir(folder, { recursive: true })).toSorted()) {
    if (!/\.(?:js|d\.ts)$/.test(path)) continue;
    const text = await readFile(join(folder, path), "utf8");
    texts.set(path, path.endsWith(".js") ? text : withJavaScriptNames(text));
  }
  return texts;
};

const compiled = async (): Promise<Map<string, string>> => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-emit-"));
  try {
    await emit(folder);
    return await readAll(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Builds the package, nothing written yet. */
export const packageFiles = async (): Promise<Texts> => {
  const texts = await compiled();
  const types = reachedTypes(texts, entryTypes());
  for (const path of texts.keys()) {
    if (path.endsWith(".d.ts") && !types.has(path)) texts.delete(path);
  }
  texts.set(DIGEST, digestModule());
  const manifest = publishedManifest(texts);
  texts.set(PROGRAM, `#!/usr/bin/env node\n${texts.get(PROGRAM) ?? ""}`);
  for (const path of AS_THEY_ARE) texts.set(path, await Bun.file(join(TOP, path)).text());
  return texts.set("package.json", manifest);
};
