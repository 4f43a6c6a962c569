/** One call until it is settled, over however many sessions that takes. */
import type { CallPhase, Message, Request } from "../../protocol/call/envelope.ts";
import { decodeCbor } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Access } from "../../protocol/session/role.ts";
import { createRequestBody } from "./request-body.ts";

/** An answer as it crossed the wire. */
export type WireOutcome = Outcome<unknown>;

/** How far a call has come. */
export interface CallProgress {
  readonly phase: CallPhase;
  readonly done: number;
  /** 0 where it is not known. */
  readonly total: number;
}

/** What is called, and by whom it may be. */
export interface CallBody {
  readonly code: number;
  readonly access: Access;
  /** 16 bytes. */
  readonly idempotencyKey: Uint8Array;
  /** In wire form. */
  readonly params: unknown;
  /** Until when the device may take it up, by the driver's clock. */
  readonly deadlineAtMs?: number;
  /** 32 bytes, for a call that needs a pairing session. */
  readonly psk?: Uint8Array;
  readonly onProgress?: (progress: CallProgress) => void;
}

/** A call that waits for its answer. */
export interface Call {
  readonly id: number;
  readonly access: Access;
  readonly psk: Uint8Array | undefined;
  readonly isTooLarge: boolean;
  /** Whether any session has carried it to the device. */
  wasSent: boolean;
  /** Whether the present session has. */
  isAsked: boolean;
  /** Handshakes for its sake that were refused. */
  refusals: number;
  /** Forgets what came of a former session. */
  readonly request: (nowMs: number) => Request;
  /** A message under its id; what is to be sent in turn. */
  readonly take: (message: Message) => Iterable<Message>;
  /** Settles it; the first time counts. */
  readonly settle: (outcome: WireOutcome) => void;
}

/** The parts of a result so far; what does not follow them, or exceeds the limit, is refused. */
const createParts = () => {
  let held: Uint8Array[] = [];
  let length = 0;
  return {
    clear: (): void => {
      held = [];
      length = 0;
    },
    add: (offset: number, bytes: Uint8Array): boolean => {
      if (offset !== length || length + bytes.length > LIMITS.body) return false;
      held.push(bytes);
      length += bytes.length;
      return true;
    },
    read: (size: number): WireOutcome => {
      if (length !== size) return fail("malformed_reply");
      const decoded = decodeCbor(Uint8Array.from(Buffer.concat(held)));
      return decoded.ok ? ok(decoded.value) : fail("malformed_reply");
    },
  };
};

const NOTHING: readonly Message[] = [];

/** A call that nobody has been asked yet. */
export const createCall = (
  id: number,
  body: CallBody,
  settle: (outcome: WireOutcome) => void,
): Call => {
  const { code, idempotencyKey, deadlineAtMs } = body;
  const sending = createRequestBody({ id, code, idempotencyKey }, body.params);
  const parts = createParts();
  const take = (message: Message): Iterable<Message> => {
    switch (message.kind) {
      case "result":
        settle(message.size === undefined ? ok(message.result) : parts.read(message.size));
        return NOTHING;
      case "refusal":
        settle(fail(message.error, message.details));
        return NOTHING;
      case "part":
        if (!parts.add(message.offset, message.bytes)) settle(fail("malformed_reply"));
        return NOTHING;
      case "progress": {
        const { phase, done, total } = message;
        body.onProgress?.({ phase, done, total });
        return NOTHING;
      }
      case "credit":
        return sending.chunks(message);
      default:
        return NOTHING; // requests, cancels and chunks are a host's to send
    }
  };
  return {
    id,
    access: body.access,
    psk: body.psk,
    isTooLarge: sending.isTooLarge,
    wasSent: false,
    isAsked: false,
    refusals: 0,
    request: (nowMs) => {
      parts.clear();
      const leftMs = deadlineAtMs === undefined ? undefined : Math.ceil(deadlineAtMs - nowMs);
      return sending.request(leftMs === undefined ? undefined : Math.max(0, leftMs));
    },
    take,
    settle,
  };
};
