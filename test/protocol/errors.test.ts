/** The one table of errors. */
import { describe, expect, test } from "bun:test";
import {
  assert,
  ERROR_NAMES,
  ERRORS,
  errorOfCode,
  type ErrorGroup,
  fail,
  isErrorName,
} from "../../protocol/errors.ts";

const HUNDREDS: Readonly<Record<ErrorGroup, number>> = {
  link: 1,
  session: 2,
  call: 3,
  idempotency: 4,
  upload: 5,
  policy: 6,
  signing: 7,
  device: 8,
  custody: 9,
  host: 10,
};

describe("the table of errors", () => {
  test("gives each name a code of its own, in its group's hundred", () => {
    expect(new Set(ERROR_NAMES.map((name) => ERRORS[name].code)).size).toBe(ERROR_NAMES.length);
    for (const name of ERROR_NAMES) {
      const { code, group } = ERRORS[name];
      expect([name, Math.floor(code / 100)]).toEqual([name, HUNDREDS[group]]);
      expect(code % 100).toBeGreaterThan(0);
      expect(errorOfCode(code)).toBe(name);
    }
  });

  test("says one sentence for each, no two the same", () => {
    const sentences = ERROR_NAMES.map((name) => ERRORS[name].means);
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].{10,99}[.?]$/);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  test("names are lower case, and none is a member of every object", () => {
    for (const name of ERROR_NAMES) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    for (const name of ["constructor", "toString", "__proto__", "LINK_DOWN", ""]) {
      expect(isErrorName(name)).toBe(false);
    }
    for (const code of [0, 100, 999, 65_535, -1, Number.NaN]) {
      expect(errorOfCode(code)).toBeUndefined();
    }
  });
});

test("a failure has details only where there are some", () => {
  expect(Object.keys(fail("busy"))).toEqual(["ok", "error"]);
  expect(fail("busy", { input: 1 })).toEqual({ ok: false, error: "busy", details: { input: 1 } });
});

test("a broken invariant throws its sentence", () => {
  expect(() => assert(ERROR_NAMES.length === 0, "there are no errors")).toThrow(
    "broken invariant: there are no errors",
  );
});
