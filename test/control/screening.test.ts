import { describe, expect, test } from "bun:test";
import { array, constantFrom, integer, property, record, shuffledSubarray } from "fast-check";
import {
  type ScreeningContext,
  screen,
  screenBatch,
  VERDICTS,
  type Verdict,
} from "../../host/control/index.ts";
import type { Withdrawal } from "../../host/withdrawal.ts";
import {
  BTC,
  contextOf,
  DAY_MS,
  DENIED,
  KNOWN,
  NEW,
  NOW_MS,
  paid,
  verdictOf,
  wish,
} from "./screening-context.ts";
import { assertSeeded } from "./seeded-property.ts";

describe("velocity", () => {
  const past = [paid(1_000, 30 * DAY_MS), paid(BTC / 2, DAY_MS - 1)];

  test.each<[string, number, ScreeningContext["history"], Verdict]>([
    ["at the limit of a day", BTC, [paid(1_000, DAY_MS)], "pass"],
    ["above it", BTC + 1, [paid(1_000, DAY_MS)], "hold"],
    ["at the limit with the day's payments", BTC / 2, past, "pass"],
    ["above it with the day's payments", BTC / 2 + 1, past, "hold"],
    ["above it, the payments just a day old", BTC / 2 + 1, [paid(BTC / 2, DAY_MS)], "pass"],
    ["above it with another user's payments", BTC, [...past, paid(BTC, 1, "bob")], "hold"],
    ["with a payment whose time lies ahead", BTC, [paid(1, -DAY_MS)], "hold"],
    ["with a payment whose time is none", BTC, [paid(1, Number.NaN)], "hold"],
    ["with a payment below zero", BTC + 1, [paid(-BTC, 1)], "hold"],
    ["at the limit of what is paid", 10 * BTC, [paid(1_000, DAY_MS)], "hold"],
    ["above the limit of what is paid", 10 * BTC + 1, [paid(1_000, DAY_MS)], "refuse"],
    ["with an amount that is none", Number.NaN, past, "refuse"],
  ])("%s", (_, amountSats, history, verdict) => {
    expect(verdictOf("velocity", wish(amountSats), contextOf({ history }))).toBe(verdict);
  });

  test("gives the sum and the limit it was compared with", () => {
    const { evidence } = screen(wish(BTC), contextOf({ history: past }));
    expect(evidence).toContainEqual({
      rule: "velocity",
      verdict: "hold",
      means: "The user would take out more within the window than passes without people.",
      observed: 1.5 * BTC,
      limit: BTC,
      unit: "sats",
      windowMs: DAY_MS,
    });
  });
});

describe("new-destination", () => {
  test.each<[string, Withdrawal, Verdict]>([
    ["a small first payment", wish(BTC / 10, NEW), "pass"],
    ["a large first payment", wish(BTC / 10 + 1, NEW), "hold"],
    ["a large payment to a known address", wish(BTC / 10 + 1), "pass"],
    ["a large payment to an address only others know", wish(BTC / 2, KNOWN, "bob"), "hold"],
    ["a known address in upper case", wish(BTC / 2, KNOWN.toUpperCase()), "pass"],
  ])("%s", (_, withdrawal, verdict) => {
    expect(verdictOf("new-destination", withdrawal, contextOf())).toBe(verdict);
  });

  test("a payment that passes comes with evidence", () => {
    expect(screen(wish(700, NEW), contextOf())).toMatchObject({
      verdict: "pass",
      evidence: expect.arrayContaining([
        expect.objectContaining({ rule: "new-destination", observed: 700, limit: BTC / 10 }),
      ]),
    });
  });
});

describe("deny-list", () => {
  test.each<[string, string, ScreeningContext["denyList"], Verdict]>([
    ["another address", KNOWN, [DENIED], "pass"],
    ["a listed address", DENIED, [DENIED], "refuse"],
    ["a listed address, from a set", DENIED, new Set([DENIED]), "refuse"],
    ["a listed address in upper case", DENIED.toUpperCase(), [DENIED], "refuse"],
    ["an address listed in upper case", DENIED, [DENIED.toUpperCase()], "refuse"],
    ["an address listed with spaces around it", DENIED, [` ${DENIED}\r`], "refuse"],
    ["an address that cannot be read", "nonsense", [], "refuse"],
  ])("%s", (_, address, denyList, verdict) => {
    expect(verdictOf("deny-list", wish(1_000, address), contextOf({ denyList }))).toBe(verdict);
  });
});

