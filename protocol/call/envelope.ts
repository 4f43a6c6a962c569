/**
 * Messages: what the plaintext of a transport record holds (SPEC, section 4). A request names its
 * command by code, carries an idempotency key, and gets exactly one final message, a result or a
 * refusal, under its id. Params and results that do not fit a message travel as a body, in chunks
 * to the device and in parts to the host; so does an upload, beside the params.
 */
import { decodeCbor, encodeCbor } from "../cbor/cbor.ts";
import { bytes, choice, field, list, map, optional, readWire } from "../cbor/schema.ts";
import { OTHER } from "../cbor/form.ts";
import { type Schema, textOrUint, uint } from "../cbor/schema.ts";
import { ERRORS, type ErrorName, errorOfCode, fail, type Outcome, ok } from "../errors.ts";
import type { Details } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { flatten, unflatten } from "./details.ts";

/** A request's body before it is sent: of its params' CBOR or of an upload, and their SHA-256. */
export interface BodyClaim {
  readonly size: number;
  /** 32 bytes. */
  readonly sha256: Uint8Array;
}

/** What every request has. */
interface RequestHead {
  readonly kind: "request";
  readonly id: number;
  readonly code: number;
  /** 16 bytes: the same key and request is the same call, however often it is sent. */
  readonly idempotencyKey: Uint8Array;
  /** Milliseconds from its arrival; a call that is not committed by then ends with `timeout`. */
  readonly deadlineMs?: number;
}

/**
 * A call: with its params in wire form, which the command's own schema reads, or with a body that
 * holds them, or with params and an upload as its body. Which of them is the command's to judge.
 */
export type Request = RequestHead &
  (
    | { readonly params: unknown; readonly body?: BodyClaim }
    | { readonly body: BodyClaim; readonly params?: never }
  );

/** The answer to a call: the result in wire form, or the size of the body that came in parts. */
export type Result = { readonly kind: "result"; readonly id: number } & (
  | { readonly result: unknown; readonly size?: never }
  | { readonly size: number; readonly result?: never }
);

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

/** What a call is busy with. */
export const CALL_PHASES = ["receiving", "working", "reviewing", "asking", "signing"] as const;

/** One of them. */
export type CallPhase = (typeof CALL_PHASES)[number];

/** How far a call has come; `total` is 0 where that is not known. */
export interface Progress {
  readonly kind: "progress";
  readonly id: number;
  readonly phase: CallPhase;
  readonly done: number;
  readonly total: number;
}

