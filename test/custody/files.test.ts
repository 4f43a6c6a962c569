/** Keys, shares and quotes as files and text: what is read back, and what is refused. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  formatCustodian,
  formatKeyFile,
  formatShareFile,
  generateCustodianKey,
  parseCustodian,
  parseKeyFile,
  parseQuote,
  parseShareFile,
  publicOf,
} from "../../host/custody/index.ts";
import { unwrap } from "../driver/lines.ts";
import { genesis } from "./genesis.ts";

const VALUES: readonly unknown[] = [null, 1, true, "", "x", [], {}, "00".repeat(31), ["a"]];

/** Every member in turn missing or of another kind. */
const spoilt = (text: string): readonly string[] => {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new Error("an object");
  return Object.keys(value).flatMap((name) =>
    [undefined, ...VALUES].map((other) => JSON.stringify({ ...value, [name]: other })),
  );
};

test("a custodian's key file is read back as it was written", () => {
  const key = generateCustodianKey();
  expect(parseKeyFile(formatKeyFile(key))).toEqual({ ok: true, value: key });
  expect(generateCustodianKey()).not.toEqual(key);
});

test("a key file with any member missing or of another kind is refused", () => {
  for (const text of spoilt(formatKeyFile(generateCustodianKey()))) {
    expect(parseKeyFile(text)).toEqual({ ok: false, error: "file_malformed" });
  }
});

test("a key file whose halves do not belong together is refused", () => {
  const [one, other] = [generateCustodianKey(), generateCustodianKey()];
  const wrapping = { ...one, publicKey: other.publicKey };
  const signing = { ...one, signing: { ...one.signing, publicKey: other.signing.publicKey } };
  for (const mixed of [wrapping, signing]) {
    expect(parseKeyFile(formatKeyFile(mixed))).toEqual({ ok: false, error: "file_malformed" });
  }
});

test("a share file is read back; a label that belies its context is refused", async () => {
  const { shares } = await genesis();
  const [share] = shares;
  if (share === undefined) throw new Error("a share");
  const text = formatShareFile(share, "2030-01-01T00:00:00.000Z");
  expect(unwrap(parseShareFile(text)).sealed).toEqual(share);
  const content = (one: string): string =>
    JSON.stringify(Object.entries(JSON.parse(one)).filter(([name]) => name !== "expires"));
  for (const one of spoilt(text)) {
    // When it expires is for people and stands in no context.
    expect({ one, ok: parseShareFile(one).ok }).toEqual({
      one,
      ok: content(one) === content(text),
    });
  }
  for (const [label, lie] of [
    ['"member": 0', '"member": 7'],
    ['"device": "A"', '"device": "Z"'],
    ['"purpose": "custodian"', '"purpose": "boot"'],
  ] as const) {
    const lying = text.replace(label, lie);
    expect(lying).not.toBe(text);
    expect(parseShareFile(lying)).toEqual({ ok: false, error: "share_malformed" });
  }
});

test("base64 in a share file is strict: no bytes are skipped", async () => {
  const { shares } = await genesis();
  const [share] = shares;
  if (share === undefined) throw new Error("a share");
  const text = formatShareFile(share);
  const { ciphertext } = share;
  const base64 = Buffer.from(ciphertext).toString("base64");
  const dirty = text.replace(base64, `!${base64.slice(0, 4)}*${base64.slice(4)}`);
  expect(dirty).not.toBe(text);
  expect(parseShareFile(dirty)).toEqual({ ok: false, error: "share_malformed" });
});

test("no text makes a parser throw", () => {
  const texts = fc.oneof(fc.string(), fc.json(), fc.constantFrom("null", "[]", "{}"));
  fc.assert(
    fc.property(texts, (text) => {
      expect(parseKeyFile(text).ok).toBe(false);
      expect(parseShareFile(text).ok).toBe(false);
      expect(parseCustodian(text).ok).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test("no bytes make a quote's reader throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      expect(parseQuote(bytes)).toEqual({ ok: false, error: "quote_malformed" });
    }),
    { numRuns: 500 },
  );
});

test("a public key: any one character that is wrong is noticed (BIP-350)", () => {
  const text = formatCustodian(publicOf(generateCustodianKey()));
  const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  for (let place = text.indexOf("1") + 1; place < text.length; place += 1) {
    for (const letter of letters.replace(text[place] ?? "", "")) {
      const wrong = `${text.slice(0, place)}${letter}${text.slice(place + 1)}`;
      expect(parseCustodian(wrong)).toEqual({ ok: false, error: "custodian_invalid" });
    }
  }
});

test("a public key: two neighbours that changed places, a letter too few or too many", () => {
  const text = formatCustodian(publicOf(generateCustodianKey()));
  for (let place = text.indexOf("1") + 1; place < text.length - 1; place += 1) {
    const [a = "", b = ""] = [text[place], text[place + 1]];
    const swapped = `${text.slice(0, place)}${b}${a}${text.slice(place + 2)}`;
    if (a !== b) expect(parseCustodian(swapped).ok).toBe(false);
    expect(parseCustodian(`${text.slice(0, place)}${text.slice(place + 1)}`).ok).toBe(false);
    expect(parseCustodian(`${text.slice(0, place)}q${text.slice(place)}`).ok).toBe(false);
  }
  expect(parseCustodian(` ${text}\n`).ok).toBe(true);
  expect(parseCustodian(text.toUpperCase()).ok).toBe(true);
});
