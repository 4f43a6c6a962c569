/** protocol.cddl (RFC 8610) by other people's readers: it is CDDL, and says what the code does. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { describeProtocol } from "../../protocol/describe/index.ts";
import { SEED } from "../protocol/random.ts";
import { type Ask, askJudge, JUDGES } from "./cddl-judges.ts";
import { SHAPES } from "./shapes.ts";
import { spoiled } from "./spoiled.ts";
import { CALLS } from "./v01/calls.ts";
import { HELLOS } from "./v01/frames.ts";
import { MESSAGES } from "./v01/messages.ts";

const CDDL = describeProtocol().find(({ path }) => path.endsWith(".cddl"))?.text ?? "";
const TIMEOUT_MS = 60_000;

const sampled = (numRuns: number, mend: typeof spoiled): readonly (Ask & { takes: boolean })[] =>
  SHAPES.flatMap(({ rule, bytes, takes }) =>
    fc
      .sample(mend(bytes), { seed: SEED, numRuns })
      .map((one) => ({ rule, bytes: one, takes: takes(one) })),
  );

/** Up to so many values of each rule that the code takes: of some, most are not well-formed. */
const taken = (most: number): readonly (Ask & { takes: boolean })[] =>
  SHAPES.flatMap(({ rule, bytes, takes }) =>
    fc
      .sample(bytes, { seed: SEED, numRuns: 10 * most })
      .filter(takes)
      .slice(0, most)
      .map((one) => ({ rule, bytes: one, takes: true })),
  );

const golden = [
  ...HELLOS.map(({ hex }) => ({ rule: "hello", hex })),
  ...MESSAGES.map(({ hex }) => ({ rule: "message", hex })),
  ...CALLS.flatMap(({ answer, request }) => [
    { rule: "request", hex: request },
    { rule: "result", hex: answer },
  ]),
].map(({ rule, hex }) => ({ rule, bytes: Uint8Array.fromHex(hex), takes: true }));

/** What a judge and the code disagree about, in a form that is read in a failure. */
const disagreements = async (
  judge: string,
  asks: readonly (Ask & { takes: boolean })[],
): Promise<readonly unknown[]> => {
  const verdicts = await askJudge(judge, CDDL, asks);
  expect(verdicts).toHaveLength(asks.length);
  return asks.flatMap(({ rule, bytes, takes }, i) =>
    verdicts[i] === takes ? [] : [{ rule, takes, bytes: bytes.toHex().slice(0, 200) }],
  );
};

test("every rule of the file has its shape here", () => {
  const rules = [...CDDL.matchAll(/^([a-z-]+) = /gm)].map(([, rule]) => rule ?? "");
  expect(SHAPES.map(({ rule }) => rule).toSorted()).toEqual(rules.toSorted());
});

for (const judge of ["cddl_verifier", "pycddl"]) {
  describe(`${judge} agrees that`, () => {
    const isMissing = !JUDGES.includes(judge);
    test.skipIf(isMissing)("the golden bytes of version 1 fit", async () => {
      expect(await disagreements(judge, golden)).toEqual([]);
    });
    test.skipIf(isMissing)(
      "what the code writes fits: every message, params and result of every command",
      async () => {
        const asks = taken(25);
        expect(new Set(asks.map(({ rule }) => rule)).size).toBe(SHAPES.length);
        expect(await disagreements(judge, asks)).toEqual([]);
      },
      TIMEOUT_MS,
    );
  });
}

// Only the strict one: the other lets members pass that no shape names.
test.skipIf(!JUDGES.includes("cddl_verifier"))(
  "with one thing spoiled, what the code refuses does not fit, and what fits is taken",
  async () => {
    const asks = sampled(40, spoiled);
    const refused = asks.filter(({ takes }) => !takes).length;
    console.log(`CDDL: ${refused} of ${asks.length} spoiled values are refused`);
    expect(refused).toBeGreaterThan(asks.length / 3);
    expect(await disagreements("cddl_verifier", asks)).toEqual([]);
  },
  TIMEOUT_MS,
);
