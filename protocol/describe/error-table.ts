/** errors.md: the one table of errors, for who writes a client. */
import { ERROR_NAMES, ERRORS, type ErrorName, type Retry } from "../errors.ts";
import { NOTICE, plain, table, textOf } from "./layout.ts";

const RETRIES: Readonly<Record<Retry, string>> = {
  never: "as it is, it will fail again",
  same: "send the same call again, under the same idempotency key",
  later: "the same may succeed later",
  "new-session": "begin with a new session",
};

const rowOf = (name: ErrorName): readonly string[] => {
  const { code, group, means, retry } = ERRORS[name];
  return [String(code), `\`${name}\``, group, retry, plain(means)];
};

/** The text of errors.md. */
export const describeErrors = (): string =>
  textOf([
    `<!-- ${NOTICE} -->`,
    "# Errors",
    "",
    "Codes are never reused. A code that is not listed here comes from a later version: it ends",
    "the call all the same. Those of the group `host` never cross the wire: the host finds them.",
    "",
    ...table(["retry", "what a caller may do"], Object.entries(RETRIES)),
    "",
    ...table(["code", "name", "group", "retry", "what happened"], ERROR_NAMES.map(rowOf)),
  ]);
