/**
 * Messages: what a record holds. A request names its command by code and carries an idempotency
 * key; each request gets exactly one final message, a result or an error, under its id. A cancel
 * asks for an end before the call takes effect; its call still gets its one final message.
 */
import { decodeCbor, encodeCbor } from "../cbor/cbor.ts";
import {
  type Details,
  ERRORS,
  type ErrorName,
  errorOfCode,
  fail,
  type Outcome,
  ok,
} from "../errors.ts";
import { LIMITS } from "../limits.ts";
import {
  bytes,
  field,
  list,
  map,
  optional,
  readWire,
  type Schema,
  textOrUint,
  uint,
} from "../cbor/schema.ts";

/** A call. `params` is in wire form: the command's own schema reads it. */
export interface Request {
  readonly kind: "request";
  readonly id: number;
  readonly code: number;
  /** 16 bytes: the same key and body is the same call, however often it is sent. */
  readonly idempotencyKey: Uint8Array;
  readonly params: unknown;
}

/** The answer to a call, in wire form. */
export interface Result {
  readonly kind: "result";
  readonly id: number;
  readonly result: unknown;
}

/** The refusal of a call. */
export interface Refusal {
  readonly kind: "refusal";
  readonly id: number;
  readonly error: ErrorName;
  readonly details?: Details;
}

/** The caller of a request no longer wants it. */
export interface Cancel {
  readonly kind: "cancel";
  readonly id: number;
}

/** Any message. */
export type Message = Request | Result | Refusal | Cancel;

/** Any wire value: the command's schema is the one to judge it. */
const anything: Schema<unknown> = {
  cddl: "any",
  check: (value): value is unknown => value !== undefined,
  toWire: (value) => value,
  fromWire: (wire) => wire,
};

const KINDS = { request: 0, result: 1, refusal: 2, cancel: 3 } as const;
const ID = field(1, uint(0xffff_ffff));
const DETAILS = list(textOrUint(LIMITS.detailText), LIMITS.detailItems);

const REQUEST = map({
  kind: field(0, uint(KINDS.request)),
  id: ID,
  code: field(2, uint(0xffff)),
  idempotencyKey: field(3, bytes(LIMITS.idempotencyKey)),
  params: field(5, anything),
});
const RESULT = map({ kind: field(0, uint(KINDS.result)), id: ID, result: field(2, anything) });
const REFUSAL = map({
  kind: field(0, uint(KINDS.refusal)),
  id: ID,
  code: field(2, uint(0xffff)),
  details: optional(3, DETAILS),
});

const CANCEL = map({ kind: field(0, uint(KINDS.cancel)), id: ID });

/** As much of a text as fits, in whole characters. */
const shorten = (text: string): string => {
  const fit = new TextEncoder().encodeInto(text, new Uint8Array(LIMITS.detailText));
  return text.slice(0, fit.read);
};

/** A detail as the wire can carry it: numbers that are not unsigned integers go as text. */
const detailOf = (value: string | number): string | number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0
    ? value
    : shorten(
        String(value)
          .toWellFormed()
          .replace(/^\u{feff}+/u, ""),
      );

/** Details travel as a flat list of names and values; what exceeds a limit is cut off. */
const flat = (details: Details): readonly (string | number)[] =>
  Object.entries(details)
    .slice(0, LIMITS.detailItems / 2)
    .flatMap(([name, value]) => [detailOf(name), detailOf(value)]);

const unflat = (items: readonly (string | number)[]): Details =>
  Object.fromEntries(
    items.flatMap((name, i) => {
      const value = items[i + 1];
      return i % 2 === 0 && value !== undefined ? [[String(name), value]] : [];
    }),
  );

/** The bytes of a message. */
export const encodeMessage = (message: Message): Uint8Array => {
  switch (message.kind) {
    case "request":
      return encodeCbor(REQUEST.toWire({ ...message, kind: KINDS.request }));
    case "result":
      return encodeCbor(RESULT.toWire({ ...message, kind: KINDS.result }));
    case "refusal": {
      const { details } = message;
      const body = { kind: KINDS.refusal, id: message.id, code: ERRORS[message.error].code };
      return encodeCbor(
        REFUSAL.toWire(details === undefined ? body : { ...body, details: flat(details) }),
      );
    }
    case "cancel":
      return encodeCbor(CANCEL.toWire({ kind: KINDS.cancel, id: message.id }));
  }
};

const requestOf = (wire: unknown): Request | undefined => {
  const body = readWire(REQUEST, wire);
  return body === undefined ? undefined : { ...body, kind: "request" };
};

const resultOf = (wire: unknown): Result | undefined => {
  const body = readWire(RESULT, wire);
  return body?.kind === KINDS.result ? { ...body, kind: "result" } : undefined;
};

const refusalOf = (wire: unknown): Refusal | undefined => {
  const body = readWire(REFUSAL, wire);
  if (body?.kind !== KINDS.refusal) return undefined;
  // A name of a later version ends the call all the same.
  const error = errorOfCode(body.code) ?? "malformed_reply";
  const base = { kind: "refusal", id: body.id, error } as const;
  return body.details === undefined ? base : { ...base, details: unflat(body.details) };
};

const cancelOf = (wire: unknown): Cancel | undefined => {
  const body = readWire(CANCEL, wire);
  return body?.kind === KINDS.cancel ? { kind: "cancel", id: body.id } : undefined;
};

const READERS = [requestOf, resultOf, refusalOf, cancelOf] as const;

/** Reads a record; anything that is not one message is `malformed_message`. */
export const decodeMessage = (record: Uint8Array): Outcome<Message, "malformed_message"> => {
  const decoded = decodeCbor(record);
  if (!decoded.ok) return decoded;
  let message: Message | undefined;
  for (const readAs of READERS) message ??= readAs(decoded.value);
  return message === undefined ? fail("malformed_message") : ok(message);
};
