/** Quotes whose words are typed as a device would show them, altered quotes too. */
import { checkWordsOf, ConfirmedQuote } from "../../host/custody/index.ts";
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { WORD_LABELS } from "../../protocol/check-words.ts";
import { QUOTE, type Quote } from "../../protocol/share.ts";
import { unwrap } from "../firmware/outcomes.ts";

/** The quote as a person confirms it who sees a device that shows its words. */
export const confirmed = async (quote: Quote): Promise<ConfirmedQuote> => {
  const bytes = encodeAs(QUOTE, quote);
  const words = await checkWordsOf(bytes, WORD_LABELS.quote);
  return unwrap(await ConfirmedQuote.of(bytes, words.join(" ")));
};
