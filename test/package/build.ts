/**
 * `bun run build [--out DIR] [--compile]`: the package that is published, for Bun and Node, in DIR
 * (`dist` unless told); with `--compile` binaries for Linux too, in DIR-bin/TARGET.
 */
import { chmod, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { compileBinaries } from "./binaries.ts";
import { packageFiles, TOP } from "./package-files.ts";
import { PROGRAM, type Texts } from "./published.ts";

/** Nothing but an earlier build is replaced. */
const demandOwn = async (folder: string): Promise<void> => {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  if (isThere && !(await Bun.file(join(folder, PROGRAM)).exists())) {
    throw new Error(`${folder} is there and is no earlier build: name another folder`);
  }
};

/** Writes the files into a folder that holds nothing else. */
const writePackage = async (folder: string, texts: Texts): Promise<void> => {
  await demandOwn(folder);
  await rm(folder, { recursive: true, force: true });
  for (const [path, text] of texts) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await chmod(join(folder, PROGRAM), 0o755);
};

const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(TOP, "dist") },
    compile: { type: "boolean", default: false },
  },
});
const folder = resolve(values.out);
const texts = await packageFiles();
await writePackage(folder, texts);
console.log(`package  ${folder}  ${texts.size} files`);
if (values.compile) {
  for (const { target, path, bytes } of await compileBinaries(texts, `${folder}-bin`)) {
    console.log(`${target}  ${path}  ${(bytes / 1e6).toFixed(0)} MB`);
  }
}
