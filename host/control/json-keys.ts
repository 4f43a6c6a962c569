/**
 * The keys of a JSON object as they are written, repeated ones too. `JSON.parse` keeps the last of
 * two and says nothing, while another reader of the same line may keep the first (RFC 8259,
 * section 4). This is a scan of text that is known to be JSON, not a parser.
 */

import { attempt } from "./attempt.ts";

// Every string is consumed whole, so that no quote inside a value starts a key; in JSON, the
// strings before a colon are the keys and no others.
const STRING = /("(?:[^"\\]|\\.)*")[\t\n\r ]*(:?)/gs;

/**
 * The first key that stands twice in a valid JSON text of a flat object, its escapes undone
 * (`"\u0069d"` is `id`); `undefined` where there is none. Keys of nested objects count as the
 * object's own.
 */
export const findRepeatedKey = (json: string): string | undefined => {
  const seen = new Set<unknown>();
  for (const [, quoted = "", colon] of json.matchAll(STRING)) {
    if (colon !== ":") continue;
    const key = attempt((): unknown => JSON.parse(quoted));
    if (seen.has(key)) return String(key);
    seen.add(key);
  }
  return undefined;
};
