/** The READMEs: where they must be, how long they may be, what the first one must say. */
import type { Finding, Rule, SourceFile } from "./rule.ts";
import { dependenciesOf } from "./manifest.ts";
import { lineCount } from "./sizes.ts";

const LIMITS: readonly { readonly path: string; readonly lines: number }[] = [
  { path: "README.md", lines: 120 },
  ...["protocol", "firmware", "host", "hardware", "test"].map((room) => ({
    path: `${room}/README.md`,
    lines: 80,
  })),
];

const COMMANDS = ["npx -y bun@1.4.5 run start", "npx -y bun@1.4.5 run test"];

const finding = (path: string, says: string): Finding => ({ path, line: 0, says });

const textOf = (files: readonly SourceFile[], path: string): string | undefined =>
  files.find((file) => file.path === path)?.text;

const limited = (files: readonly SourceFile[]): readonly Finding[] =>
  LIMITS.flatMap(({ path, lines }) => {
    const text = textOf(files, path);
    if (text === undefined) return [finding(path, "is missing")];
    const has = lineCount(text);
    return has > lines ? [finding(path, `has ${has} lines, ${lines} at most`)] : [];
  });

const commands = (readme: string): readonly Finding[] =>
  COMMANDS.filter((command) => !readme.split("\n").some((line) => ends(line, command))).map(
    (command) => finding("README.md", `does not show \`${command}\``),
  );

/** Whether a line has the command, and not only a longer one such as `run test:long`. */
const ends = (line: string, command: string): boolean => {
  const at = line.indexOf(command);
  return at >= 0 && !/^[\w:-]/.test(line.slice(at + command.length));
};

const cells = (readme: string): readonly string[] =>
  readme
    .split("\n")
    .filter((line) => line.trimStart().startsWith("|"))
    .flatMap((line) => line.split(/[|\s`,()[\]]+/));

const table = (readme: string, manifest: string): readonly Finding[] => {
  const named = new Set(cells(readme));
  return dependenciesOf(manifest)
    .filter(({ name }) => !named.has(name))
    .map(({ name }) => finding("README.md", `names the dependency ${name} in no table`));
};

/** The READMEs. */
export const DOCUMENTS: Rule = {
  name: "documents",
  demands: "a README of one page in each room; the first shows the commands and dependencies",
  find: (files) => {
    const readme = textOf(files, "README.md") ?? "";
    const manifest = textOf(files, "package.json") ?? "{}";
    return [...limited(files), ...commands(readme), ...table(readme, manifest)];
  },
};
