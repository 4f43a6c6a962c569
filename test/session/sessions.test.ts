/** Sessions of a channel (SPEC, section 3): what begins one, what ends one, and what does not. */
import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../protocol/limits.ts";
import { prologueOf } from "../../protocol/session/binding.ts";
import type { Opening } from "../../protocol/session/initiator.ts";
import { BACK_OFF } from "../../protocol/session/back-off.ts";
import {
  asHost,
  BINDING,
  createEnds,
  type Ends,
  ephemeral,
  HOST_KEY,
  kindsOf,
  openedBy,
  PSK,
  sealed,
} from "./channel-ends.ts";

const REFUSED = "ff";
const NN: Opening = { pattern: "NN" };
const CODE: Opening = { pattern: "NNpsk0", psk: PSK };

/** The device's handshake answers, in hex. */
const answersOf = ({ deviceEvents }: Ends): readonly string[] =>
  deviceEvents.flatMap((one) =>
    one.kind === "send" && one.isHandshake ? [one.record.toHex()] : [],
  );

const say = (ends: Ends, text: string): void => {
  ends.toDevice(sealed(ends, text), false);
};

describe("a session begins", () => {
  test.each([
    ["NN", NN, { kind: "anyone" }],
    ["NNpsk0", CODE, { kind: "pairing" }],
    ["IK", asHost(), { kind: "host", key: HOST_KEY.publicKey, role: "vault" }],
  ] as const)("%s: both ends agree on one hash, and on who calls", (_, opening, caller) => {
    const ends = createEnds();
    ends.begin(opening);
    const [began] = ends.deviceEvents.filter((one) => one.kind === "began");
    const [hosts] = ends.hostEvents.filter((one) => one.kind === "began");
    if (began?.kind !== "began" || hosts?.kind !== "began") throw new Error("it did not begin");
    expect(began.caller).toEqual(caller);
    expect(began.handshakeHash).toEqual(hosts.handshakeHash);
    say(ends, "first");
    const answer = ends.device.seal(new TextEncoder().encode("second"), 0);
    const heard = ends.host.take(answer ?? new Uint8Array(0), false, 0);
    expect(openedBy(ends)).toEqual(["first"]);
    expect(heard).toEqual([{ kind: "plaintext", plaintext: new TextEncoder().encode("second") }]);
  });

  test("only with the host's first transport record: message 1 alone changes nothing", () => {
    const ends = createEnds();
    const first = ends.host.begin(asHost(), ephemeral(), 0);
    if (first.kind !== "send") throw new Error("no message 1");
    const events = ends.toDevice(first.record, true);
    expect(kindsOf(events)).toEqual(["claimed"]);
    expect(ends.device.seal(new Uint8Array(1), 0)).toBeUndefined();
  });

  test("the prologue holds label, both HELLOs with their lengths, epoch, channel, counter", () => {
    const label = Buffer.from("mayfly session 1").toString("hex");
    const [host, device] = [BINDING.hellos.host.toHex(), BINDING.hellos.device.toHex()];
    const parts = [label, "0028", host, "003c", device, "beef", "00", "0102"];
    expect(prologueOf(BINDING, 0x0102).toHex()).toBe(parts.join(""));
  });

  test("the pairing code learns which session it has opened", () => {
    const ends = createEnds();
    ends.begin(CODE);
    const began = ends.deviceEvents.find((one) => one.kind === "began");
    expect(ends.seen.pairingOpened).toEqual(began?.kind === "began" ? [began.handshakeHash] : []);
    expect(ends.seen.pairingFailed).toBe(0);
  });
});

