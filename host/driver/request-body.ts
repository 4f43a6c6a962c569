/** Params on their way to the device: in the request, or as a body in chunks as credit comes. */
import { createHash } from "node:crypto";
import {
  type BodyClaim,
  type Credit,
  encodeMessage,
  type Piece,
  type Request,
} from "../../protocol/call/envelope.ts";
import { decodeCbor, encodeCbor } from "../../protocol/cbor/cbor.ts";
import { LIMITS } from "../../protocol/limits.ts";

/** Bytes of a chunk: a message less its map, its keys and three numbers. */
const CHUNK = LIMITS.piece;

/** A request and its body, if it has one. */
export interface RequestBody {
  /** The request; sent anew in each session, after which credit is waited for anew. */
  readonly request: (deadlineMs: number | undefined) => Request;
  /**
   * The chunks that a credit allows; none where those of an earlier one are still to be taken: they
   * go on as far as the later one allows.
   */
  readonly chunks: (credit: Credit) => Iterable<Piece> | undefined;
  /** Whether it is too large for any device. */
  readonly isTooLarge: boolean;
}

type Head = Pick<Request, "id" | "code" | "idempotencyKey">;

/** Puts params (in wire form) into a request, or beside it. */
export const createRequestBody = (head: Head, params: unknown): RequestBody => {
  const inline: Request = { ...head, kind: "request", deadlineMs: LIMITS.deadlineMs, params };
  const isInline = encodeMessage(inline).length <= LIMITS.message;
  const bytes = encodeCbor(params);
  const claim = (): BodyClaim => ({
    size: bytes.length,
    sha256: Uint8Array.from(createHash("sha256").update(bytes).digest()),
  });
  const content = isInline ? { params: decodedOf(bytes) } : { body: claim() };
  /** The next byte to send and how far, in this session; each session's chunks are its own. */
  interface Way {
    next: number;
    limit: number;
    isCutting: boolean;
  }
  let way: Way | undefined;
  const cut = function* (on: Way): Generator<Piece> {
    while (on.next < on.limit) {
      const offset = on.next;
      on.next = Math.min(offset + CHUNK, on.limit);
      yield { kind: "chunk", id: head.id, offset, bytes: bytes.subarray(offset, on.next) };
    }
    on.isCutting = false;
  };
  return {
    request: (deadlineMs) => {
      way = undefined;
      const base = { ...head, kind: "request", ...content } as const;
      return deadlineMs === undefined ? base : { ...base, deadlineMs };
    },
    chunks: ({ have, limit }) => {
      if (isInline) return undefined;
      way ??= { next: have, limit: 0, isCutting: false };
      way.limit = Math.max(way.limit, Math.min(limit, bytes.length));
      if (way.isCutting || way.next >= way.limit) return undefined;
      way.isCutting = true;
      return cut(way);
    },
    isTooLarge: bytes.length > LIMITS.body,
  };
};

/** Params as they will be read: a later change of the caller's own arrays changes no retry. */
const decodedOf = (bytes: Uint8Array): unknown => {
  const decoded = decodeCbor(bytes);
  return decoded.ok ? decoded.value : undefined;
};
