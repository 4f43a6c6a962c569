/** errors.md: the one table of errors, for who writes a client. */
import { COMMON_ERRORS } from "../commands/command.ts";
import { COMMAND_NAMES, REGISTRY } from "../commands/registry.ts";
import { ERROR_NAMES, ERRORS, type ErrorName, type Retry } from "../errors.ts";
import { NOTICE, plain, table, textOf } from "./layout.ts";

const RETRIES: Readonly<Record<Retry, string>> = {
  never: "as it is, it will fail again",
  same: "send the same call again, under the same idempotency key",
  later: "the same may succeed later",
  "new-session": "begin with a new session",
};

/** What a device may answer; all others are found by the host. */
const ANSWERED: ReadonlySet<ErrorName> = new Set([
  ...COMMON_ERRORS,
  ...COMMAND_NAMES.flatMap((name): readonly ErrorName[] => REGISTRY[name].errors),
]);

const rowOf = (name: ErrorName): readonly string[] => {
  const { code, group, means, retry } = ERRORS[name];
  const from = ANSWERED.has(name) ? "device" : "host";
  return [String(code), `\`${name}\``, group, from, retry, plain(means)];
};

/** The text of errors.md. */
export const describeErrors = (): string =>
  textOf([
    `<!-- ${NOTICE} -->`,
    "# Errors",
    "",
    "Codes are never reused. A code that is not listed here comes from a later version: it ends",
    "the call all the same. Only those from a device cross the wire: the host finds the others.",
    "",
    ...table(["retry", "what a caller may do"], Object.entries(RETRIES)),
    "",
    ...table(["code", "name", "group", "from", "retry", "what happened"], ERROR_NAMES.map(rowOf)),
  ]);