describe("screening", () => {
  test("the worst verdict wins, and every rule gives evidence as plain data", () => {
    const screening = screen(wish(BTC * 2, DENIED), contextOf());
    expect(screening.verdict).toBe("refuse");
    expect(screening.evidence.map(({ rule, verdict }) => [rule, verdict])).toEqual([
      ["deny-list", "refuse"],
      ["velocity", "hold"],
      ["new-destination", "hold"],
    ]);
    expect(JSON.parse(JSON.stringify(screening))).toEqual(screening);
  });

  test("a batch counts what passes, by user and in order", () => {
    const batch = [
      wish(0.6 * BTC, KNOWN, "ada", "passes"),
      wish(0.5 * BTC, KNOWN, "ada", "would exceed the day"),
      wish(0.4 * BTC, KNOWN, "ada", "still fits, what is held does not count"),
      wish(600, KNOWN, "ada", "exceeds by now"),
      wish(600, NEW, "bob", "is somebody else's"),
    ];
    const screened = screenBatch(batch, contextOf());
    expect(screened.map(({ withdrawal }) => withdrawal)).toEqual(batch);
    expect(screened.map(({ verdict }) => verdict)).toEqual([
      "pass",
      "hold",
      "pass",
      "hold",
      "pass",
    ]);
  });

  test("a small payment in a batch does not make its address known", () => {
    const screened = screenBatch([wish(600, NEW), wish(BTC / 2, NEW)], contextOf());
    expect(screened.map(({ verdict }) => verdict)).toEqual(["pass", "hold"]);
  });
});

const amounts = integer({ min: 546, max: 20 * BTC });
const users = constantFrom("ada", "bob");
const addresses = constantFrom(KNOWN, NEW, DENIED);
const histories = array(
  record({
    user: users,
    address: addresses,
    amountSats: integer({ min: 546, max: BTC }),
    timeMs: integer({ min: NOW_MS - 2 * DAY_MS, max: NOW_MS }),
  }),
  { maxLength: 8 },
);
const rank = (verdict: Verdict): number => VERDICTS.indexOf(verdict);

describe("screening, at random", () => {
  test("the verdict never improves when the amount grows", () => {
    assertSeeded(
      property(amounts, amounts, users, addresses, histories, (a, b, user, address, history) => {
        const context = contextOf({ history });
        const less = screen(wish(Math.min(a, b), address, user), context);
        const more = screen(wish(Math.max(a, b), address, user), context);
        expect(rank(more.verdict)).toBeGreaterThanOrEqual(rank(less.verdict));
      }),
      150,
    );
  });

  test("the order of the deny list does not matter", () => {
    const lists = shuffledSubarray([KNOWN, NEW, DENIED]);
    assertSeeded(
      property(lists, addresses, amounts, (list, address, amountSats) => {
        const withdrawal = wish(amountSats, address);
        const shuffled = screen(withdrawal, contextOf({ denyList: list }));
        const sorted = screen(withdrawal, contextOf({ denyList: list.toSorted() }));
        expect(shuffled).toEqual(sorted);
        expect(shuffled.verdict === "refuse").toBe(list.includes(address) || amountSats > 10 * BTC);
      }),
      150,
    );
  });

  test("what a batch passes to an address nobody knows keeps within the limit", () => {
    const spellings = constantFrom("ada", "Ada", "bob", "carol");
    const small = integer({ min: 546, max: BTC / 8 });
    const wishes = array(record({ user: spellings, address: addresses, amountSats: small }));
    assertSeeded(
      property(wishes, histories, (list, before) => {
        const history = before.filter(({ address }) => address !== NEW);
        const batch = list.map((one, place) => ({ ...one, id: `w${place}` }));
        const sums = screenBatch(batch, contextOf({ history }))
          .filter(({ verdict, withdrawal }) => verdict === "pass" && withdrawal.address === NEW)
          .map(({ withdrawal }) => withdrawal.amountSats);
        expect(sums.reduce((sum, amount) => sum + amount, 0)).toBeLessThanOrEqual(BTC / 10);
      }),
      100,
    );
  });

  test("what passes of a batch keeps within each user's day", () => {
    const wishes = array(record({ user: users, address: addresses, amountSats: amounts }));
    assertSeeded(
      property(wishes, (list) => {
        const batch = list.map((one, place) => ({ ...one, id: `w${place}` }));
        const passed = screenBatch(batch, contextOf()).filter(({ verdict }) => verdict === "pass");
        for (const user of ["ada", "bob"]) {
          const sums = passed
            .filter(({ withdrawal }) => withdrawal.user === user)
            .map(({ withdrawal }) => withdrawal.amountSats);
          expect(sums.reduce((sum, amount) => sum + amount, 0)).toBeLessThanOrEqual(BTC);
        }
      }),
      100,
    );
  });

  test("a batch of one is screened as one alone", () => {
    assertSeeded(
      property(amounts, users, addresses, histories, (amountSats, user, address, history) => {
        const withdrawal = wish(amountSats, address, user);
        const context = contextOf({ history });
        const alone = { withdrawal, ...screen(withdrawal, context) };
        expect(screenBatch([withdrawal], context)).toEqual([alone]);
      }),
      100,
    );
  });
});
