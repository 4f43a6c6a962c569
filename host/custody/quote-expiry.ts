/** The time that stands beside a quote, for people. The device knows its own end for itself. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";

/** Milliseconds by which the clocks of the quote's host and the custodian's may differ. */
const CLOCK_DIFFERENCE_MS = 300_000;

const UTC_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

/**
 * Reads when a quote expires: ISO 8601 in UTC, as `mayfly quote` writes it, milliseconds or not.
 *
 * @returns the time with milliseconds; `quote_malformed` for any other text, a day that no
 * calendar has, or a time further ahead than a quote can live; `quote_expired` where it is over
 */
export const readExpiry = (
  text: string,
  nowMs: number,
): Outcome<string, "quote_malformed" | "quote_expired"> => {
  const atMs = UTC_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) return fail("quote_malformed", { expires: "no time" });
  const written = new Date(atMs).toISOString();
  // A 30th of February parses as a day of March.
  if (written.slice(0, 19) !== text.slice(0, 19)) {
    return fail("quote_malformed", { expires: "no time" });
  }
  if (atMs > nowMs + LIMITS.quoteLifeMs + CLOCK_DIFFERENCE_MS) {
    return fail("quote_malformed", { expires: "too far ahead" });
  }
  return atMs < nowMs ? fail("quote_expired") : ok(written);
};
