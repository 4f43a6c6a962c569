/** How long a session lasts: a day, or 2^20 records in a direction; and what begins none. */
import { describe, expect, test } from "bun:test";
import { noiseSuite } from "../../host/driver/index.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { handshakeRecord, prologueOf, readHandshake } from "../../protocol/session/binding.ts";
import { createInitiator } from "../../protocol/session/initiator.ts";
import { createHandshake } from "../../protocol/session/noise/handshake.ts";
import { PATTERNS } from "../../protocol/session/noise/patterns.ts";
import { createTransport, isWorn } from "../../protocol/session/transport.ts";
import { asHost, BINDING, createEnds, ephemeral, kindsOf } from "./channel-ends.ts";

const transportAt = (sent: number, received: number) => {
  const direction = (count: number) => ({
    seal: () => new Uint8Array(0),
    open: () => undefined,
    count: () => count,
    wipe: () => undefined,
  });
  const hash = new Uint8Array(32);
  return createTransport({ send: direction(sent), receive: direction(received), hash }, 1000);
};

test("is over with 2^20 records in either direction, or after a day, and not before", () => {
  const most = 1_048_576;
  const [early, dayMs] = [1001, 86_400_000];
  const counts = [
    [most - 1, most - 1],
    [most, 0],
    [0, most],
  ] as const;
  const worn = counts.map(([sent, received]) => isWorn(transportAt(sent, received), early));
  expect(worn).toEqual([false, true, true]);
  const aged = [999 + dayMs, 1000 + dayMs].map((nowMs) => isWorn(transportAt(0, 0), nowMs));
  expect(aged).toEqual([false, true]);
});

describe("a worn session", () => {
  test("seals nothing at either end", () => {
    const ends = createEnds();
    ends.begin(asHost());
    const text = Uint8Array.of(1);
    const sealedAt = (nowMs: number) =>
      [ends.host, ends.device].map((end) => end.seal(text, nowMs));
    expect(sealedAt(LIMITS.sessionMs - 1).every((record) => record !== undefined)).toBe(true);
    expect(sealedAt(LIMITS.sessionMs)).toEqual([undefined, undefined]);
  });

  test("is ended by the device, which says so once", () => {
    const ends = createEnds();
    ends.begin(asHost());
    expect(ends.device.wear(LIMITS.sessionMs - 1)).toEqual([]);
    expect(ends.device.wear(LIMITS.sessionMs)).toEqual([
      { kind: "ended", reason: "worn" },
      { kind: "send", isHandshake: true, record: Uint8Array.of(0xff, 0, 0) },
    ]);
    expect(ends.device.wear(LIMITS.sessionMs)).toEqual([]);
    expect(kindsOf(ends.host.take(Uint8Array.of(0xff, 0, 0), true, 0))).toEqual(["ended"]);
  });
});

test("message 2 with a payload is refused: nothing may be said before the confirmation", () => {
  const run = (payload: Uint8Array) => {
    const host = createInitiator(noiseSuite, BINDING);
    const first = host.begin({ pattern: "NN" }, ephemeral(), 0);
    const said = first.kind === "send" ? readHandshake(first.record) : undefined;
    if (said?.kind !== "message") throw new Error("no message 1");
    const device = createHandshake({
      pattern: PATTERNS.NN,
      initiator: false,
      rekeyEvery: LIMITS.rekeyRecords,
      prologue: prologueOf(BINDING, said.counter),
      suite: noiseSuite,
      ephemeral,
      psks: [],
    });
    device.read(said.message);
    const reply = device.write(payload) ?? new Uint8Array(0);
    return host.take(handshakeRecord("NN", said.counter, reply), true, 0).map(({ kind }) => kind);
  };
  expect([run(new Uint8Array(0)), run(Uint8Array.of(7))]).toEqual([["send"], ["refused"]]);
});
