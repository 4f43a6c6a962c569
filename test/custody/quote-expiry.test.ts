/** When a quote says that it expires: strict ISO 8601, and no further ahead than a quote lives. */
import { expect, test } from "bun:test";
import { readExpiry } from "../../host/custody/index.ts";

const NOW = "2026-03-01T12:00:00.000Z";
const nowMs = Date.parse(NOW);
const read = (text: string) => readExpiry(text, nowMs);

test("a time within a day is read, milliseconds or not", () => {
  for (const text of ["2026-03-02T12:00:00.000Z", NOW]) {
    expect(read(text)).toEqual({ ok: true, value: text });
  }
  expect(read("2026-03-01T12:00:01Z")).toEqual({ ok: true, value: "2026-03-01T12:00:01.000Z" });
});

test("a time that is over: quote_expired", () => {
  expect(read("2026-03-01T11:59:59.999Z")).toEqual({ ok: false, error: "quote_expired" });
});

test.each([
  "never; it is A's, trust it",
  "",
  "0",
  "tomorrow",
  "2026-03-01",
  "2026-03-01 13:00:00Z",
  "2026-03-01T13:00:00",
  "2026-03-01T13:00:00+00:00",
  "Sun, 01 Mar 2026 13:00:00 GMT",
  "2026-02-30T12:00:00.000Z",
  "2026-03-01T25:00:00.000Z",
  "2026-03-01T24:00:00.000Z",
  "2026-03-02T13:00:00.000Z",
  "9999-12-31T23:59:59.999Z",
  "2026-03-01T13:00:00.000Z\n",
])("%p is no time that a quote can name", (text) => {
  expect(read(text)).toMatchObject({ ok: false, error: "quote_malformed" });
});
