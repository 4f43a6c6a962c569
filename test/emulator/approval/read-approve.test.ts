/** Rules and recordings in a JSON file: read whole, or refused in one sentence that says where. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readApprove } from "../../../hardware/emulator/kit/approval/index.ts";
import { unwrap } from "../../bitcoin/expect-value.ts";

const readOf = (value: unknown): unknown => unwrap(readApprove(value));

const SCREEN = { kind: "message", lines: ["Pair a host?"] };

test("rules: texts as they are, expressions between bars, numbers and bounds", () => {
  const rules = [
    {
      when: {
        kind: "transaction",
        text: "/^pay\\s/im",
        line: {
          wallet: "Hot",
          address: "/^bcrt1/",
          amountSats: { atLeast: 1, atMost: 5 },
          feeSats: 7,
          leavingSats: { atMost: 9 },
          inputs: 1,
          outputs: 1,
        },
      },
      press: "yes",
      afterMs: 250,
      times: 2,
      name: "small",
    },
    { when: { text: "a/b/", line: { branch: "change", index: 0, message: "x" } }, press: "wait" },
  ];
  const read = readOf(rules);
  expect(read).toEqual([
    {
      ...rules[0],
      when: {
        ...rules[0]?.when,
        text: /^pay\s/im,
        line: { ...rules[0]?.when.line, address: /^bcrt1/ },
      },
    },
    rules[1],
  ]);
});

test("a word is a word, an empty list no rule, and answers with screens a recording", () => {
  for (const word of ["auto", "never", "ask"]) expect(readOf(word)).toBe(word);
  expect(readOf([])).toEqual([]);
  const recording = [{ screen: SCREEN, press: "no", atMs: 3 }];
  expect(readOf(recording)).toEqual({ recording });
});

test("the lines of a log: of the first device, or of the one that is named", () => {
  const asked = (name: string) => JSON.stringify({ event: "screen", name, ...SCREEN });
  const typed = JSON.stringify({ name: "B", press: "no" });
  const log = [asked("A"), asked("B"), typed];
  const answers = (press: string) => ({ recording: [{ screen: SCREEN, press, atMs: 0 }] });
  expect(readOf(log)).toEqual(answers("wait"));
  expect(unwrap(readApprove(log, "B"))).toMatchObject(answers("no"));
  expect(unwrap(readApprove(log, "C"))).toMatchObject({ recording: [] });
});

describe("refused", () => {
  const rule = { when: {}, press: "yes" };
  const table: readonly (readonly [unknown, string])[] = [
    [{}, "neither a list of rules nor a recording"],
    ["perhaps", "neither a list"],
    [[7], "rule 1 is no object"],
    [["yes", '{"event":"screen","kind":"status","lines":[]}'], "session in which anybody asks"],
    [[rule, { press: "yes" }], "rule 2.when is no object"],
    [[{ ...rule, press: "maybe" }], "rule 1.press is none of yes, no, wait"],
    [[{ ...rule, presss: "no" }], 'rule 1: "presss" is none of'],
    [[{ ...rule, afterMs: -1 }], "rule 1.afterMs is no whole number from 0"],
    [[{ ...rule, times: 0 }], "rule 1.times is no whole number from 1"],
    [[{ ...rule, name: 1 }], "rule 1.name is no text"],
    [[{ ...rule, when: { kind: "question" } }], "rule 1.when.kind is none of pairing-code"],
    [[{ ...rule, when: { text: 1 } }], "rule 1.when.text is no text"],
    [[{ ...rule, when: { text: "/(/" } }], "rule 1.when.text: /(/ is no regular expression"],
    [[{ ...rule, when: { texts: "" } }], 'rule 1.when: "texts" is none of'],
    [[{ ...rule, when: { line: { fee: 1 } } }], 'rule 1.when.line: "fee" is none of'],
    [[{ ...rule, when: { line: { feeSats: "1" } } }], "rule 1.when.line.feeSats is no whole"],
    [
      [{ ...rule, when: { line: { feeSats: { below: 1 } } } }],
      '"below" is none of atLeast, atMost',
    ],
    [[{ ...rule, when: { line: { branch: "both" } } }], "branch is neither receive nor change"],
    [[{ screen: { kind: "message" }, press: "no", atMs: 1 }], "question 1.screen has no kind and"],
    [[{ screen: SCREEN, press: "no" }], "question 1.atMs is no whole number"],
    [[{ screen: SCREEN, press: "no", atMs: 1, more: 1 }], 'question 1: "more" is none of'],
    [[{ screen: SCREEN, press: "no", atMs: 1 }, rule], 'rule 1: "screen" is none of'],
  ];
  for (const [value, why] of table) {
    test(why, () => {
      const read = readApprove(value);
      expect(read).toMatchObject({ ok: false, error: "arguments_invalid" });
      if (read.ok) throw new Error("it was read");
      expect(read.details).toMatchObject({ option: "--approve" });
      expect(read.details?.["why"]).toContain(why);
    });
  }

  test("nothing makes it throw", () => {
    const claim = (value: unknown): void => {
      expect(typeof readApprove(value).ok).toBe("boolean");
    };
    fc.assert(fc.property(fc.jsonValue(), claim), { numRuns: 300 });
    fc.assert(fc.property(fc.array(fc.object()), claim), { numRuns: 100 });
  });
});
