/**
 * A quote whose check words a person has typed. Nothing else can be approved: there is no other way
 * to make one of these.
 */
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { WORD_LABELS } from "../../protocol/check-words.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { QUOTE, type Quote } from "../../protocol/share.ts";
import { confirmWords } from "./check-words.ts";

/** Reads a quote. */
export const parseQuote = (bytes: Uint8Array): Outcome<Quote, "quote_malformed"> => {
  const quote = decodeAs(QUOTE, bytes);
  return quote === undefined ? fail("quote_malformed") : ok(quote);
};

/** A quote that a person vouches for. */
export class ConfirmedQuote {
  readonly quote: Quote;

  private constructor(quote: Quote) {
    this.quote = quote;
  }

  /** The quote, if `typed` are the six words that a device shows for exactly these bytes. */
  static async of(
    bytes: Uint8Array,
    typed: string,
  ): Promise<Outcome<ConfirmedQuote, "quote_malformed" | "check_words_wrong">> {
    const quote = parseQuote(bytes);
    if (!quote.ok) return quote;
    const confirmed = await confirmWords(bytes, WORD_LABELS.quote, typed);
    return confirmed.ok ? ok(new ConfirmedQuote(quote.value)) : confirmed;
  }
}
