/** How large a file and a line may be. Functions are Biome's to measure. */
import { type Finding, isCode, type Rule, type SourceFile } from "./rule.ts";

const FILE_LINES = 300;
const LINE_COLUMNS = 100;

/** How many lines a text has; a last line without its end counts. */
export const lineCount = (text: string): number =>
  text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;

const longFile = ({ path, text }: SourceFile): readonly Finding[] => {
  const lines = lineCount(text);
  return lines > FILE_LINES
    ? [{ path, line: 0, says: `has ${lines} lines, ${FILE_LINES} at most` }]
    : [];
};

/** A key or an address cannot be broken: a literal without spaces counts as its quotes. */
const UNBREAKABLE = /(["'`])(?:(?!\1)\S){60,}\1/g;

const longLines = ({ path, text }: SourceFile): readonly Finding[] =>
  text.split("\n").flatMap((content, index) => {
    const columns = Array.from(content.replace(UNBREAKABLE, "$1$1")).length;
    return columns > LINE_COLUMNS
      ? [{ path, line: index + 1, says: `has ${columns} columns, ${LINE_COLUMNS} at most` }]
      : [];
  });

/** The limits of files and lines. */
export const SIZES: Rule = {
  name: "sizes",
  demands: `files of at most ${FILE_LINES} lines of at most ${LINE_COLUMNS} columns`,
  find: (files) =>
    files
      .filter(({ path }) => isCode(path))
      .flatMap((file) => [...longFile(file), ...longLines(file)]),
};
