/** Bodies that stall, outlive their session, or find no room. */
import { describe, expect, test } from "bun:test";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { at } from "../outcomes.ts";
import { createListening, creditOf, psbtOf, send } from "./body-sender.ts";
import { ANYONE, CHUNK, claimOf, hostOf, settle } from "./call-bench.ts";

describe("silence", () => {
  test("of 30 s ends it with body_stalled; each chunk begins them anew", async () => {
    const bench = createListening();
    const session = bench.session();
    const body = psbtOf(20_000);
    const id = session.announceUpload(claimOf(body));
    await bench.pass(DEVICE_LIMITS.bodyIdleMs - 1);
    session.chunk(id, 0, body.subarray(0, 10));
    await bench.pass(DEVICE_LIMITS.bodyIdleMs - 1);
    expect(session.finals(id)).toEqual([]);
    await bench.pass(1);
    expect(session.finals(id)).toEqual(["body_stalled"]);
    expect([bench.calls.heldBytes(), bench.clock.waiting()]).toEqual([0, 0]);
  });

  test("is not needed against anyone: two minutes in all, however bytes drip", async () => {
    const bench = createListening();
    const session = bench.session(ANYONE);
    const body = new Uint8Array(20_000);
    const id = session.announce("startPairing", claimOf(body));
    const steps = DEVICE_LIMITS.publicBodyMs / 10_000;
    for (let i = 0; i < steps; i += 1) {
      session.chunk(id, i, body.subarray(i, i + 1));
      expect(session.finals(id)).toEqual([]);
      await bench.pass(10_000);
    }
    expect(session.finals(id)).toEqual(["body_stalled"]);
  });

  test("is not needed against a host either: half an hour in all", async () => {
    const bench = createListening();
    const session = bench.session();
    const id = session.announceUpload(claimOf(psbtOf(9000)));
    const stepMs = DEVICE_LIMITS.bodyIdleMs - 1;
    for (let i = 0; i * stepMs < DEVICE_LIMITS.hostBodyMs; i += 1) {
      session.chunk(id, i, psbtOf(9000).subarray(i, i + 1));
      expect(session.finals(id)).toEqual([]);
      await bench.pass(stepMs);
    }
    expect(session.finals(id)).toEqual(["body_stalled"]);
  });

  test("is not broken by what is there already", async () => {
    const bench = createListening();
    const session = bench.session();
    const id = session.announceUpload(claimOf(psbtOf(9000)));
    session.chunk(id, 0, psbtOf(9000).subarray(0, 10));
    await bench.pass(DEVICE_LIMITS.bodyIdleMs - 1);
    session.chunk(id, 0, psbtOf(9000).subarray(0, 10));
    await bench.pass(1);
    expect(session.finals(id)).toEqual(["body_stalled"]);
  });

  test("of a deadline: timeout; the same request goes on where it was, for a while", async () => {
    const bench = createListening();
    const session = bench.session();
    const body = psbtOf(9000);
    const ask = (deadlineMs: number) =>
      session.announceUpload(claimOf(body), { key: 1, deadlineMs });
    const id = ask(700);
    session.chunk(id, 0, body.subarray(0, CHUNK));
    await bench.pass(699);
    expect(session.finals(id)).toEqual([]);
    await bench.pass(1);
    expect(session.finals(id)).toEqual(["timeout"]);
    const again = ask(700);
    expect(creditOf(session, again)[0]?.[0]).toBe(CHUNK);
    send(session, again, body, CHUNK);
    await settle();
    expect([session.finals(again), bench.got.length]).toEqual([["wallet_unknown"], 1]);
    const late = session.announceUpload(claimOf(psbtOf(9000, 2)), { deadlineMs: 700 });
    session.chunk(late, 0, psbtOf(9000, 2).subarray(0, CHUNK));
    await bench.pass(700 + DEVICE_LIMITS.bodyIdleMs);
    expect([session.finals(late), bench.calls.heldBytes()]).toEqual([["timeout"], 0]);
    expect(bench.clock.waiting()).toBe(0);
  });
});

