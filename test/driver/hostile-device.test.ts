/** Devices that refuse, restart or babble: the host pauses, believes little and holds little. */
import { describe, expect, test } from "bun:test";
import { createCall } from "../../host/driver/call.ts";
import { noiseSuite } from "../../host/driver/index.ts";
import type { Message } from "../../protocol/call/envelope.ts";
import { fail, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { counterOf, refusalRecord, SESSION_PATTERNS } from "../../protocol/session/binding.ts";
import { createFakeClock } from "../firmware/fake-clock.ts";
import { settle } from "../firmware/bench-device.ts";
import { LINK_KEY } from "../session/channel-ends.ts";
import { BOOT, createScene, responderOf, say, type Scene } from "./steward-scene.ts";

/** Half a second: how long a host waits after a refusal or an end. */
const PAUSE_MS = 500;

const createTimed = () => {
  const clock = createFakeClock();
  const pass = async (ms: number): Promise<void> => {
    await settle();
    clock.advance(ms);
    await settle();
  };
  return { scene: createScene(clock), pass };
};

const honest = (scene: Scene) => {
  const device = responderOf(LINK_KEY);
  return (record: Uint8Array, isHandshake: boolean): void =>
    say(scene, device.take(record, isHandshake, 0));
};

const isRole = ([pattern]: Uint8Array, isHandshake: boolean): boolean =>
  isHandshake && pattern === SESSION_PATTERNS.IK;

const refuse = (scene: Scene, record: Uint8Array): void =>
  scene.hear(refusalRecord(counterOf(record)), true);

describe("a device that refuses", () => {
  test("a session as soon as it is there: one handshake each half second, no more", async () => {
    const { scene, pass } = createTimed();
    const device = honest(scene);
    let handshakes = 0;
    scene.become((record, isHandshake) => {
      if (isRole(record, isHandshake)) handshakes += 1;
      // A transport record is a confirmation, or a request: then there is no session.
      if (isHandshake || record.length === 16) device(record, isHandshake);
      else scene.hear(refusalRecord(0), true);
    });
    scene.ask(1, ["vault"]);
    await pass(PAUSE_MS - 1);
    expect(handshakes).toBe(1);
    for (let i = 2; i <= 6; i += 1) {
      await pass(1);
      expect(handshakes).toBe(i);
      await pass(PAUSE_MS - 1);
    }
    expect(scene.settled).toEqual([]);
    scene.end();
  });

  test("anyone for a while has not refused the call; in the end it has", async () => {
    for (const [refusals, end] of [
      [39, undefined],
      [40, "session_refused"],
    ] as const) {
      let left = refusals;
      const { scene, pass } = createTimed();
      const device = honest(scene);
      scene.become((record, isHandshake) => {
        left -= 1;
        if (left >= 0) refuse(scene, record);
        else device(record, isHandshake);
      });
      scene.ask(1, ["vault"]);
      for (let i = 0; i < 50; i += 1) await pass(PAUSE_MS);
      expect([scene.settled[0]?.end, scene.isAsked(1)]).toEqual([end, end === undefined]);
      scene.end();
    }
  });
});

describe("a device of another boot", () => {
  test("says so in vain before a session is bound to it", async () => {
    const { scene, pass } = createTimed();
    scene.ask(1, ["vault"], "00");
    await pass(PAUSE_MS);
    expect(scene.settled).toEqual([]);
    scene.become(honest(scene));
    for (let i = 0; i < 30; i += 1) await pass(PAUSE_MS);
    expect(scene.settled).toEqual([{ id: 1, end: "call_indeterminate" }]);
    scene.end();
  });

  test("that refuses the role leaves it indeterminate; the same boot refuses it", async () => {
    for (const [sentTo, end] of [
      ["00", "call_indeterminate"],
      [BOOT.toHex(), "session_refused"],
      [undefined, "session_refused"],
    ] as const) {
      const { scene, pass } = createTimed();
      const device = honest(scene);
      scene.become((record, isHandshake) => {
        if (isRole(record, isHandshake)) refuse(scene, record);
        else device(record, isHandshake);
      });
      scene.ask(1, ["vault"], sentTo);
      for (let i = 0; i < 10; i += 1) await pass(PAUSE_MS);
      expect(scene.settled).toEqual([{ id: 1, end }]);
      scene.end();
    }
  });
});

describe("a device that babbles", () => {
  const createLarge = () => {
    const outcomes: unknown[] = [];
    const body = {
      code: 1,
      access: "anyone",
      idempotencyKey: new Uint8Array(16),
      params: new Map([[0, new Uint8Array(20_000)]]),
    } as const;
    const call = createCall(1, body, (outcome) => void outcomes.push(outcome));
    call.request(0, new Uint8Array(32));
    return { call, outcomes };
  };
  const credit = (have: number, limit: number): Message => ({ kind: "credit", id: 1, have, limit });

  test("is told nothing for progress, parts and what is a host's to say", () => {
    const { call } = createLarge();
    const said: readonly Message[] = [
      { kind: "progress", id: 1, phase: "working", done: 0, total: 0 },
      { kind: "part", id: 1, offset: 0, bytes: new Uint8Array(9) },
      { kind: "cancel", id: 1 },
    ];
    expect(said.map((message) => call.take(message))).toEqual([undefined, undefined, undefined]);
  });

  test("has one source of chunks, however often it gives credit", () => {
    const { call } = createLarge();
    const chunks = call.take(credit(0, 5000));
    for (let limit = 5001; limit < 9000; limit += 1) {
      expect(call.take(credit(0, limit))).toBeUndefined();
    }
    expect(call.take(credit(0, 4))).toBeUndefined();
    const sent = [...(chunks ?? [])].map((one) => (one.kind === "chunk" ? one.bytes.length : 0));
    expect(sent).toEqual([LIMITS.piece, LIMITS.piece, 8999 - 2 * LIMITS.piece]);
    expect(call.take(credit(0, 8999))).toBeUndefined();
    expect([...(call.take(credit(0, 1 << 20)) ?? [])].length).toBe(3);
  });

  test("may send its result in the smallest parts, but none of nothing and none too many", () => {
    const { call, outcomes } = createLarge();
    const text = noiseSuite.keyPair(new Uint8Array(32).fill(1)).publicKey;
    const cbor = Uint8Array.of(0x58, 32, ...text);
    for (const [offset, byte] of cbor.entries()) {
      call.take({ kind: "part", id: 1, offset, bytes: Uint8Array.of(byte) });
    }
    call.take({ kind: "result", id: 1, size: cbor.length });
    expect(outcomes).toEqual([ok(text)]);
    const empty = createLarge();
    empty.call.take({ kind: "part", id: 1, offset: 0, bytes: new Uint8Array(0) });
    expect(empty.outcomes).toEqual([fail("malformed_reply")]);
    const much = createLarge();
    for (let offset = 0; offset < LIMITS.result; offset += 4096) {
      much.call.take({ kind: "part", id: 1, offset, bytes: new Uint8Array(4096) });
    }
    expect(much.outcomes).toEqual([]);
    much.call.take({ kind: "part", id: 1, offset: LIMITS.result, bytes: new Uint8Array(1) });
    expect(much.outcomes).toEqual([fail("malformed_reply")]);
  });
});
