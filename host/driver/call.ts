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
  /** What the command reads beside its params, as it arrives. */
  readonly upload?: Uint8Array;
  /** Until when the device may take it up, by the driver's clock. */
  readonly deadlineAtMs?: number;
  /** 32 bytes, for a call that needs a pairing session. */
  readonly psk?: Uint8Array;
  readonly onProgress?: (progress: CallProgress) => void;
  /** Told of each session that carries it: the handshake hash. */
  readonly onSession?: (handshakeHash: Uint8Array) => void;
}

/** A call that waits for its answer. */
export interface Call {
  readonly id: number;
  readonly access: Access;
  readonly psk: Uint8Array | undefined;
  readonly isTooLarge: boolean;
  /** The boot id of the device that a session has carried it to last, if any has. */
  sentTo: string | undefined;
  /** Whether the present session has. */
  isAsked: boolean;
  /** Handshakes for its sake that were refused, and those of anyone's on the way to them. */
  refusals: number;
  delays: number;
  /** Forgets what came of a former session, and tells the caller of the present one. */
  readonly request: (nowMs: number, handshakeHash: Uint8Array) => Request;
  /** A message under its id; what is to be sent in turn, if anything is. */
  readonly take: (message: Message) => Iterable<Message> | undefined;
  /** Settles it; the first time counts. */
  readonly settle: (outcome: WireOutcome) => void;
}

/**
 * The parts of a result so far, in one buffer that grows with them: however small they are, they
 * cost no more. What does not follow them, says nothing or exceeds the limit is refused.
 */
const createParts = () => {
  let held = new Uint8Array(0);
  let length = 0;
  const grow = (needed: number): void => {
    if (needed <= held.length) return;
    const larger = new Uint8Array(Math.min(LIMITS.result, Math.max(needed, 2 * held.length)));
    larger.set(held);
    held = larger;
  };
  return {
    clear: (): void => {
      held = new Uint8Array(0);
      length = 0;
    },
    add: (offset: number, bytes: Uint8Array): boolean => {
      const end = length + bytes.length;
      if (offset !== length || bytes.length === 0 || end > LIMITS.result) return false;
      grow(end);
      held.set(bytes, length);
      length = end;
      return true;
    },
    read: (size: number): WireOutcome => {
      if (length !== size) return fail("malformed_reply");
      const decoded = decodeCbor(held.slice(0, length));
      return decoded.ok ? ok(decoded.value) : fail("malformed_reply");
    },
  };
};

/** A call that nobody has been asked yet. */
export const createCall = (
  id: number,
  body: CallBody,
  settle: (outcome: WireOutcome) => void,
): Call => {
  const { code, idempotencyKey, deadlineAtMs } = body;
  const sending = createRequestBody({ id, code, idempotencyKey }, body.params, body.upload);
  const parts = createParts();
  const take = (message: Message): Iterable<Message> | undefined => {
    switch (message.kind) {
      case "result":
        settle(message.size === undefined ? ok(message.result) : parts.read(message.size));
        return undefined;
      case "refusal":
        settle(fail(message.error, message.details));
        return undefined;
      case "part":
        if (!parts.add(message.offset, message.bytes)) settle(fail("malformed_reply"));
        return undefined;
      case "progress": {
        const { phase, done, total } = message;
        body.onProgress?.({ phase, done, total });
        return undefined;
      }
      case "credit":
        return sending.chunks(message);
      default:
        return undefined; // requests, cancels and chunks are a host's to send
    }
  };
  return {
    id,
    access: body.access,
    psk: body.psk,
    isTooLarge: sending.isTooLarge,
    sentTo: undefined,
    isAsked: false,
    refusals: 0,
    delays: 0,
    request: (nowMs, handshakeHash) => {
      parts.clear();
      body.onSession?.(handshakeHash);
      const leftMs = deadlineAtMs === undefined ? undefined : Math.ceil(deadlineAtMs - nowMs);
      return sending.request(leftMs === undefined ? undefined : Math.max(0, leftMs));
    },
    take,
    settle,
  };
};
