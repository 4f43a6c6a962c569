/** What is wrong with a manifest, and where: a JSON pointer (RFC 6901) and one sentence. */

/** One problem. */
export interface Problem {
  /** Into the author's JSON; empty for the whole document. */
  readonly pointer: string;
  readonly means: string;
}

/** Problems that are told of one document: whoever has more of them mends these first. */
export const MOST_PROBLEMS = 100;

/** A step of a pointer. */
export const step = (name: string | number): string =>
  `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** A problem at a place. */
export const problem = (pointer: string, means: string): Problem => ({ pointer, means });
