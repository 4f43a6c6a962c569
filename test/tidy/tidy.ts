/** Reads the repository's text files and asks every tidy rule about them. */
import { join } from "node:path";
import type { Finding, Rule, SourceFile } from "./rules/index.ts";

/** The top of the repository. */
export const TOP: string = join(import.meta.dir, "../..");

/** Larger files are data. */
const MAX_FILE_BYTES = 2_000_000;

/** Paths of what is committed, or will be: git's list, without what it ignores. */
const listPaths = (): readonly string[] => {
  const listing = Bun.spawnSync(
    ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: TOP, stderr: "inherit" },
  );
  if (!listing.success) throw new Error("git does not list the files: is this a clone?");
  return [...new Set(listing.stdout.toString().split("\0"))]
    .filter((path) => path !== "")
    .toSorted();
};

const readText = async (path: string): Promise<readonly SourceFile[]> => {
  const file = Bun.file(join(TOP, path));
  if (!(await file.exists()) || file.size > MAX_FILE_BYTES) return [];
  const text = await file.text();
  return text.includes("\0") ? [] : [{ path, text }];
};

/** The tree as the rules see it: text files only. */
export const readTree = async (): Promise<readonly SourceFile[]> =>
  (await Promise.all(listPaths().map(readText))).flat();

/** One line of a finding: `path:line says`. */
export const inLine = ({ path, line, says }: Finding): string =>
  line === 0 ? `${path} ${says}` : `${path}:${line} ${says}`;

/** What one rule finds in the tree, as lines. */
export const findingsOf = (rule: Rule, files: readonly SourceFile[]): readonly string[] =>
  rule.find(files).map(inLine);

export { RULES } from "./rules/index.ts";
