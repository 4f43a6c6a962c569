/**
 * Params on their way to the device: in the request, or as a body in chunks as credit comes. An
 * upload is a body, too, beside params that are in the request.
 */
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

/** What a request holds, and the bytes beside it. */
interface Content {
  readonly inside: { readonly params: unknown } | { readonly body: BodyClaim };
  /** None where all is in the request. */
  readonly beside?: Uint8Array;
  readonly most: number;
}

const claimOf = (bytes: Uint8Array): BodyClaim => ({
  size: bytes.length,
  sha256: Uint8Array.from(createHash("sha256").update(bytes).digest()),
});

const contentOf = (head: Head, params: unknown, upload: Uint8Array | undefined): Content => {
  const bytes = encodeCbor(params);
  if (upload !== undefined) {
    // A copy: a later change of the caller's own bytes changes no retry.
    const beside = new Uint8Array(upload);
    const inside = { params: decodedOf(bytes), body: claimOf(beside) };
    return { inside, beside, most: LIMITS.upload };
  }
  const inline: Request = { ...head, kind: "request", deadlineMs: LIMITS.deadlineMs, params };
  return encodeMessage(inline).length <= LIMITS.message
    ? { inside: { params: decodedOf(bytes) }, most: LIMITS.body }
    : { inside: { body: claimOf(bytes) }, beside: bytes, most: LIMITS.body };
};

/** Puts params (in wire form) into a request, or beside it; an upload is always beside it. */
export const createRequestBody = (
  head: Head,
  params: unknown,
  upload?: Uint8Array,
): RequestBody => {
  const { inside, beside, most } = contentOf(head, params, upload);
  const bytes = beside ?? new Uint8Array(0);
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
      const base = { ...head, kind: "request", ...inside } as const;
      return deadlineMs === undefined ? base : { ...base, deadlineMs };
    },
    chunks: ({ have, limit }) => {
      if (beside === undefined) return undefined;
      way ??= { next: have, limit: 0, isCutting: false };
      way.limit = Math.max(way.limit, Math.min(limit, bytes.length));
      if (way.isCutting || way.next >= way.limit) return undefined;
      way.isCutting = true;
      return cut(way);
    },
    isTooLarge: bytes.length > most,
  };
};

/** Params as they will be read: a later change of the caller's own arrays changes no retry. */
const decodedOf = (bytes: Uint8Array): unknown => {
  const decoded = decodeCbor(bytes);
  return decoded.ok ? decoded.value : undefined;
};
