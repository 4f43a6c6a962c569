/** Between link and calls: answers leave as the line takes them, and never fill its queue. */
import { describe, expect, test } from "bun:test";
import { createSessions, type Sessions } from "../../firmware/sessions.ts";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import type { Origin } from "../../firmware/calls/calls.ts";
import { noiseSuite } from "../../host/driver/index.ts";
import type { Message } from "../../protocol/call/envelope.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { LinkEvent, LinkRecord } from "../../protocol/link/link.ts";
import { createInitiator, type InitiatorEvent } from "../../protocol/session/initiator.ts";
import { ephemeral, KEYLESS } from "../session/channel-ends.ts";

const EPOCH = 0xbeef;
const hellos = { host: new Uint8Array(20), device: new Uint8Array(30) };
const HELLO = { side: "host", oldest: 1, newest: 1, nonce: new Uint8Array(16) } as const;
const peer = { ...HELLO, frameLimit: 512, window: 8, suites: [], features: [] };

const part = (id: number): Message => ({ kind: "part", id, offset: 0, bytes: new Uint8Array(9) });

/** Forever the same part: a result without an end. */
const endless = (id: number): Iterable<Message> => ({
  [Symbol.iterator]: () => ({ next: () => ({ value: part(id) }) }),
});

/** Begins a session of anyone on a channel, and says something in it. */
const askOn = (sessions: Sessions, queue: LinkRecord[], channel: number, counter: number): void => {
  const host = createInitiator(noiseSuite, { hellos, epoch: EPOCH, channel }, counter);
  const deliver = (record: Uint8Array, isHandshake: boolean): void =>
    sessions.take([{ kind: "record", epoch: EPOCH, channel, isHandshake, record }], 0);
  const run = (events: readonly InitiatorEvent[]): void => {
    for (const event of events) if (event.kind === "send") deliver(event.record, event.isHandshake);
  };
  run([host.begin({ pattern: "NN" }, ephemeral(), 0)]);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    run(host.take(next.bytes, next.isHandshake, 0));
  }
  deliver(host.seal(Uint8Array.of(0), 0) ?? new Uint8Array(0), false);
};

/** Sessions over a queue that a test empties, with a session of anyone on each channel asked. */
const createScene = (channels: readonly number[]) => {
  const queue: LinkRecord[] = [];
  const origins: Origin[] = [];
  const left: number[] = [];
  const sessions = createSessions({
    link: {
      send: (record) => {
        if (queue.length >= LIMITS.queuedRecords) return false;
        queue.push(record);
        return true;
      },
      room: () => LIMITS.queuedRecords - queue.length,
      promote: () => [],
      claim: () => undefined,
      strengthen: () => undefined,
    },
    calls: { take: (_, origin) => void origins.push(origin), leave: (id) => void left.push(id) },
    responder: KEYLESS,
    onWaiting: () => undefined,
  });
  const opened: LinkEvent = { kind: "opened", epoch: EPOCH, peer, hellos };
  sessions.take([opened], 0);
  for (const [i, channel] of channels.entries()) askOn(sessions, queue, channel, i);
  return { sessions, queue, origins, left };
};

describe("answers", () => {
  test("without an end leave room in the link's queue, so that the device goes on hearing", () => {
    const { sessions, queue, origins } = createScene([0]);
    origins[0]?.send(endless(1));
    sessions.pump(0);
    expect(queue.length).toBe(LIMITS.queuedRecords - DEVICE_LIMITS.spareRecords);
    queue.splice(0, 3);
    sessions.pump(0);
    expect(queue.length).toBe(LIMITS.queuedRecords - DEVICE_LIMITS.spareRecords);
  });

  test("of several sessions, and of one, take turns", () => {
    const { sessions, queue, origins } = createScene([0, 5]);
    origins[0]?.send(endless(1));
    origins[1]?.send(endless(2));
    sessions.pump(0);
    const channels = queue.map(({ channel }) => channel);
    expect(channels).toEqual([0, 5, 0, 5, 0, 5, 0, 5]);
  });

  test("that nobody takes end the session at their limit, and not before", () => {
    const { sessions, queue, origins, left } = createScene([0]);
    const [origin] = origins;
    for (let i = 0; i < DEVICE_LIMITS.sessionQueue; i += 1) origin?.send(endless(i));
    expect(left).toEqual([]);
    origin?.send(endless(99));
    expect(left).toEqual([origin?.session ?? 0]);
    expect(sessions.isWaiting()).toBe(false);
    origin?.send(endless(100));
    sessions.pump(0);
    expect(queue).toEqual([]);
  });
});

test("what was asked in a session is not answered in the next one on its channel", () => {
  const { sessions, queue, origins, left } = createScene([3, 3]);
  const [former, present] = origins;
  expect(left).toEqual([former?.session ?? 0]);
  former?.send([part(1)]);
  sessions.pump(0);
  expect(queue).toEqual([]);
  present?.send([part(1)]);
  sessions.pump(0);
  expect(queue).toHaveLength(1);
});

test("a link that closes takes its sessions with it", () => {
  const { sessions, queue, origins, left } = createScene([0, 1]);
  origins[0]?.send(endless(1));
  sessions.take([{ kind: "closed", epoch: EPOCH, reason: "lost" }], 0);
  expect(new Set(left)).toEqual(new Set(origins.map(({ session }) => session)));
  sessions.pump(0);
  expect(queue).toEqual([]);
});

test("a worn session is ended, not starved: its host is told, and what waited is dropped", () => {
  const { sessions, queue, origins, left } = createScene([0]);
  origins[0]?.send([part(1)]);
  sessions.pump(LIMITS.sessionMs);
  expect(queue.map(({ isHandshake, bytes }) => [isHandshake, bytes.toHex()])).toEqual([
    [true, "ff0000"],
  ]);
  expect(left).toEqual([origins[0]?.session ?? 0]);
  expect(sessions.isWaiting()).toBe(false);
});