describe("a session that ends", () => {
  test("leaves the body for 30 s: the same request goes on in a new one", async () => {
    const bench = createListening();
    const body = psbtOf(150_000);
    const first = bench.session();
    const id = first.announceUpload(claimOf(body), { key: 5 });
    send(first, id, body, 0, 40_000);
    bench.calls.leave(first.origin.session);
    expect(bench.calls.openCalls()).toBe(0);
    await bench.pass(DEVICE_LIMITS.bodyIdleMs - 1);
    const second = bench.session();
    const again = second.announceUpload(claimOf(body), { key: 5 });
    expect(at(creditOf(second, again), 0)).toEqual(
      at(creditOf(first, id).slice(-1), 0).with(0, 40_000),
    );
    send(second, again, body, 40_000);
    await settle();
    expect([first.finals(id), second.finals(again)]).toEqual([[], ["wallet_unknown"]]);
    expect(bench.got).toHaveLength(1);
  });

  test("leaves it no longer, and to no other caller", async () => {
    const bench = createListening();
    const body = psbtOf(150_000);
    const first = bench.session();
    send(first, first.announceUpload(claimOf(body)), body, 0, 40_000);
    bench.calls.leave(first.origin.session);
    const stranger = bench.session(hostOf("vault", 9));
    const asked = stranger.announceUpload(claimOf(body));
    expect(at(creditOf(stranger, asked), 0)).toEqual([0, LIMITS.bodyCredit]);
    stranger.cancel(asked);
    await bench.pass(DEVICE_LIMITS.bodyIdleMs);
    expect(bench.calls.heldBytes()).toBe(0);
    const second = bench.session();
    const again = second.announceUpload(claimOf(body));
    expect(at(creditOf(second, again), 0)).toEqual([0, LIMITS.bodyCredit]);
  });
});

describe("room", () => {
  test("is for a body of each host, and one of anyone; nobody takes another's", () => {
    const bench = createListening();
    const strangers = [1, 2].map((fill) => {
      const session = bench.session(ANYONE);
      const id = session.announce("startPairing", claimOf(new Uint8Array(99).fill(fill)));
      return session.finals(id);
    });
    expect(strangers).toEqual([[], ["busy"]]);
    const announce = (salt: number, fill: number) => {
      const session = bench.session(hostOf("vault", salt));
      return session.finals(session.announceUpload(claimOf(psbtOf(9000, fill))));
    };
    const hosts = [announce(1, 1), announce(1, 2), announce(2, 1), announce(3, 1), announce(4, 1)];
    expect(hosts).toEqual([[], ["busy"], [], [], []]);
    expect(announce(5, 1)).toEqual(["busy"]);
  });

  test("is made by bodies that nobody waits for, the host's own first", () => {
    const bench = createListening();
    const leave = (salt: number, fill: number): void => {
      const session = bench.session(hostOf("vault", salt));
      const body = psbtOf(9000, fill);
      session.chunk(session.announceUpload(claimOf(body)), 0, body.subarray(0, CHUNK));
      bench.calls.leave(session.origin.session);
    };
    const announce = (salt: number, fill: number) => {
      const session = bench.session(hostOf("vault", salt));
      const id = session.announceUpload(claimOf(psbtOf(9000, fill)));
      return [session.finals(id), creditOf(session, id)[0]?.[0]];
    };
    for (const salt of [1, 2, 3, 4]) leave(salt, 1);
    leave(4, 2);
    expect(bench.calls.heldBytes()).toBe(4 * CHUNK);
    expect(announce(1, 1)).toEqual([[], CHUNK]);
    expect(announce(5, 1)).toEqual([[], 0]);
    expect(announce(2, 1)).toEqual([[], 0]);
    expect(bench.calls.heldBytes()).toBe(2 * CHUNK);
  });

  test("is not for the same body twice at once", () => {
    const bench = createListening();
    const [first, second] = [bench.session(), bench.session()];
    const claim = claimOf(psbtOf(9000));
    const id = first.announceUpload(claim);
    expect(second.finals(second.announceUpload(claim))).toEqual(["busy"]);
    expect(first.finals(id)).toEqual([]);
  });
});
