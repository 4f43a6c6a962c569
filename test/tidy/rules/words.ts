/**
 * Words and phrases that do not pass: promises of later work, names that say nothing, tests that
 * do not test, and ways around the type checker. The linters refuse the last too; this is the
 * second lock. What is between quotes is not read.
 */
import { type Finding, findAll, isCode, type Rule, type SourceFile } from "./rule.ts";
import { scan } from "./scan.ts";

const LATER = /\b(?:TOD[O]|FIXM[E]|HAC[K]|XX[X])\b/g;
const EMPTY_NAMES = "Manager|Helper|Helpers|Util|Utils|Impl";

/** Where a type stands for sure; the linters see the other places. */
const UNTYPED = /:\s*any\b(?=\s*[=);])|(?:[<|&]|\bas)\s*any\b|\bany\s*(?:\[\]|>)/g;

type View = "code" | "unquoted";

interface Ban {
  readonly of?: RegExp;
  readonly view: View;
  readonly pattern: RegExp;
  readonly why: string;
}

const BANS: readonly Ban[] = [
  { view: "unquoted", pattern: LATER, why: "do it or drop it" },
  {
    view: "unquoted",
    pattern: /@ts-(?:ignore|nocheck)\b/g,
    why: "the types carry the law",
  },
  {
    view: "code",
    pattern: new RegExp(
      `\\b(?:const|let|var|function|class|interface|type|enum)\\s+\\w*(?:${EMPTY_NAMES})\\b`,
      "g",
    ),
    why: "a name says what the thing is",
  },
  { view: "code", pattern: /\binterface\s+I[A-Z]\w*/g, why: "no I before an interface" },
  {
    view: "code",
    pattern: /\b(?:test|it|describe)(?:\s*\.\s*\w+)*\s*\.\s*(?:skip|only|todo)\b/g,
    why: "a test that cannot run says why, with skipIf",
  },
  { of: /\.test\.ts$/, view: "code", pattern: /\.skip\s*\(/g, why: "say why, with skipIf" },
  { view: "code", pattern: /\bexpect\s*\(\s*(?:true|false)\s*\)/g, why: "it asserts nothing" },
  {
    view: "code",
    pattern: UNTYPED,
    why: "the types carry the law",
  },
];

const FILE_NAME = new RegExp(`(?:^|[-_./])(?:${EMPTY_NAMES})\\.[^/]*$`, "i");
const MODULE_LIST = /\b(?:import|export)\b\s+[\w*${][^;"'()=]*?(?:\bfrom\b|\})/g;
const CAST = /[\w$)\]}"'`]\s+as\s+(?!const\b)[\w${([*"']/g;
const MAPPED_KEY = /\[\s*[\w$]+\s+in\s[^[\]]*$/;

const blank = (text: string): string => text.replace(/[^\n]/g, " ");

const castsIn = (file: SourceFile, code: string): readonly Finding[] => {
  const view = code.replace(MODULE_LIST, blank);
  const real = [...view.matchAll(CAST)].filter(
    ({ index }) => !MAPPED_KEY.test(view.slice(0, index + 1)),
  );
  return real.map(({ index }) => ({
    path: file.path,
    line: view.slice(0, index + 1).split("\n").length,
    says: "casts: only `as const` is allowed",
  }));
};

const namesIn = ({ path }: SourceFile): readonly Finding[] =>
  FILE_NAME.test(path) ? [{ path, line: 0, says: "is a name that says nothing" }] : [];

const judge = (file: SourceFile): readonly Finding[] => {
  const views = scan(file.text);
  const phrases = BANS.filter(({ of }) => of === undefined || of.test(file.path)).flatMap((ban) =>
    findAll(file, views[ban.view], ban.pattern, (match) => `${match[0].trim()}: ${ban.why}`),
  );
  return [...phrases, ...castsIn(file, views.code), ...namesIn(file)];
};

/** The banned words. */
export const WORDS: Rule = {
  name: "words",
  demands: "no banned word, cast, empty name or test that does not test",
  find: (files) => files.filter(({ path }) => isCode(path)).flatMap(judge),
};
