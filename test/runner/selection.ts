/** Which test files a run takes. */

/** What the command line asked for. */
export interface Wish {
  /** The long tests instead of the others. */
  readonly long: boolean;
  /** Parts of paths; none means all. */
  readonly names: readonly string[];
}

/** Reads the arguments; a wrong flag is answered with a sentence. */
export const readWish = (args: readonly string[]): Wish | string => {
  const wrong = args.find((arg) => arg.startsWith("-") && arg !== "--long");
  return wrong === undefined
    ? { long: args.includes("--long"), names: args.filter((arg) => arg !== "--long") }
    : `unknown option ${wrong}: bun test/run.ts [--long] [NAME…]`;
};

/** The chosen of all test files, by their paths from the top, in order. */
export const selectTests = (paths: readonly string[], { long, names }: Wish): readonly string[] =>
  paths
    .filter((path) => path.endsWith(".long.test.ts") === long)
    .filter((path) => names.length === 0 || names.some((name) => path.includes(name)))
    .toSorted();

/** Deals files to at most `most` lanes in turn, so that neighbours, often alike, are spread. */
export const dealFiles = (files: readonly string[], most: number): readonly (readonly string[])[] =>
  Array.from({ length: Math.min(most, files.length) }, (_, lane) =>
    files.filter((_file, i) => i % most === lane),
  );
