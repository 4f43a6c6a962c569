/** Counters of handshakes: they rise, in steps, and what did not open uses none up. */
import { expect, test } from "bun:test";
import { LIMITS } from "../../protocol/limits.ts";
import { handshakeRecord, readHandshake } from "../../protocol/session/binding.ts";
import { createInitiator } from "../../protocol/session/initiator.ts";
import { noiseSuite } from "../../host/driver/index.ts";
import { asHost, BINDING, createEnds, ephemeral } from "./channel-ends.ts";

/** Message 1 of anyone's with this counter, as a man in the middle may make it. */
const messageWith = (counter: number): Uint8Array => {
  const initiator = createInitiator(noiseSuite, BINDING, counter - 1);
  const event = initiator.begin({ pattern: "NN" }, ephemeral(), 0);
  if (event.kind !== "send") throw new Error("no message 1");
  return event.record;
};

test("a leap of a counter is refused, a step is taken", () => {
  const answersTo = (counters: readonly number[]) => {
    const ends = createEnds();
    return counters.map((counter) => {
      const [event] = ends.device.take(messageWith(counter), true, 0);
      return event?.kind === "send" ? readHandshake(event.record)?.kind : undefined;
    });
  };
  const step = LIMITS.counterStep;
  expect(answersTo([0xffff, 1])).toEqual(["refused", "message"]);
  expect(answersTo([step, step + 1, 2 * step + 2, 2 * step + 1])).toEqual([
    "message",
    "message",
    "refused",
    "message",
  ]);
});

test("so nobody's leap keeps the next host out", () => {
  const ends = createEnds();
  ends.toDevice(messageWith(0xffff), true);
  ends.toDevice(handshakeRecord("NN", 0xfffe, new Uint8Array(32).fill(9)), true);
  ends.begin(asHost());
  expect(ends.host.pattern()).toBe("IK");
});
