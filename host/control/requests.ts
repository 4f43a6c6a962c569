/**
 * Withdrawal requests as JSON lines: `{"id","user","address","amountSats"}`, each key once. A
 * broken line is named and the rest goes on. Only form is judged here; whether a request is wise
 * is for screening.ts.
 */

import { type Details, fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { NetworkName, Withdrawal } from "../withdrawal.ts";
import { attempt } from "./attempt.ts";
import { findRepeatedKey } from "./json-keys.ts";
import { CONTROL_LIMITS } from "./limits.ts";
import { keyOfId, readId, readUser } from "./names.ts";
import { networkOfAddress, scriptOfAddress } from "./network.ts";

/** A line that is no request: its number, counted from 1, and in `details.why` the reason. */
export interface RefusedLine {
  readonly line: number;
  readonly error: "request_malformed";
  readonly details: Details;
}

/** What a text of requests holds, both lists in the text's order. */
export interface RequestList {
  readonly requests: readonly Withdrawal[];
  readonly refused: readonly RefusedLine[];
}

type Parsed<T> = Outcome<T, "request_malformed">;

const FIELDS: readonly string[] = ["id", "user", "address", "amountSats"];
const BYTE_ORDER_MARK = "\uFEFF";

const refuse = (why: string) => fail("request_malformed", { why });

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const readRecord = (line: string): Parsed<Readonly<Record<string, unknown>>> => {
  if (Buffer.byteLength(line) > CONTROL_LIMITS.requestLineBytes) {
    return refuse(`The line is longer than ${CONTROL_LIMITS.requestLineBytes} bytes.`);
  }
  const value = attempt((): unknown => JSON.parse(line));
  if (value === undefined) return refuse("The line is not JSON.");
  if (!isRecord(value)) return refuse("The line is not a JSON object.");
  const missing = FIELDS.find((field) => !Object.hasOwn(value, field));
  if (missing !== undefined) return refuse(`The field ${missing} is missing.`);
  const extra = Object.keys(value).some((field) => !FIELDS.includes(field));
  if (extra) return refuse(`There are other fields than ${FIELDS.join(", ")}.`);
  const repeated = findRepeatedKey(line);
  if (repeated === undefined) return ok(value);
  // Only our own fields' names are repeated to people, not whatever a nested object has.
  const known = FIELDS.includes(repeated) ? `The field ${repeated}` : "A field within a field";
  return refuse(`${known} stands twice.`);
};

const readAddress = (value: unknown, network: NetworkName): Parsed<string> => {
  if (typeof value !== "string") return refuse("The field address is not a string.");
  if (scriptOfAddress(value, network) !== undefined) return ok(value);
  const other = networkOfAddress(value);
  return other === undefined
    ? refuse("The address is not a valid Bitcoin address.")
    : refuse(`The address is not valid on ${network}: it is one of ${other}.`);
};

const readAmount = (value: unknown): Parsed<number> => {
  if (typeof value !== "number") return refuse("The field amountSats is not a number.");
  if (!Number.isSafeInteger(value) || value <= 0) {
    return refuse("The amount is not a positive whole number of satoshi.");
  }
  if (value < CONTROL_LIMITS.dustSats) {
    return refuse(`The amount is dust: below ${CONTROL_LIMITS.dustSats} satoshi.`);
  }
  return value > CONTROL_LIMITS.moneySats
    ? refuse("The amount is above 21 million bitcoin.")
    : ok(value);
};

const readLine = (line: string, network: NetworkName): Parsed<Withdrawal> => {
  const record = readRecord(line);
  if (!record.ok) return record;
  const fields = record.value;
  const id = readId(fields["id"]);
  if (!id.ok) return id;
  const user = readUser(fields["user"]);
  if (!user.ok) return user;
  const address = readAddress(fields["address"], network);
  if (!address.ok) return address;
  const amountSats = readAmount(fields["amountSats"]);
  if (!amountSats.ok) return amountSats;
  return ok({
    id: id.value,
    user: user.value,
    address: address.value,
    amountSats: amountSats.value,
  });
};

const refusalOfRest = (lines: readonly string[]): RefusedLine[] => {
  const limit = CONTROL_LIMITS.requestLines;
  const first = lines.findIndex((line, index) => index >= limit && line.trim() !== "");
  const details = { why: `There are more than ${limit} lines: the rest is not read.` };
  return first === -1 ? [] : [{ line: first + 1, error: "request_malformed", details }];
};

const unterminated = (line: string): string => (line.endsWith("\r") ? line.slice(0, -1) : line);

const refuseRepeated = (
  read: Parsed<Withdrawal>,
  accepted: ReadonlyMap<string, Withdrawal>,
): Parsed<Withdrawal> =>
  read.ok && accepted.has(keyOfId(read.value.id))
    ? refuse("The id stands on an earlier line.")
    : read;

/**
 * Reads requests from JSON lines; blank lines, CRLF and a byte order mark are tolerated. A line
 * that repeats the id of an accepted one, in whatever case, is refused; past the limit of lines,
 * the first that is not blank stands for the rest. Never throws.
 */
export const readRequests = (text: string, network: NetworkName): RequestList => {
  const lines = (text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).split("\n");
  const requests = new Map<string, Withdrawal>();
  const refused: RefusedLine[] = [];
  for (const [index, line] of lines.slice(0, CONTROL_LIMITS.requestLines).entries()) {
    if (line.trim() === "") continue;
    const read = refuseRepeated(readLine(unterminated(line), network), requests);
    if (read.ok) requests.set(keyOfId(read.value.id), read.value);
    else refused.push({ line: index + 1, error: read.error, details: read.details ?? {} });
  }
  return { requests: [...requests.values()], refused: [...refused, ...refusalOfRest(lines)] };
};
