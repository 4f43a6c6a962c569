/** Results that do not fit a message: parts, cut as the line takes them, then their size. */
import { expect, test } from "bun:test";
import { answerOf, messagesOf } from "../../../firmware/calls/answers.ts";
import { encodeMessage, type Message } from "../../../protocol/call/envelope.ts";
import { decodeCbor, encodeCbor } from "../../../protocol/cbor/cbor.ts";
import { fail, ok } from "../../../protocol/errors.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { RECORD_BYTES } from "../../../protocol/signature-record.ts";
import { unwrap } from "../outcomes.ts";
import { createCallBench, settle } from "./call-bench.ts";
import { receiving } from "./receiving.ts";

const LARGEST_ID = 0xffff_ffff;

const partsOf = (messages: readonly Message[]): Uint8Array =>
  Buffer.concat(messages.flatMap((message) => (message.kind === "part" ? [message.bytes] : [])));

test("every size: each message fits, and they give the result back", () => {
  for (const size of [
    0, 1, 4000, 4040, 4050, 4053, 4054, 4056, 4080, 4081, 9000, 1_000_000, 1_500_000,
  ]) {
    const value = new Uint8Array(size).fill(3);
    const messages = [...messagesOf(LARGEST_ID, answerOf(ok(value)))];
    for (const message of messages) {
      expect(encodeMessage(message).length).toBeLessThanOrEqual(LIMITS.message);
    }
    const last = messages.at(-1);
    if (messages.length === 1) expect(last).toMatchObject({ kind: "result", result: value });
    else {
      const body = partsOf(messages);
      expect(last).toEqual({ kind: "result", id: LARGEST_ID, size: body.length });
      expect(unwrap(decodeCbor(Uint8Array.from(body)))).toEqual(value);
      expect(messages).toHaveLength(1 + Math.ceil(encodeCbor(value).length / 4056));
    }
  }
});

test("a refusal is one message, with its details", () => {
  expect([...messagesOf(7, answerOf(fail("psbt_malformed", { input: 2 })))]).toEqual([
    { kind: "refusal", id: 7, error: "psbt_malformed", details: { input: 2 } },
  ]);
});

test("other calls are answered between two parts, and no progress follows the end", async () => {
  const bench = createCallBench({
    handlers: {
      signPsbt: receiving(({ progress }) => {
        progress("signing", 1, 2);
        const signatures = new Uint8Array(LIMITS.signatures * RECORD_BYTES);
        return ok({ walletId: new Uint8Array(32), signatures });
      }),
    },
  });
  const session = bench.session();
  session.hold();
  const id = session.sign(new Uint8Array(1));
  await settle();
  const status = session.ask("getStatus");
  await settle();
  session.letGo();
  const kinds = session.heard().map(({ kind }) => kind);
  expect(kinds.indexOf("result")).toBeLessThan(5);
  expect([session.finals(status), session.finals(id)]).toEqual([["result"], ["result"]]);
  expect(kinds.filter((kind) => kind === "progress")).toEqual([]);
  expect(partsOf(session.of(id)).length).toBeGreaterThan(1_440_000);
});