/** The next bytes of a body: of a result (`part`) or of a request (`chunk`). */
export interface Piece {
  readonly kind: "part" | "chunk";
  readonly id: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What the device has of a request's body, and up to which offset the host may send. */
export interface Credit {
  readonly kind: "credit";
  readonly id: number;
  readonly have: number;
  readonly limit: number;
}

/** Any message. */
export type Message = Request | Result | Refusal | Cancel | Progress | Piece | Credit;

/** Any wire value: the command's schema is the one to judge it. */
const anything: Schema<unknown> = {
  form: OTHER,
  cddl: "any",
  check: (value): value is unknown => value !== undefined,
  toWire: (value) => value,
  fromWire: (wire) => wire,
};

/** Message kinds by their wire number. */
export const MESSAGE_KINDS = {
  request: 0,
  result: 1,
  refusal: 2,
  cancel: 3,
  progress: 4,
  part: 5,
  credit: 6,
  chunk: 7,
} as const;

const ID = field(1, uint(0xffff_ffff));
const kind = (number: number) => field(0, exactly(number));

/** One number and no other. */
const exactly = (number: number): Schema<number> => ({
  ...uint(number),
  form: OTHER,
  cddl: `${number}`,
  check: (value): value is number => value === number,
});

/** The next bytes of a body that may be so large. */
const piece = (body: number) => ({
  id: ID,
  offset: field(2, uint(body)),
  bytes: field(3, bytes(1, LIMITS.piece)),
});

/** The shapes of the messages; one of `params` and body or both, and one of `result` and `size`. */
export const MESSAGES = {
  request: map({
    kind: kind(MESSAGE_KINDS.request),
    id: ID,
    code: field(2, uint(0xffff)),
    idempotencyKey: field(3, bytes(LIMITS.idempotencyKey)),
    deadlineMs: optional(4, uint(LIMITS.deadlineMs)),
    params: optional(5, anything),
    /** Above the limit too: it is refused by name. */
    size: optional(6, uint()),
    sha256: optional(7, bytes(32)),
  }),
  result: map({
    kind: kind(MESSAGE_KINDS.result),
    id: ID,
    result: optional(2, anything),
    size: optional(3, uint(LIMITS.result)),
  }),
  refusal: map({
    kind: kind(MESSAGE_KINDS.refusal),
    id: ID,
    code: field(2, uint(0xffff)),
    details: optional(3, list(textOrUint(LIMITS.detailText), LIMITS.detailItems)),
  }),
  cancel: map({ kind: kind(MESSAGE_KINDS.cancel), id: ID }),
  progress: map({
    kind: kind(MESSAGE_KINDS.progress),
    id: ID,
    phase: field(2, choice(...CALL_PHASES)),
    done: field(3, uint()),
    total: field(4, uint()),
  }),
  part: map({ kind: kind(MESSAGE_KINDS.part), ...piece(LIMITS.result) }),
  credit: map({
    kind: kind(MESSAGE_KINDS.credit),
    id: ID,
    have: field(2, uint(LIMITS.upload)),
    limit: field(3, uint(LIMITS.upload)),
  }),
  chunk: map({ kind: kind(MESSAGE_KINDS.chunk), ...piece(LIMITS.upload) }),
} as const;

const refusalBody = ({ id, error, details }: Refusal) => {
  const body = { id, code: ERRORS[error].code };
  return details === undefined ? body : { ...body, details: flatten(details) };
};

const requestBody = ({ body, ...rest }: Request) => ({ ...rest, ...body });

/** The bytes of a message. */
export const encodeMessage = (message: Message): Uint8Array => {
  const body =
    message.kind === "refusal"
      ? refusalBody(message)
      : message.kind === "request"
        ? requestBody(message)
        : message;
  const number = MESSAGE_KINDS[message.kind];
  return encodeCbor(MESSAGES[message.kind].toWire({ ...body, kind: number }));
};

const requestOf = (wire: unknown): Request | undefined => {
  const read = readWire(MESSAGES.request, wire);
  if (read === undefined) return undefined;
  const { size, sha256, params, ...rest } = read;
  const head = { ...rest, kind: "request" } as const;
  if (size === undefined && sha256 === undefined) {
    return params === undefined ? undefined : { ...head, params };
  }
  if (size === undefined || sha256 === undefined) return undefined;
  const body = { size, sha256 };
  return params === undefined ? { ...head, body } : { ...head, params, body };
};

const resultOf = (wire: unknown): Result | undefined => {
  const read = readWire(MESSAGES.result, wire);
  if (read === undefined || (read.result === undefined) === (read.size === undefined)) {
    return undefined;
  }
  const head = { kind: "result", id: read.id } as const;
  return read.size === undefined ? { ...head, result: read.result } : { ...head, size: read.size };
};

const refusalOf = (wire: unknown): Refusal | undefined => {
  const read = readWire(MESSAGES.refusal, wire);
  if (read === undefined) return undefined;
  // A name of a later version ends the call all the same.
  const error = errorOfCode(read.code) ?? "malformed_reply";
  const base = { kind: "refusal", id: read.id, error } as const;
  return read.details === undefined ? base : { ...base, details: unflatten(read.details) };
};

const readAs = (wire: ReadonlyMap<unknown, unknown>): Message | undefined => {
  switch (wire.get(0)) {
    case MESSAGE_KINDS.request:
      return requestOf(wire);
    case MESSAGE_KINDS.result:
      return resultOf(wire);
    case MESSAGE_KINDS.refusal:
      return refusalOf(wire);
    case MESSAGE_KINDS.cancel:
      return named("cancel", readWire(MESSAGES.cancel, wire));
    case MESSAGE_KINDS.progress:
      return named("progress", readWire(MESSAGES.progress, wire));
    case MESSAGE_KINDS.part:
      return named("part", readWire(MESSAGES.part, wire));
    case MESSAGE_KINDS.credit:
      return named("credit", readWire(MESSAGES.credit, wire));
    case MESSAGE_KINDS.chunk:
      return named("chunk", readWire(MESSAGES.chunk, wire));
    default:
      return undefined;
  }
};

const named = <K extends string, T extends object>(
  name: K,
  body: T | undefined,
): (Omit<T, "kind"> & { readonly kind: K }) | undefined =>
  body === undefined ? undefined : { ...body, kind: name };

/** Reads a record; anything that is not one message is `malformed_message`. */
export const decodeMessage = (record: Uint8Array): Outcome<Message, "malformed_message"> => {
  const decoded = decodeCbor(record);
  if (!decoded.ok) return decoded;
  const message = decoded.value instanceof Map ? readAs(decoded.value) : undefined;
  return message === undefined ? fail("malformed_message") : ok(message);
};
