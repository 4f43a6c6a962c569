/** Final messages: how a call ended, kept so that it can be said again, and put into messages. */
import type { Message } from "../../protocol/call/envelope.ts";
import { encodeCbor } from "../../protocol/cbor/cbor.ts";
import { assert, type Failure, type Outcome } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";

/** The end of a call: a refusal, a result that fits a message, or the bytes of one that doesn't. */
export type Answer =
  | Failure
  | { readonly ok: true; readonly kind: "inline"; readonly result: unknown; readonly size: number }
  | { readonly ok: true; readonly kind: "body"; readonly body: Uint8Array };

/** What a message needs around a result or a piece: heads, kind, id, offset, and some room. */
const FRAME_BYTES = 24;
const PIECE_BYTES = LIMITS.message - FRAME_BYTES;

/** The answer that an outcome is; its value is in wire form. */
export const answerOf = (outcome: Outcome<unknown>): Answer => {
  if (!outcome.ok) return outcome;
  const body = encodeCbor(outcome.value);
  assert(body.length <= LIMITS.result, "a result fits a body");
  return body.length <= PIECE_BYTES
    ? { ok: true, kind: "inline", result: outcome.value, size: body.length }
    : { ok: true, kind: "body", body };
};

/** Bytes that an answer holds. */
export const sizeOf = (answer: Answer): number => {
  if (!answer.ok) return 0;
  return answer.kind === "inline" ? answer.size : answer.body.length;
};

/**
 * The messages that an answer is: parts of a body are cut as they are asked for.
 *
 * @yields one message, the final one last
 */
export function* messagesOf(id: number, answer: Answer): Generator<Message, void, void> {
  if (!answer.ok) {
    const { error, details } = answer;
    const refusal = { kind: "refusal", id, error } as const;
    yield details === undefined ? refusal : { ...refusal, details };
    return;
  }
  if (answer.kind === "inline") {
    yield { kind: "result", id, result: answer.result };
    return;
  }
  const { body } = answer;
  for (let offset = 0; offset < body.length; offset += PIECE_BYTES) {
    yield { kind: "part", id, offset, bytes: body.subarray(offset, offset + PIECE_BYTES) };
  }
  yield { kind: "result", id, size: body.length };
}
