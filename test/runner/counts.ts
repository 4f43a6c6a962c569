/** How a run ended, in numbers; and the one line that says so. */

/** What a run counts. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The closing line, the same for tests, checks and the whole of CI. */
export const closingLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** Several runs as one. */
export const addUp = (all: readonly Counts[]): Counts => {
  const sum = (name: keyof Counts): number => all.reduce((total, one) => total + one[name], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
};

const attribute = (tag: string, name: string): string =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? "";

const unescaped = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&");

/** What a JUnit report says; `files` are those that ran at least one test. */
export const readReport = (xml: string): { readonly counts: Counts; readonly files: string[] } => {
  const head = /<testsuites\b[^>]*>/.exec(xml)?.[0] ?? "";
  const total = Number(attribute(head, "tests"));
  const failed = Number(attribute(head, "failures"));
  const skipped = Number(attribute(head, "skipped"));
  const suites = xml.match(/<testsuite\b[^>]*>/g) ?? [];
  return {
    counts: { passed: total - failed - skipped, failed, skipped },
    files: suites.map((suite) => unescaped(attribute(suite, "file"))),
  };
};

/**
 * The run's verdict. The report is silent about a file that did not load and about a crash: both
 * count as failures here, so that no silence passes.
 */
export const judge = (
  reported: { readonly counts: Counts; readonly files: readonly string[] },
  asked: readonly string[],
  exitCode: number,
): { readonly counts: Counts; readonly silent: readonly string[] } => {
  const silent = asked.filter((path) => !reported.files.includes(path));
  const failed = reported.counts.failed + silent.length;
  const crashed = exitCode !== 0 && failed === 0 ? 1 : 0;
  return { counts: { ...reported.counts, failed: failed + crashed }, silent };
};
