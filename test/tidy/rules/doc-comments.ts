/** A doc comment directly above everything that is exported. */
import { type Finding, isCode, lineAt, type Rule, type SourceFile } from "./rule.ts";
import { scan } from "./scan.ts";

const MODIFIERS = "(?:default\\s+|declare\\s+|abstract\\s+|async\\s+)*";
const KINDS = "const\\s+enum|const|let|var|function\\b\\s*\\*?|interface|type|class|enum|namespace";
const EXPORT = new RegExp(`^export\\s+${MODIFIERS}(?:${KINDS})\\s+([\\w$]+)`, "gm");

/** Nothing but one line's end may follow. */
const COMMENT_AT_END = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/[ \t]*\n?[ \t]*$/;

/** Comments to a linter may stand between. */
const SIDE_NOTES = /(?:(?<=\n)[ \t]*\/\/[^\n]*\n)+$/;

const isDocumented = (before: string): boolean => {
  const comment = COMMENT_AT_END.exec(before.replace(SIDE_NOTES, ""));
  return comment !== null && /\p{L}/u.test(comment[0]);
};

const judge = (file: SourceFile): readonly Finding[] => {
  const matches = [...scan(file.text).code.matchAll(EXPORT)];
  return matches
    .filter((match, index) => {
      const overload = matches[index - 1]?.[1] === match[1];
      return !overload && !isDocumented(file.text.slice(0, match.index));
    })
    .map((match) => ({
      path: file.path,
      line: lineAt(file.text, match.index),
      says: `exports ${match[1] ?? ""} without a doc comment directly above`,
    }));
};

/** Exports are documented. */
export const DOC_COMMENTS: Rule = {
  name: "doc comments",
  demands: "a doc comment directly above every export",
  find: (files) => files.filter(({ path }) => isCode(path)).flatMap(judge),
};
