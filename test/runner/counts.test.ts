/** The runner's arithmetic: nothing silent passes. */
import { describe, expect, test } from "bun:test";
import { addUp, closingLine, judge, readReport } from "./counts.ts";
import { dealFiles, readWish, selectTests } from "./selection.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="5" assertions="2" failures="1" skipped="3" time="0.01">
  <testsuite name="test/a.test.ts" file="test/a.test.ts" tests="5" failures="1" skipped="3">
  </testsuite>
</testsuites>`;

describe("a run's counts", () => {
  test("are the report's", () => {
    const { counts, files } = readReport(REPORT);
    expect(closingLine(counts)).toBe("1 passed, 1 failed, 3 skipped");
    expect(files).toEqual(["test/a.test.ts"]);
  });
  test("count a file that did not load as a failure", () => {
    const { counts, silent } = judge(readReport(REPORT), ["test/a.test.ts", "test/b.test.ts"], 1);
    expect(counts.failed).toBe(2);
    expect(silent).toEqual(["test/b.test.ts"]);
  });
  test("count a crash without a report as a failure", () => {
    expect(judge(readReport(""), ["test/a.test.ts"], 0).counts.failed).toBe(1);
  });
  test("count an error exit without a failed test as a failure", () => {
    const green = REPORT.replace('failures="1"', 'failures="0"');
    expect(judge(readReport(green), ["test/a.test.ts"], 1).counts.failed).toBe(1);
  });
});

describe("a run's files", () => {
  const paths = ["test/b.test.ts", "test/a.test.ts", "test/a.long.test.ts"];
  test("are the short ones in order, or the long ones", () => {
    expect(selectTests(paths, { long: false, names: [] })).toEqual([
      "test/a.test.ts",
      "test/b.test.ts",
    ]);
    expect(selectTests(paths, { long: true, names: [] })).toEqual(["test/a.long.test.ts"]);
  });
  test("are those with a name in their path", () => {
    expect(readWish(["a.test"])).toEqual({ long: false, names: ["a.test"] });
    expect(selectTests(paths, { long: false, names: ["a.test"] })).toEqual(["test/a.test.ts"]);
  });
  test("are none where an option is unknown", () => {
    expect(readWish(["--lnog"])).toBeString();
  });
});

describe("lanes", () => {
  test.each([
    [["a", "b", "c"], 2, [["a", "c"], ["b"]]],
    [["a"], 2, [["a"]]],
    [["a", "b"], 1, [["a", "b"]]],
    [[], 2, []],
  ])("%p in at most %i", (files, most, lanes) => {
    expect(dealFiles(files, most)).toEqual(lanes);
  });

  test("add up", () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(closingLine(addUp([one, one]))).toBe("2 passed, 4 failed, 6 skipped");
    expect(closingLine(addUp([]))).toBe("0 passed, 0 failed, 0 skipped");
  });
});
