/** What is generated from the declarations: as they say now, and nothing beside it. */
import { describeProtocol, GENERATED_FOLDER } from "../../../protocol/describe/index.ts";
import type { Finding, Rule, SourceFile } from "./rule.ts";

const finding = (path: string, says: string): Finding => ({ path, line: 0, says });

const compare = (files: readonly SourceFile[]): readonly Finding[] =>
  describeProtocol().flatMap(({ path, text }) => {
    const found = files.find((file) => file.path === path);
    if (found === undefined) return [finding(path, "is missing: bun run generate")];
    return found.text === text ? [] : [finding(path, "is out of date: bun run generate")];
  });

const extra = (files: readonly SourceFile[]): readonly Finding[] => {
  const known = new Set(describeProtocol().map(({ path }) => path));
  return files
    .filter(({ path }) => path.startsWith(`${GENERATED_FOLDER}/`) && !known.has(path))
    .map(({ path }) => finding(path, "is generated from nothing"));
};

/** Generated files. */
export const GENERATED: Rule = {
  name: "generated",
  demands: "what is generated from the declarations is up to date",
  find: (files) => [...compare(files), ...extra(files)],
};
