/**
 * `bun run build [--out DIR] [--compile [--target T]]`: the package that is published, for Bun and
 * Node, in DIR (`dist` unless told); with `--compile` binaries too, in DIR-bin/TARGET.
 */
import { chmod, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Binary, compileBinaries, TARGET_NAMES } from "./binaries.ts";
import { firstAnswer } from "./first-answer.ts";
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

/** All targets, or the one that is named. */
const targetsOf = (named: string | undefined) => {
  const targets = TARGET_NAMES.filter((one) => named === undefined || one === named);
  if (targets.length === 0) throw new Error(`--target is one of ${TARGET_NAMES.join(", ")}`);
  return targets;
};

/** What the binary of this machine, where one was built, takes to its first answer. */
const sayFirstAnswer = async (binaries: readonly Binary[]): Promise<void> => {
  const here = `${process.platform}-${process.arch}`;
  const own = binaries.find(({ target, path }) => target === here && path.endsWith("/mayfly"));
  if (own === undefined) return;
  const { listensMs, answersMs, engine } = await firstAnswer([own.path]);
  const [listens, answers] = [listensMs, answersMs].map((ms) => `${ms.toFixed(0)} ms`);
  console.log(`mayfly emulate: listens after ${listens}, first answer ${answers} (${engine})`);
};

const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(TOP, "dist") },
    compile: { type: "boolean", default: false },
    target: { type: "string" },
  },
});
const folder = resolve(values.out);
const targets = targetsOf(values.target);
const texts = await packageFiles();
await writePackage(folder, texts);
console.log(`package  ${folder}  ${texts.size} files`);
if (values.compile) {
  const binaries = await compileBinaries(texts, `${folder}-bin`, targets);
  for (const { target, path, bytes } of binaries) {
    console.log(`${target}  ${path}  ${(bytes / 1e6).toFixed(0)} MB`);
  }
  await sayFirstAnswer(binaries);
}
