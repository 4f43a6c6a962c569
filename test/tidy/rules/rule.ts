/**
 * What a tidy rule is: a pure function from the tree's files to what it finds wrong. No rule reads
 * a disk; `test/tidy/tidy.ts` does that for all of them.
 */

/** One committed text file. */
export interface SourceFile {
  /** From the top of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** One thing wrong. */
export interface Finding {
  readonly path: string;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  readonly says: string;
}

/** A rule and the sentence it enforces. */
export interface Rule {
  readonly name: string;
  readonly demands: string;
  readonly find: (files: readonly SourceFile[]) => readonly Finding[];
}

/** Whether a path is a program's text. */
export const isCode = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path);

/** Whether a path is a test file. */
export const isTest = (path: string): boolean => path.endsWith(".test.ts");

/** The line, from 1, on which an offset lies. */
export const lineAt = (text: string, offset: number): number =>
  text.slice(0, offset).split("\n").length;

/** Every match of a pattern (which has the flag `g`), as findings of one file. */
export const findAll = (
  file: SourceFile,
  view: string,
  pattern: RegExp,
  say: (match: RegExpMatchArray) => string,
): readonly Finding[] =>
  [...view.matchAll(pattern)].map((match) => ({
    path: file.path,
    line: lineAt(view, match.index),
    says: say(match),
  }));