describe("a handshake is refused, all alike,", () => {
  test.each([
    [
      "an edited HELLO of the host",
      {},
      { hellos: { ...BINDING.hellos, host: new Uint8Array(40) } },
    ],
    ["an edited HELLO_ACK", {}, { hellos: { ...BINDING.hellos, device: new Uint8Array(60) } }],
    ["another epoch", {}, { epoch: 0xbeee }],
    ["another channel", {}, { channel: 1 }],
    ["a device without keys", { linkKey: () => undefined }, {}],
    ["a generator that fails", { ephemeral: () => undefined }, {}],
    ["an unknown host key", { accepts: () => false }, {}],
  ] as const)("for %s", (_, config, binding) => {
    const ends = createEnds(config, binding);
    ends.begin(asHost());
    expect(answersOf(ends)).toEqual([`${REFUSED}0001`]);
    expect(kindsOf(ends.hostEvents)).toEqual(["refused"]);
    expect(kindsOf(ends.deviceEvents)).toEqual([]);
  });

  test("for a role that the host has not, and for a claim that is none", () => {
    for (const opening of [
      asHost({ role: "control" }),
      { ...asHost(), claim: new Uint8Array(9) },
    ]) {
      const ends = createEnds();
      ends.begin(opening);
      expect(answersOf(ends)).toEqual([`${REFUSED}0001`]);
    }
  });

  test("for a wrong code, which counts; with no code shown nothing counts", () => {
    const ends = createEnds();
    ends.begin({ pattern: "NNpsk0", psk: new Uint8Array(32) });
    expect(answersOf(ends)).toEqual([`${REFUSED}0001`]);
    expect(ends.seen.pairingFailed).toBe(1);
    const closed = createEnds({ pairingKey: () => undefined });
    closed.begin(CODE);
    expect(answersOf(closed)).toEqual([`${REFUSED}0001`]);
    expect(closed.seen.pairingFailed).toBe(0);
  });

  test("for message 1 again, and for every counter that does not rise", () => {
    const ends = createEnds();
    const first = ends.host.begin(asHost(), ephemeral(), 0);
    ends.run(first);
    say(ends, "before");
    if (first.kind !== "send") throw new Error("no message 1");
    ends.toDevice(first.record, true);
    ends.toDevice(Uint8Array.of(2, 0, 0), true);
    expect(answersOf(ends).slice(1)).toEqual([`${REFUSED}0001`, `${REFUSED}0000`]);
    say(ends, "after");
    expect(openedBy(ends)).toEqual(["before", "after"]);
  });

  test("for a forged counter, which uses up no number of who comes after", () => {
    const ends = createEnds();
    ends.toDevice(Uint8Array.of(2, 0xff, 0xff, ...new Uint8Array(96).fill(9)), true);
    expect(answersOf(ends)).toEqual([`${REFUSED}ffff`]);
    ends.begin(asHost());
    say(ends, "after");
    expect(openedBy(ends)).toEqual(["after"]);
  });

  test.each([
    ["nothing", []],
    ["a byte", [0]],
    ["an unknown pattern", [3, 0, 1]],
    ["anyone's message 1 with a payload", [0, 0, 1, ...new Uint8Array(33).fill(9)]],
    ["a pattern without its message", [2, 0, 1]],
    ["a refusal, which is not the host's to say", [0xff, 0, 1]],
  ])("for %s", (_, bytes) => {
    const ends = createEnds();
    ends.toDevice(Uint8Array.from(bytes), true);
    expect(answersOf(ends)).toEqual([`${REFUSED}${bytes.length < 3 ? "0000" : "0001"}`]);
    expect(kindsOf(ends.deviceEvents)).toEqual([]);
  });

  test("for every flipped bit of message 1, and the live session goes on", () => {
    const ends = createEnds();
    ends.begin(asHost());
    const again = ends.host.begin(asHost(), ephemeral(), 0);
    if (again.kind !== "send") throw new Error("no message 1");
    for (let bit = 24; bit < again.record.length * 8; bit += 8) {
      const bent = Uint8Array.from(again.record);
      bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << ((bit >> 3) % 8));
      bent[2] = 2 + (bit >> 3); // a counter that rises, so that the bytes themselves decide
      ends.toDevice(bent, true);
    }
    expect(kindsOf(ends.deviceEvents)).toEqual(["claimed", "began"]);
    expect(ends.device.seal(Uint8Array.of(1), 0)).toBeDefined();
  });
});

