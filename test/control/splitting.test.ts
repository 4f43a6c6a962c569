/** One large payment in many small ones: parts, users, spellings, days. */

import { describe, expect, test } from "bun:test";
import { type ScreeningContext, screen, screenBatch } from "../../host/control/index.ts";
import type { Withdrawal } from "../../host/withdrawal.ts";
import { BTC, contextOf, DAY_MS, KNOWN, NEW, paid, wish } from "./screening-context.ts";

const TENTH = BTC / 10;
const verdictsOf = (batch: readonly Withdrawal[], changes: Partial<ScreeningContext> = {}) =>
  screenBatch(batch, contextOf(changes)).map(({ verdict }) => verdict);
const destinationOf = (withdrawal: Withdrawal, history: ScreeningContext["history"]) =>
  screen(withdrawal, contextOf({ history })).evidence.find(({ rule }) => rule.startsWith("new"));

describe("to one new address", () => {
  test("1 BTC in ten parts: the first passes, the others are held", () => {
    const parts = Array.from({ length: 10 }, (_, at) => wish(TENTH, NEW, "eve", `s${at}`));
    const held = Array.from({ length: 9 }, () => "hold");
    expect(verdictsOf(parts)).toMatchObject(["pass", ...held]);
  });

  test("parts pass up to the limit; what is held does not count", () => {
    const parts = [TENTH / 2, TENTH / 2 + 1, TENTH / 2, 546].map((sats) => wish(sats, NEW, "eve"));
    expect(verdictsOf(parts)).toEqual(["pass", "hold", "pass", "hold"]);
  });

  test("parts of several users, in several spellings of the address, are one sum", () => {
    const parts = ["eve", "mallory", "trudy"].map((user) => wish(TENTH / 2, NEW, user));
    expect(verdictsOf(parts)).toEqual(["pass", "pass", "hold"]);
    const [first = wish(1), ...others] = parts;
    expect(verdictsOf([{ ...first, address: NEW.toUpperCase() }, ...others])).toEqual([
      "pass",
      "pass",
      "hold",
    ]);
  });

  test("payments to somebody who knows the address count for those who do not", () => {
    const batch = [wish(TENTH, KNOWN, "ada"), wish(TENTH, KNOWN, "ada"), wish(546, KNOWN, "bob")];
    expect(verdictsOf(batch)).toEqual(["pass", "pass", "hold"]);
  });

  test.each([
    ["within the window count", [paid(TENTH, DAY_MS - 1, "bob", NEW)], "hold", TENTH + 546],
    ["before the window do not", [paid(TENTH, DAY_MS, "bob", NEW)], "pass", 546],
    ["to another address do not", [paid(TENTH, 1, "bob", KNOWN)], "pass", 546],
    ["to the user itself make it known", [paid(TENTH, 1, "eve", NEW)], "pass", TENTH + 546],
    ["to a name like the user's do not", [paid(TENTH, 1, "Eve", NEW)], "hold", TENTH + 546],
    ["of no number count as too much", [paid(Number.NaN, 1, "bob", NEW)], "hold", Number.NaN],
    ["below zero take nothing off", [paid(-TENTH, 1, "bob", NEW)], "pass", 546],
  ] as const)("payments of the past %s", (_, history, verdict, observed) => {
    const evidence = destinationOf(wish(546, NEW, "eve"), history);
    expect(evidence).toMatchObject({ verdict, observed, limit: TENTH, windowMs: DAY_MS });
  });
});

describe("from one user", () => {
  test("spellings of one name share one day", () => {
    const spellings = ["ren\u00e9", "Ren\u00e9", "REN\u00c9", "rene\u0301", "\u00a0ren\u00e9 "];
    const history = spellings.map((user) => paid(1_000, 30 * DAY_MS, user));
    const batch = spellings.map((user) => wish(BTC / 2, KNOWN, user));
    expect(verdictsOf(batch, { history })).toEqual(["pass", "pass", "hold", "hold", "hold"]);
  });

  test("the day's payments to another spelling count", () => {
    const history = [paid(1_000, 30 * DAY_MS), paid(BTC, 1, "ADA")];
    expect(verdictsOf([wish(546)], { history })).toEqual(["hold"]);
  });
});
