/** The live link and the one candidate beside it (SPEC, section 2). */
import { describe, expect, test } from "bun:test";
import { FLAGS, type FrameType } from "../../../protocol/frame/frame.ts";
import type { LinkEvent } from "../../../protocol/link/link.ts";
import { createRandom, SEED } from "../random.ts";
import { framesOf, runTimers } from "./by-hand.ts";
import { frameBytes, framesIn, helloBytes, WHOLE } from "./greeting-frames.ts";
import { linkOf } from "./line.ts";

const RECORD = Uint8Array.of(1, 2, 3);

/** A device with a live link since 0 ms and a candidate since 100 ms, both played by hand. */
const beside = () => {
  const link = linkOf("device", createRandom(SEED));
  const open = (byte: number, nowMs: number): number => {
    link.receive(helloBytes(new Uint8Array(16).fill(byte), { window: 8 }), nowMs);
    return framesOf(link, nowMs)[0]?.epoch ?? 0;
  };
  const live = open(1, 0);
  link.promote(live);
  const candidate = open(2, 100);
  const hear = (epoch: number, seq: number, nowMs: number, flags: number = WHOLE) =>
    link
      .receive(frameBytes({ type: "data", epoch, seq, flags, window: 8, payload: RECORD }), nowMs)
      .map((event) => (event.kind === "record" ? event.epoch : event.kind));
  return { link, live, candidate, open, hear };
};