describe("a session in use", () => {
  test("a new one takes the old one's place with its confirmation, not before", () => {
    const ends = createEnds();
    ends.begin(NN);
    const first = ends.host.begin(asHost(), ephemeral(), 0);
    if (first.kind !== "send") throw new Error("no message 1");
    const [claimed, answer] = ends.toDevice(first.record, true);
    expect(claimed?.kind).toBe("claimed");
    say(ends, "under the old keys");
    if (answer?.kind !== "send") throw new Error("no message 2");
    const [confirmation] = ends.host.take(answer.record, true, 0);
    expect(ends.host.seal(Uint8Array.of(1), 0)).toBeUndefined();
    if (confirmation === undefined) throw new Error("no confirmation");
    ends.run(confirmation);
    say(ends, "under the new ones");
    expect(openedBy(ends)).toEqual(["under the old keys", "under the new ones"]);
    expect(kindsOf(ends.deviceEvents)).toEqual([
      "began",
      "claimed",
      "plaintext",
      "began",
      "plaintext",
    ]);
  });

  test("a record that was altered, repeated or made up ends it, and handshakes wait", () => {
    for (const spoil of [
      (record: Uint8Array) => record.map((byte, i) => (i === 0 ? byte ^ 1 : byte)),
      (record: Uint8Array) => record.subarray(0, -1),
      () => new Uint8Array(40),
      () => new Uint8Array(0),
    ]) {
      const ends = createEnds();
      ends.begin(asHost());
      ends.toDevice(spoil(sealed(ends, "never read")), false);
      expect(openedBy(ends)).toEqual([]);
      expect(kindsOf(ends.deviceEvents).at(-1)).toBe("ended");
      expect(answersOf(ends).at(-1)).toBe(`${REFUSED}0000`);
      expect(ends.device.seal(Uint8Array.of(1), 0)).toBeUndefined();
      ends.begin(asHost());
      expect(answersOf(ends).at(-1)).toBe(`${REFUSED}0002`);
      ends.nowMs = BACK_OFF.first;
      ends.begin(asHost());
      expect(kindsOf(ends.deviceEvents).at(-1)).toBe("began");
    }
  });

  test("each failure doubles the wait, up to its most; a session that begins ends it", () => {
    const ends = createEnds();
    const isAnswered = (): boolean => {
      const first = ends.host.begin(NN, ephemeral(), ends.nowMs);
      if (first.kind !== "send") throw new Error("no message 1");
      ends.toDevice(first.record, true);
      return answersOf(ends).at(-1)?.startsWith("00") === true;
    };
    /** Fails the handshake that has just been answered; how long none is answered then. */
    const waitAfterFailure = (): number => {
      const fromMs = ends.nowMs;
      ends.toDevice(new Uint8Array(16), false);
      while (!isAnswered()) ends.nowMs += BACK_OFF.first / 2;
      return ends.nowMs - fromMs;
    };
    expect(isAnswered()).toBe(true);
    const waits = Array.from({ length: 7 }, waitAfterFailure);
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000]);
    ends.begin(NN);
    expect(kindsOf(ends.deviceEvents).at(-1)).toBe("began");
    expect(isAnswered()).toBe(true);
    expect(waitAfterFailure()).toBe(BACK_OFF.first);
  });

  test("keys are renewed every 4,096 records, unnoticed", () => {
    const ends = createEnds();
    ends.begin(asHost());
    for (let i = 0; i < 2 * LIMITS.rekeyRecords + 10; i += 1) say(ends, "x");
    expect(openedBy(ends).length).toBe(2 * LIMITS.rekeyRecords + 10);
  });

  test("after a day it is over at both ends", () => {
    const ends = createEnds();
    ends.begin(asHost());
    const late = sealed(ends, "too late");
    ends.nowMs = LIMITS.sessionMs;
    expect(ends.host.seal(Uint8Array.of(1), ends.nowMs)).toBeUndefined();
    ends.toDevice(late, false);
    expect(openedBy(ends)).toEqual([]);
    expect(kindsOf(ends.deviceEvents).at(-1)).toBe("ended");
    ends.begin(asHost());
    say(ends, "renewed");
    expect(openedBy(ends)).toEqual(["renewed"]);
  });

  test("a handshake that is not confirmed within 10 s is forgotten at both ends", () => {
    const ends = createEnds();
    const first = ends.host.begin(asHost(), ephemeral(), 0);
    if (first.kind !== "send") throw new Error("no message 1");
    const answer = ends.toDevice(first.record, true).at(-1);
    if (answer?.kind !== "send") throw new Error("no message 2");
    const [confirmation] = ends.host.take(answer.record, true, 0);
    if (confirmation?.kind !== "send") throw new Error("no confirmation");
    expect(ends.host.deadlineMs()).toBe(LIMITS.handshakeMs);
    ends.nowMs = LIMITS.handshakeMs + 1;
    ends.toDevice(confirmation.record, false);
    expect(kindsOf(ends.deviceEvents)).toEqual(["claimed"]);
    expect(ends.host.tick(ends.nowMs)).toEqual([{ kind: "refused" }]);
  });
});

test("the host: refusals of other handshakes, and late words of a session, say nothing", () => {
  const ends = createEnds();
  ends.begin(NN);
  expect(ends.host.take(Uint8Array.of(0xff, 0, 9), true, 0)).toEqual([]);
  expect(ends.host.take(Uint8Array.of(1, 0, 1, 5), true, 0)).toEqual([]);
  expect(ends.host.take(Uint8Array.of(0xff, 0, 0), true, 0)).toEqual([{ kind: "ended" }]);
  expect(ends.host.take(new Uint8Array(99), false, 0)).toEqual([]);
  expect(ends.host.pattern()).toBeUndefined();
});

test("the host: an answer that does not open is a refusal; the former session goes on", () => {
  const ends = createEnds();
  ends.begin(NN);
  ends.host.begin(asHost(), ephemeral(), 0);
  const bent = Uint8Array.of(2, 0, 2, ...new Uint8Array(48));
  expect(ends.host.take(bent, true, 0)).toEqual([{ kind: "refused" }]);
  say(ends, "still here");
  expect(openedBy(ends)).toEqual(["still here"]);
});
