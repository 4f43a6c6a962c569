import { describe, expect, test } from "bun:test";
import { property, string } from "fast-check";
import { keyOfUser, readId, readUser } from "../../host/control/names.ts";
import { assertSeeded } from "./seeded-property.ts";

describe("users", () => {
  test.each([
    ["case", ["eve", "Eve", "EVE"]],
    ["white space around", ["eve", "eve ", " eve", "\u00a0eve", "\ufeffeve\t"]],
    ["white space inside", ["e ve", "e  ve", "e\u00a0ve", "e\u3000ve"]],
    ["NFC and NFD", ["ren\u00e9", "rene\u0301", "RENE\u0301"]],
    ["compatibility forms", ["eve", "\uff45\uff56\uff45", "\u{1d41e}\u{1d42f}\u{1d41e}"]],
    ["letters with two small forms", ["οδος", "οδοσ", "ΟΔΟΣ"]],
    ["letters with two capitals", ["straße", "STRASSE", "ſtraſſe"]],
  ])("%s: one user", (_, spellings) => {
    expect(new Set(spellings.map(keyOfUser)).size).toBe(1);
  });

  test("an accent, a digit or another alphabet makes another user", () => {
    const users = ["eve", "eva", "evé", "eve1", "\u0435ve", "e ve"];
    expect(new Set(users.map(keyOfUser)).size).toBe(users.length);
  });
});

test("what is read as an id is printable ASCII; what is read as a user stays as it was", () => {
  assertSeeded(
    property(string({ unit: "binary", maxLength: 66 }), (text) => {
      expect(readId(text).ok).toBe(/^[\x21-\x7e]{1,64}$/.test(text));
      const user = readUser(text);
      if (!user.ok) return;
      expect(user.value).toBe(text);
      expect(text.normalize("NFC").trim().split(/\s+/u).join(" ")).toBe(text);
    }),
    500,
  );
});
