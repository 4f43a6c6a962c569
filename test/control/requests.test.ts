import { describe, expect, test } from "bun:test";
import { array, constantFrom, json, oneof, property, string } from "fast-check";
import { readRequests } from "../../host/control/index.ts";
import { NETWORK_NAMES } from "../../host/withdrawal.ts";
import { assertSeeded } from "./seeded-property.ts";

const ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
const MAINNET_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
const GOOD = { id: "w1", user: "ada", address: ADDRESS, amountSats: 600 };

const line = (changes: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ ...GOOD, ...changes });

// A valid line with one more member at its end, written as it stands.
const repeat = (member: string): string => `${line().slice(0, -1)},${member}}`;

const without = (field: keyof typeof GOOD): string => line({ [field]: undefined });

describe("request lines", () => {
  test("are read in order; blank lines, CRLF and a byte order mark are tolerated", () => {
    const text = `\uFEFF${line()}\r\n\r\n  \n${line({ id: "w2", amountSats: 546 })}\n`;
    expect(readRequests(text, "regtest")).toEqual({
      requests: [GOOD, { ...GOOD, id: "w2", amountSats: 546 }],
      refused: [],
    });
    expect(readRequests("", "regtest")).toEqual({ requests: [], refused: [] });
  });

  test.each([
    ["mainnet", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"],
    ["mainnet", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"],
    ["mainnet", MAINNET_ADDRESS.toUpperCase()],
    ["mainnet", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"],
    ["testnet", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"],
    ["signet", "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7"],
    ["regtest", ADDRESS],
  ] as const)("on %s the address %s is valid", (network, address) => {
    expect(readRequests(line({ address }), network).requests).toHaveLength(1);
  });

  test.each([
    ["{", "not JSON"],
    ["[]", "not a JSON object"],
    ["null", "not a JSON object"],
    ["7", "not a JSON object"],
    [`${line()} ${line()}`, "not JSON"],
    [without("id"), "id is missing"],
    [without("user"), "user is missing"],
    [without("address"), "address is missing"],
    [without("amountSats"), "amountSats is missing"],
    [line({ feeSats: 1 }), "other fields"],
    [line({ id: 7 }), "id is not a string"],
    [line({ id: "" }), "id is empty"],
    [line({ id: "x".repeat(65) }), "id is longer than 64"],
    ...["w 1", " w1", "w1 ", "w\u20101", "\u00a0w1", "w\t1", "w\u007f", "é"].map((id) => [
      line({ id }),
      "id has characters other than printable ASCII",
    ]),
    [line({ user: null }), "user is not a string"],
    [line({ user: " " }), "user is empty"],
    [line({ user: "x".repeat(65) }), "user is longer than 64"],
    [line({ user: "\u00a0" }), "user is empty"],
    ...[
      "ada\u001b[2J",
      "a\u200bda",
      "ada\ufe0f",
      "ad\u034fa",
      "ada\u3164",
      "\u2800ada",
      "a\u2028a",
    ].map((user) => [line({ user }), "unprintable"]),
    ...["ada ", " ada", "\u00a0ada", "ada\u3000", "ada  b", "ada\u00a0b", "ada\u2003b"].map(
      (user) => [line({ user }), "white space other than single spaces"],
    ),
    [line({ user: "rene\u0301" }), "normalization form C"],
    [line({ address: 1 }), "address is not a string"],
    [line({ address: "" }), "not a valid Bitcoin address"],
    [line({ address: `${ADDRESS}q` }), "not a valid Bitcoin address"],
    [line({ address: ADDRESS.replace("bcrt1q", "bcrt1Q") }), "not a valid Bitcoin address"],
    [line({ address: MAINNET_ADDRESS }), "not valid on regtest: it is one of mainnet"],
    [line({ amountSats: "600" }), "amountSats is not a number"],
    [line({ amountSats: null }), "amountSats is not a number"],
    [line({ amountSats: 0 }), "not a positive whole number"],
    [line({ amountSats: -600 }), "not a positive whole number"],
    [line({ amountSats: 600.5 }), "not a positive whole number"],
    [line({ amountSats: 2 ** 53 }), "not a positive whole number"],
    [line({ amountSats: 545 }), "dust: below 546"],
    [line({ amountSats: 2_100_000_000_000_001 }), "above 21 million"],
    [line({ id: "w1" }).padEnd(4_097), "longer than 4096 bytes"],
    [line({ user: "ö".repeat(2_048) }), "longer than 4096 bytes"],
    [line({ id: "before" }), "stands on an earlier line"],
    [line({ id: "Before" }), "stands on an earlier line"],
    [line({ id: "BEFORE" }), "stands on an earlier line"],
    [repeat('"amountSats":9000000'), "amountSats stands twice"],
    [repeat('"amountSats":600'), "amountSats stands twice"],
    [repeat('"id" \t:"w2"'), "id stands twice"],
    [line().replace('"ada"', '{"\\u001b":1,"\\u001b":1}'), "A field within a field stands twice"],
    [repeat('"\\u0069d":"w2"'), "id stands twice"],
    [repeat('"\\u0075s\\u0065r":"eve"'), "user stands twice"],
  ])("%s is refused by its number, and the rest goes on", (broken, why) => {
    const text = [line({ id: "before" }), "", broken, line({ id: "after" })].join("\n");
    const { requests, refused } = readRequests(text, "regtest");
    expect(requests.map(({ id }) => id)).toEqual(["before", "after"]);
    expect(refused).toEqual([
      { line: 3, error: "request_malformed", details: { why: expect.stringContaining(why) } },
    ]);
  });

  test("at the limits pass: 64 characters, 21 million bitcoin, 4096 bytes", () => {
    const fields = { id: "x".repeat(64), user: "y".repeat(64), amountSats: 21e14 };
    expect(readRequests(line(fields).padEnd(4_096), "regtest").requests).toHaveLength(1);
  });

  test("words of any alphabet are a user's name, and quotes in a value are no keys", () => {
    const users = [
      "Ada Lovelace",
      "ren\u00e9",
      "李",
      "O'Neil",
      'a","id":"b',
      'a\\":"',
      '\\"id\\":',
    ];
    const lines = users.map((user, place) => line({ id: `w${place}`, user }));
    const { requests, refused } = readRequests(lines.join("\n"), "regtest");
    expect(refused).toEqual([]);
    expect(requests.map(({ user }) => user)).toEqual(users);
  });

  test("the id of a refused line may be used again", () => {
    const text = `${line({ amountSats: 1 })}\n${line()}`;
    expect(readRequests(text, "regtest").requests).toEqual([GOOD]);
  });

  test("past 10,000 lines nothing is read, and the first that is there says so", () => {
    const blanks = "\n".repeat(10_000);
    expect(readRequests(`${blanks}\n\n`, "regtest").refused).toEqual([]);
    const { requests, refused } = readRequests(`${blanks}\n${line()}\n${line()}`, "regtest");
    expect(requests).toEqual([]);
    expect(refused).toMatchObject([{ line: 10_002, error: "request_malformed" }]);
    const full = Array.from({ length: 10_000 }, () => "{").join("\n");
    expect(readRequests(full, "regtest").refused).toHaveLength(10_000);
  });
});

test("no text throws, and every line that is not blank is read or refused", () => {
  const anyLine = oneof(string({ unit: "binary" }), json(), constantFrom(line(), "", "\r", "{}"));
  assertSeeded(
    property(array(anyLine), constantFrom(...NETWORK_NAMES), (lines, network) => {
      const text = lines.join("\n");
      const { requests, refused } = readRequests(text, network);
      const filled = text.split("\n").filter((one) => one.replace("\uFEFF", "").trim() !== "");
      expect(requests.length + refused.length).toBe(filled.length);
    }),
    500,
  );
});