describe("a live link and a candidate", () => {
  test("carry records of their own, numbered from 0, both ways", () => {
    const { link, live, candidate, hear } = beside();
    for (let seq = 0; seq < 3; seq += 1) {
      expect(hear(live, seq, 200 + seq)).toEqual([live]);
      expect(hear(candidate, seq, 200 + seq)).toEqual([candidate]);
      for (const epoch of [live, candidate]) {
        expect(link.send({ epoch, channel: 0, isHandshake: false, bytes: RECORD }, 200)).toBe(true);
      }
    }
    const data = framesOf(link, 210).filter(({ type }) => type === "data");
    const numbers = (epoch: number) =>
      data.filter((one) => one.epoch === epoch).map((one) => one.seq);
    expect([numbers(live), numbers(candidate)]).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  test("take turns on the line: neither waits for the other's queue", () => {
    const { link, live, candidate } = beside();
    for (let i = 0; i < 4; i += 1) {
      for (const epoch of [live, candidate]) {
        link.send({ epoch, channel: 0, isHandshake: false, bytes: RECORD }, 200);
      }
    }
    const epochs = framesOf(link, 200).map(({ epoch }) => epoch);
    expect(epochs).toHaveLength(8);
    expect(epochs.slice(1).every((epoch, i) => epoch !== epochs[i])).toBe(true);
  });

  test("an ACK jumps no turn: a lively live link lets the candidate speak", () => {
    const { link, live, candidate } = beside();
    const bytes = RECORD;
    link.send({ epoch: candidate, channel: 0, isHandshake: true, bytes }, 200);
    const said: number[] = [];
    for (let seq = 0; seq < 6; seq += 1) {
      link.send({ epoch: live, channel: 0, isHandshake: false, bytes }, 200);
      const flags = WHOLE | FLAGS.retransmit;
      const heard = { type: "data", epoch: live, seq, ack: seq, flags, window: 8 } as const;
      link.receive(frameBytes(heard), 200 + seq);
      said.push(...framesIn([link.pull(200 + seq) ?? bytes]).map(({ epoch }) => epoch));
    }
    expect(said.slice(0, 3)).toContain(candidate);
  });

  test("are ended each by its own RESET, and by no echo of one", () => {
    for (const which of ["live", "candidate"] as const) {
      const one = beside();
      const epoch = one[which];
      const other = which === "live" ? one.candidate : one.live;
      const echo = frameBytes({ type: "reset", epoch, flags: FLAGS.device });
      expect(one.link.receive(echo, 200)).toEqual([]);
      expect(one.link.receive(frameBytes({ type: "reset", epoch }), 200)).toEqual([
        { kind: "closed", epoch, reason: "reset" },
      ]);
      expect(one.hear(epoch, 0, 201)).toEqual([]);
      expect(one.hear(other, 0, 201)).toEqual([other]);
      expect(one.link.liveEpoch()).toBe(which === "live" ? undefined : one.live);
      expect(one.link.stats()).toMatchObject({ foreign: 1, echoes: 1 });
    }
  });

  test("the former live one is a stranger after promotion; promoting again changes nothing", () => {
    const { link, live, candidate, hear } = beside();
    expect(link.promote(live)).toEqual([]);
    expect(link.promote(candidate)).toEqual([{ kind: "closed", epoch: live, reason: "replaced" }]);
    expect([link.promote(candidate), link.promote(live)]).toEqual([[], []]);
    expect(hear(live, 0, 200)).toEqual([]);
    expect(hear(candidate, 0, 200)).toEqual([candidate]);
    expect(link.room(live)).toBe(0);
  });

  test("a HELLO of the live link or of the candidate that is repeated opens nothing", () => {
    const { link, candidate } = beside();
    const again = helloBytes(new Uint8Array(16).fill(2), { window: 8 });
    expect(link.receive(again, 1200)).toEqual([]);
    expect(framesOf(link, 1200)).toMatchObject([{ type: "helloAck", epoch: candidate }]);
    link.promote(candidate);
    expect(link.receive(again, 2400)).toEqual([]);
    expect(link.liveEpoch()).toBe(candidate);
  });

  test("go with the cable, and nothing that was still to be said is said to the next", () => {
    const { link, live, candidate } = beside();
    for (const epoch of [live, candidate]) {
      link.send({ epoch, channel: 0, isHandshake: false, bytes: RECORD }, 1200);
      const ping = frameBytes({ type: "ping", epoch, payload: new Uint8Array(8), window: 8 });
      link.receive(ping, 1200);
    }
    link.receive(helloBytes(new Uint8Array(16).fill(2), { window: 8 }), 1200);
    link.close(1200);
    expect(link.forget()).toEqual([{ kind: "closed", epoch: candidate, reason: "cable" }]);
    expect([framesOf(link, 1200), link.deadlineMs(), link.isIdle()]).toEqual([[], undefined, true]);
  });
});

describe("a candidate", () => {
  test("is forgotten 30 s after its last frame, whatever frame that was, and asked nothing", () => {
    const { link, live, candidate, hear } = beside();
    const events: LinkEvent[] = [];
    const keepLive = (fromMs: number, endMs: number): readonly string[] => {
      const types: string[] = [];
      for (let nowMs = fromMs; nowMs < endMs; nowMs += 1000) {
        link.receive(frameBytes({ type: "ack", epoch: live, window: 8 }), nowMs);
        events.push(...link.tick(nowMs)); // no timer is due, and none may be made up
        types.push(...framesOf(link, nowMs).map(({ type }) => type));
        types.push(...runTimers(link, nowMs + 999, events).map(({ frame }) => frame.type));
      }
      return types;
    };
    expect(keepLive(1000, 30_000)).toEqual([]);
    link.receive(frameBytes({ type: "ack", epoch: candidate, window: 8 }), 30_050);
    expect(keepLive(30_100, 59_000)).toEqual([]);
    expect(events).toEqual([]);
    expect(runTimers(link, 60_049, events)).toEqual([]);
    expect(runTimers(link, 60_050, events)).toMatchObject([
      { frame: { type: "reset", epoch: candidate } },
    ]);
    expect(events).toEqual([{ kind: "closed", epoch: candidate, reason: "silent" }]);
    expect([hear(candidate, 0, 62_001), link.liveEpoch()]).toEqual([[], live]);
    const once = helloBytes(new Uint8Array(16).fill(2), { window: 8 });
    expect(link.receive(once, 63_000)).toMatchObject([{ kind: "opened" }]);
    expect(framesOf(link, 63_000)[0]?.epoch).not.toBe(candidate);
  });

  test("alone, without a live link, is heard in everything", () => {
    const link = linkOf("device", createRandom(SEED));
    link.receive(helloBytes(new Uint8Array(16)), 0);
    const epoch = framesOf(link, 0)[0]?.epoch ?? 0;
    const data = frameBytes({ type: "data", epoch, flags: WHOLE, payload: RECORD });
    expect(link.receive(data, 1)).toMatchObject([{ kind: "record", epoch }]);
    expect(link.liveEpoch()).toBeUndefined();
  });

  test("that replaced an older one leaves no trace of it", () => {
    const { link, candidate, open, hear } = beside();
    const newer = open(3, 1200);
    expect([hear(candidate, 0, 1201), hear(newer, 0, 1201)]).toEqual([[], [newer]]);
    expect(link.room(candidate)).toBe(0);
    expect(link.promote(candidate)).toEqual([]);
  });
});

describe("beside a live link with an IK session", () => {
  const strong = () => {
    const one = beside();
    one.link.strengthen(one.live);
    one.link.receive(frameBytes({ type: "ack", epoch: one.live, window: 8 }), 1000);
    return one;
  };

  /** What the device says to a candidate's record, and whether it took it. */
  const contest = ({ link, candidate, hear }: ReturnType<typeof strong>, atMs: number) => {
    const isTaken = hear(candidate, 0, atMs).includes(candidate);
    const said = framesOf(link, atMs).map(
      ({ type, epoch }) => [type, epoch === candidate] as const,
    );
    return { isTaken, said };
  };
  const PING: (readonly [FrameType, boolean])[] = [["ping", false]];

  test("a candidate's transport record is not taken before 2 s of silence, a PING in it", () => {
    for (const [askedMs, takenMs] of [
      [1001, 3000], // heard at 1000
      [1999, 3000],
      [2500, 3500],
      [4000, 5000],
    ] as const) {
      const one = strong();
      expect(contest(one, askedMs)).toEqual({ isTaken: false, said: PING });
      expect(contest(one, takenMs - 1).isTaken).toBe(false);
      expect(hearsAck(one, takenMs)).toEqual([["ack", 1]]);
    }
  });

  /** What is said to a candidate whose record is taken now. */
  const hearsAck = ({ link, candidate, hear }: ReturnType<typeof strong>, atMs: number) => {
    expect(hear(candidate, 0, atMs)).toEqual([candidate]);
    const said = runTimers(link, atMs + 10).filter(({ frame }) => frame.epoch === candidate);
    return said.map(({ frame }) => [frame.type, frame.ack]);
  };

  test("a live link that answers the PING keeps its place, however idle it was", () => {
    const one = strong();
    for (let nowMs = 4000; nowMs < 40_000; nowMs += 900) {
      expect(contest(one, nowMs)).toEqual({ isTaken: false, said: PING });
      const pong = { type: "pong", payload: new Uint8Array(8), window: 8 } as const;
      one.link.receive(frameBytes({ ...pong, epoch: one.live }), nowMs + 20);
    }
  });

  test("the PINGs of a contest are few: one in 250 ms", () => {
    const one = strong();
    const said: unknown[] = [];
    for (let nowMs = 4000; nowMs < 5000; nowMs += 1) said.push(...contest(one, nowMs).said);
    expect(said).toHaveLength(4);
  });

  test("one that does not answer the PING of its own idleness has been asked", () => {
    const one = strong();
    runTimers(one.link, 7000);
    expect(contest(one, 7001).isTaken).toBe(true);
  });

  test("who goes on in the link that was replaced is told so, twice a second at most", () => {
    const one = strong();
    one.link.promote(one.candidate);
    const told: number[] = [];
    for (let nowMs = 5000; nowMs <= 6000; nowMs += 100) {
      expect(one.hear(one.live, 0, nowMs)).toEqual([]);
      for (const { type, epoch } of framesOf(one.link, nowMs)) {
        if (type === "reset" && epoch === one.live) told.push(nowMs);
      }
    }
    expect(told).toEqual([5000, 5500, 6000]);
    one.link.receive(frameBytes({ type: "reset", epoch: one.live }), 7000);
    one.hear(one.live ^ one.candidate, 0, 7000);
    expect(framesOf(one.link, 7000)).toEqual([]);
  });

  test("its handshake records are taken always, in their order with what had to wait", () => {
    const { candidate, hear } = strong();
    const handshake = WHOLE | FLAGS.handshake;
    expect(hear(candidate, 0, 1001, handshake)).toEqual([candidate]);
    expect(hear(candidate, 1, 1002)).toEqual([]);
    expect(hear(candidate, 2, 1003, handshake)).toEqual([]);
    expect(hear(candidate, 1, 3000, WHOLE | FLAGS.retransmit)).toEqual([candidate]);
    expect(hear(candidate, 2, 3001, handshake | FLAGS.retransmit)).toEqual([candidate]);
  });

  test("with an IK handshake of its own the candidate waits for nothing", () => {
    const { link, candidate, hear } = strong();
    link.claim(candidate);
    expect(hear(candidate, 0, 1001)).toEqual([candidate]);
  });

  test("every frame of the live link counts: a lively one is never displaced by NN", () => {
    const { link, live, candidate, hear } = strong();
    for (let nowMs = 2000; nowMs < 20_000; nowMs += 1000) {
      const ping = frameBytes({ type: "ping", epoch: live, payload: new Uint8Array(8), window: 8 });
      link.receive(ping, nowMs);
      expect(hear(candidate, 0, nowMs + 999)).toEqual([]);
    }
    expect(hear(live, 0, 20_000)).toEqual([live]);
  });

  test("a live link without one gives way at once", () => {
    const { link, live, candidate, hear } = beside();
    link.receive(frameBytes({ type: "ack", epoch: live, window: 8 }), 1000);
    for (const mark of [link.claim, link.strengthen]) mark(live ^ candidate); // of nobody
    link.claim(live); // begun is not confirmed: whoever begins one may never end it
    expect(hear(candidate, 0, 1001)).toEqual([candidate]);
  });
});
