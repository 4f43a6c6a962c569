/** Remembered ends: bounded by number and by bytes, the oldest goes first, kinds kept apart. */
import { expect, test } from "bun:test";
import { answerOf } from "../../../firmware/calls/answers.ts";
import { createOutcomes } from "../../../firmware/calls/outcomes.ts";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { ok } from "../../../protocol/errors.ts";

const callOf = (number: number, isHost = true) => ({ caller: "c", isHost, key: `${number}` });
const answerOfBytes = (length: number) => answerOf(ok(new Uint8Array(length)));

test("bytes are bounded: the oldest ends make room, of their own kind only", () => {
  for (const [isHost, most] of [
    [true, DEVICE_LIMITS.hostOutcomeBytes],
    [false, DEVICE_LIMITS.publicOutcomeBytes],
  ] as const) {
    const outcomes = createOutcomes();
    outcomes.keep(callOf(0, !isHost), answerOfBytes(100));
    for (let i = 0; i < 10; i += 1) {
      outcomes.keep(callOf(i, isHost), answerOfBytes(most / 4));
      expect(outcomes.heldBytes()).toBeLessThanOrEqual(most + 200);
    }
    const kept = Array.from({ length: 10 }, (_, i) => outcomes.find(callOf(i, isHost)));
    expect(kept.map((answer) => answer !== undefined)).toEqual([
      ...Array.from({ length: 7 }, () => false),
      true,
      true,
      true,
    ]);
    expect(outcomes.find(callOf(0, !isHost))).toBeDefined();
  }
});

test("one that is larger than all the room is not kept, and what it replaces is forgotten", () => {
  const outcomes = createOutcomes();
  outcomes.keep(callOf(1), answerOfBytes(10));
  outcomes.keep(callOf(1), answerOfBytes(DEVICE_LIMITS.hostOutcomeBytes + 1));
  expect([outcomes.find(callOf(1)), outcomes.heldBytes()]).toEqual([undefined, 0]);
});

test("so is their number", () => {
  const outcomes = createOutcomes();
  for (let i = 0; i <= DEVICE_LIMITS.hostOutcomes; i += 1) {
    outcomes.keep(callOf(i), answerOfBytes(1));
  }
  expect([outcomes.find(callOf(0)), outcomes.find(callOf(1))]).toEqual([
    undefined,
    expect.anything(),
  ]);
});
