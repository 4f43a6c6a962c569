/** The eyes of the simulation: each sees what it is there for, and nothing else. */
import { expect, test } from "bun:test";
import type { Link } from "../../firmware/hal.ts";
import { encodeMessage, type Message } from "../../protocol/call/envelope.ts";
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { encodeFrame, FLAGS, type Frame } from "../../protocol/frame/frame.ts";
import { HELLO, SUITES } from "../../protocol/link/hello.ts";
import { LINK_TIMES } from "../../protocol/link/times.ts";
import { createFindings, type Invariant } from "./findings.ts";
import { KNOWN_SECRETS } from "./known-secrets.ts";
import { watchLine } from "./line-watch.ts";
import { createPingWatch } from "./ping-watch.ts";
import { createMessageWatch } from "./message-watch.ts";
import { secretsIn } from "./secret-search.ts";

const NONE = new Uint8Array(0);

const EMPTY = { flags: 0, epoch: 0, seq: 0, ack: 0, window: 4, channel: 0, payload: NONE };
const PING: Frame = { ...EMPTY, type: "ping" };

const frame = (type: Frame["type"], changes: Partial<Frame> = {}): Uint8Array =>
  encodeFrame({ ...EMPTY, type, ...changes });

const hello = (window: number): Uint8Array =>
  frame("hello", {
    payload: encodeAs(HELLO, {
      side: "host",
      oldest: 1,
      newest: 1,
      nonce: new Uint8Array(16),
      frameLimit: 512,
      window,
      suites: [...SUITES],
      features: [],
    }),
  });

/** A watched line that may be full, and what is found on it. */
const lineRoom = () => {
  const findings = createFindings(() => 0);
  const heard: Uint8Array[] = [];
  const room = { isFull: false, deliver: (bytes: Uint8Array): void => void heard.push(bytes) };
  const line: Link = {
    send: () => undefined,
    hasRoom: () => !room.isFull,
    onRoom: () => undefined,
    onReceive: (action) => {
      room.deliver = action;
    },
    onCable: () => undefined,
  };
  const watched = watchLine(
    line,
    () => 0,
    findings,
    () => undefined,
  );
  watched.onReceive(() => undefined);
  const found = (): readonly Invariant[] => findings.all().map(({ invariant }) => invariant);
  return { room, watched, found };
};

const data = (seq: number): Uint8Array =>
  frame("data", { flags: FLAGS.device | 3, epoch: 7, seq, payload: Uint8Array.of(1) });

test("a device that speaks before a HELLO is seen", () => {
  const { room, watched, found } = lineRoom();
  room.deliver(Uint8Array.of(1, 2, 3, 0));
  watched.send(frame("helloAck", { flags: FLAGS.device, epoch: 7 }));
  expect(found()).toEqual(["silent"]);
});

test("answers that come too fast are seen", () => {
  const { room, watched, found } = lineRoom();
  room.deliver(hello(4));
  for (let i = 0; i < 4; i += 1) watched.send(frame("helloAck", { flags: FLAGS.device, epoch: 7 }));
  expect(found()).toEqual(["silent"]);
});

test("a frame for which the line has no room, and one beyond the window, are seen", () => {
  const { room, watched, found } = lineRoom();
  room.deliver(hello(4));
  for (const seq of [0, 1, 2, 3, 0]) watched.send(data(seq));
  expect(found()).toEqual([]);
  watched.send(data(4));
  expect(found()).toEqual(["bounded"]);
  room.deliver(frame("ack", { flags: FLAGS.device, epoch: 7, ack: 5, window: 0 }));
  room.deliver(frame("ack", { epoch: 7, ack: 5, window: 1 }));
  watched.send(data(5));
  expect(found()).toHaveLength(1);
  watched.send(data(6));
  room.isFull = true;
  watched.send(data(5));
  expect(found()).toEqual(["bounded", "bounded", "bounded"]);
});

test("three PINGs that nobody answers are well, a fourth is found", () => {
  const asked = (everyMs: number, count: number): readonly boolean[] => {
    const watch = createPingWatch();
    return Array.from({ length: count }, (_, i) => watch.sent(PING, 5_000 + i * everyMs));
  };
  expect(asked(LINK_TIMES.pingAgain, 4)).toEqual([true, true, true, false]);
  expect(asked(LINK_TIMES.shutAgain, 30)).not.toContain(false);
  const watch = createPingWatch();
  for (let i = 0; i < 9; i += 1) {
    expect(watch.sent(PING, 7_000 * i)).toBe(true);
    watch.heard(7_000 * i);
  }
});

const [HOST_KEY, DEVICE_KEY, OTHER_KEY] = [1, 2, 3].map((fill) => new Uint8Array(32).fill(fill));

/** A session that is confirmed, and what is found in it. */
const messageRoom = () => {
  const findings = createFindings(() => 0);
  const watch = createMessageWatch(findings, {
    plaintext: () => undefined,
    resumed: () => undefined,
  });
  const [ours, theirs] = [DEVICE_KEY ?? NONE, HOST_KEY ?? NONE];
  watch.opened(theirs, NONE);
  watch.sealed(ours, NONE);
  const ask = (id: number): void =>
    watch.opened(
      theirs,
      encodeMessage({
        kind: "request",
        id,
        code: 1,
        idempotencyKey: new Uint8Array(16),
        params: new Map(),
      }),
    );
  const answer = (message: Message): void => watch.sealed(ours, encodeMessage(message));
  const found = (): readonly Invariant[] => findings.all().map(({ invariant }) => invariant);
  return { watch, ask, answer, found };
};

const refusal = (id: number): Message => ({ kind: "refusal", id, error: "busy" });

test("one answer to each request is well; none is told, a second one is found", () => {
  const { watch, ask, answer, found } = messageRoom();
  ask(1);
  ask(2);
  answer({ kind: "progress", id: 1, phase: "working", done: 0, total: 0 });
  answer(refusal(1));
  expect(watch.unanswered()).toEqual([2]);
  expect(found()).toEqual([]);
  answer({ kind: "result", id: 1, result: 0 });
  expect(found()).toEqual(["oneFinal"]);
});

test("an answer that nobody asked for is found, also under renewed keys", () => {
  const { watch, ask, answer, found } = messageRoom();
  ask(1);
  watch.rekeyed(DEVICE_KEY ?? NONE, OTHER_KEY ?? NONE);
  watch.sealed(OTHER_KEY ?? NONE, encodeMessage(refusal(1)));
  expect(found()).toEqual([]);
  answer(refusal(9));
  expect(found()).toEqual(["oneFinal"]);
  expect(watch.sessions()).toBe(1);
});

test("what is sealed and no message is found", () => {
  const { watch, found } = messageRoom();
  watch.sealed(DEVICE_KEY ?? NONE, Uint8Array.of(0xff));
  expect(found()).toEqual(["faultless"]);
});

test("each secret is found in bytes, in hex and in base64, and the words of a code", () => {
  for (const [name, bytes] of KNOWN_SECRETS) {
    const hex = new TextEncoder().encode(`key=${bytes.toHex()}`);
    const base64 = new TextEncoder().encode(bytes.toBase64());
    const raw = Uint8Array.from([0, 0, ...bytes]);
    for (const said of [hex, base64, raw]) expect(secretsIn([said], [])).toContain(name);
  }
  const words = ["abandon", "ability", "able", "about", "above"];
  const said = new TextEncoder().encode(`screen: ${words.join(" ")}`);
  expect(secretsIn([said], [words])).toEqual(["pairing words"]);
  expect(secretsIn([new Uint8Array(1_000)], [words])).toEqual([]);
});
