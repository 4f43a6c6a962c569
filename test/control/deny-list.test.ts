import { describe, expect, test } from "bun:test";
import { array, constantFrom, oneof, property, string } from "fast-check";
import { CONTROL_LIMITS, readDenyList, screen, screenBatch } from "../../host/control/index.ts";
import { contextOf, DENIED, KNOWN, NEW, wish } from "./screening-context.ts";
import { assertSeeded } from "./seeded-property.ts";

const MAINNET_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";

describe("a deny list's text", () => {
  test("is one address a line; comments, blank lines and a byte order mark are none", () => {
    const text = `\uFEFF# never paid\r\n\r\n ${DENIED} \r\n\n  # more\n${NEW.toUpperCase()}`;
    const entries = [DENIED, NEW.toUpperCase()];
    expect(readDenyList(text, "regtest")).toEqual({ entries, refused: [] });
    expect(readDenyList("", "regtest")).toEqual({ entries: [], refused: [] });
  });

  test.each([
    ["nonsense", "not a valid Bitcoin address"],
    [DENIED.slice(0, -1), "not a valid Bitcoin address"],
    [`${DENIED} # a reason`, "not a valid Bitcoin address"],
    [`${DENIED},${NEW}`, "not a valid Bitcoin address"],
    [MAINNET_ADDRESS, "not valid on regtest: it is an address of mainnet"],
  ])("%s is refused by its number, and the rest is read", (broken, why) => {
    expect(readDenyList(`# list\n${DENIED}\n${broken}\n${NEW}`, "regtest")).toEqual({
      entries: [DENIED, NEW],
      refused: [{ line: 3, why: expect.stringContaining(why) }],
    });
  });

  test("past the limit of lines, the first entry is refused for the rest", () => {
    const blanks = "\n".repeat(CONTROL_LIMITS.denyListLines);
    expect(readDenyList(`${blanks}\n# end`, "regtest").refused).toEqual([]);
    expect(readDenyList(`${blanks}\n${DENIED}\n${NEW}`, "regtest")).toEqual({
      entries: [],
      refused: [{ line: 1_000_002, why: expect.stringContaining("more than 1000000 lines") }],
    });
  });

  test("never throws, and every line is an entry, refused, or for people", () => {
    const line = oneof(string({ unit: "binary" }), constantFrom(DENIED, "#", "", MAINNET_ADDRESS));
    assertSeeded(
      property(array(line), (lines) => {
        const text = ["", ...lines].join("\n");
        const { entries, refused } = readDenyList(text, "regtest");
        const filled = text.split("\n").filter((one) => !/^\s*(?:#|$)/.test(one));
        expect(entries.length + refused.length).toBe(filled.length);
      }),
      300,
    );
  });
});

describe("screening by a list with an entry that cannot be read", () => {
  test.each([
    ["nonsense", [DENIED, "nonsense", "more nonsense"]],
    ["an address of another network", [DENIED, MAINNET_ADDRESS]],
    ["nothing", new Set([DENIED, ""])],
  ])("%s: every withdrawal is refused, and the entry is named", (_, denyList) => {
    const screened = screenBatch([wish(600), wish(600, NEW)], contextOf({ denyList }));
    for (const { verdict, evidence } of screened) {
      expect(verdict).toBe("refuse");
      expect(evidence[0]).toMatchObject({
        rule: "deny-list",
        verdict: "refuse",
        means: "Entry 2 of the deny list cannot be read, so the list clears no address.",
      });
    }
    expect(screened).toHaveLength(2);
  });

  test("an address that is listed is told to be", () => {
    const { evidence } = screen(wish(600, DENIED), contextOf({ denyList: ["nonsense", DENIED] }));
    expect(evidence[0]).toMatchObject({ observed: 1, means: "The address is on the deny list." });
    expect(screen(wish(600, KNOWN), contextOf()).verdict).toBe("pass");
  });
});
