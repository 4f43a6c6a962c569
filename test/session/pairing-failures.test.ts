/** Handshakes under a pairing code that fail (SPEC, section 3, "Pairing"): which of them count. */
import { describe, expect, test } from "bun:test";
import { BACK_OFF } from "../../protocol/session/back-off.ts";
import { handshakeRecord } from "../../protocol/session/binding.ts";
import type { Opening } from "../../protocol/session/initiator.ts";
import { asHost, createEnds, type Ends, kindsOf, PSK } from "./channel-ends.ts";

const CODE: Opening = { pattern: "NNpsk0", psk: PSK };
const WRONG: Opening = { pattern: "NNpsk0", psk: new Uint8Array(32) };

const began = ({ deviceEvents }: Ends): number =>
  kindsOf(deviceEvents).filter((kind) => kind === "began").length;

describe("a message 1 under a code", () => {
  test.each([0, 1, 31, 32, 47, 49, 64, 4093])(
    "of %d bytes counts nothing, and is refused",
    (size) => {
      const ends = createEnds();
      ends.toDevice(handshakeRecord("NNpsk0", 1, new Uint8Array(size).fill(9)), true);
      expect([ends.seen.pairingFailed, began(ends)]).toEqual([0, 0]);
      expect(ends.deviceEvents).toHaveLength(1);
    },
  );

  test("of 48 bytes that does not open is a failure", () => {
    const ends = createEnds();
    ends.toDevice(handshakeRecord("NNpsk0", 1, new Uint8Array(48).fill(9)), true);
    ends.nowMs = BACK_OFF.first;
    ends.begin(WRONG);
    expect(ends.seen.pairingFailed).toBe(2);
  });

  test.each([
    ["a wrong one", 48],
    ["one of a wrong length", 0],
  ])("is refused unread for a while after %s, and nothing else is", (_, size) => {
    const ends = createEnds();
    ends.toDevice(handshakeRecord("NNpsk0", 1, new Uint8Array(size).fill(9)), true);
    const { pairingFailed } = ends.seen;
    ends.nowMs = BACK_OFF.first - 1;
    for (const opening of [WRONG, CODE]) ends.begin(opening);
    expect([ends.seen.pairingFailed, began(ends)]).toEqual([pairingFailed, 0]);
    for (const opening of [{ pattern: "NN" }, asHost()] as const) ends.begin(opening);
    expect(began(ends)).toBe(2);
    ends.nowMs = BACK_OFF.first;
    ends.begin(CODE);
    expect(began(ends)).toBe(3);
  });

  test("waits twice as long after each, up to 8 s, until one is confirmed", () => {
    const ends = createEnds();
    const isRead = (): boolean => {
      const { pairingFailed } = ends.seen;
      ends.begin(WRONG);
      return ends.seen.pairingFailed > pairingFailed;
    };
    const waitForNext = (): number => {
      const fromMs = ends.nowMs;
      while (!isRead()) ends.nowMs += BACK_OFF.first / 2;
      return ends.nowMs - fromMs;
    };
    expect(waitForNext()).toBe(0);
    const waits = Array.from({ length: 7 }, waitForNext);
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000]);
    ends.nowMs += BACK_OFF.most;
    ends.begin(CODE);
    expect(began(ends)).toBe(1);
    expect([waitForNext(), waitForNext()]).toEqual([0, BACK_OFF.first]);
  });
});
