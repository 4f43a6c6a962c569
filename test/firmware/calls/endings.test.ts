/** How calls end: cancelled, too late, left alone, at fault; each once. */
import { describe, expect, test } from "bun:test";
import { createLedger } from "../../../firmware/ledger/ledger.ts";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { fail, ok } from "../../../protocol/errors.ts";
import { createCallBench, hostOf, keyOf, settle, type TestSession } from "./call-bench.ts";
import { receiving, type WholeSigning } from "./receiving.ts";
import { encodeMessage } from "../../../protocol/call/envelope.ts";

const PSBT = new Uint8Array(9);
const SIGNED = { walletId: new Uint8Array(32), signatures: new Uint8Array(0) };
const CHARGE = { txid: new Uint8Array(32).fill(9), amountSats: 100 };

/** Signing that waits at two gates, before and after its commit. */
const createGated = () => {
  const ledger = createLedger();
  const [before, after] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const sign: WholeSigning = async ({ commit, endReason }) => {
    await before.promise;
    const reason = endReason();
    const committed = commit(CHARGE);
    if (!committed.ok) {
      expect(committed.error).toBe(reason ?? "ledger_full");
      return committed;
    }
    await after.promise;
    expect(endReason()).toBeUndefined();
    return ok(SIGNED);
  };
  return {
    ...createCallBench({ handlers: { signPsbt: receiving(sign) }, ledger }),
    ledger,
    before: before.resolve,
    after: after.resolve,
  };
};

describe("a cancel", () => {
  test("before the commit: cancelled, and nothing is charged", async () => {
    const bench = createGated();
    const session = bench.session();
    const id = session.sign(PSBT);
    session.cancel(id);
    bench.before();
    bench.after();
    await settle();
    session.cancel(id);
    expect([session.finals(id), bench.ledger.total()]).toEqual([["cancelled"], 0]);
  });

  test("at the commit, in the same turn: whichever came first, one outcome", async () => {
    for (const isCancelFirst of [true, false]) {
      const bench = createCallBench({
        handlers: {
          signPsbt: receiving(({ commit }) => {
            if (isCancelFirst) session.cancel(1);
            const committed = commit(CHARGE);
            session.cancel(1);
            return committed.ok ? ok(SIGNED) : committed;
          }),
        },
      });
      const session: TestSession = bench.session();
      const id = session.sign(PSBT);
      await settle();
      expect(session.finals(id)).toEqual([isCancelFirst ? "cancelled" : "result"]);
    }
  });

  test("after the commit: the result comes all the same", async () => {
    const bench = createGated();
    const session = bench.session();
    const id = session.sign(PSBT, { deadlineMs: 1000 });
    bench.before();
    await settle();
    session.cancel(id);
    await bench.pass(2000);
    bench.after();
    await settle();
    expect([session.finals(id), bench.ledger.total()]).toEqual([["result"], 100]);
  });

  test("of one asker is everybody's; of another session's id it is nobody's", async () => {
    const bench = createGated();
    const [first, second] = [bench.session(), bench.session()];
    const id = first.sign(PSBT, { key: 1 });
    const twin = second.sign(PSBT, { key: 1 });
    bench.session().cancel(id);
    second.cancel(twin);
    bench.before();
    await settle();
    expect([first.finals(id), second.finals(twin)]).toEqual([["cancelled"], ["cancelled"]]);
  });

  test("is not taken away from a call by a refused reuse of its key", async () => {
    const bench = createGated();
    const session = bench.session();
    const id = session.sign(PSBT, { key: 1 });
    const other = session.sign(new Uint8Array(8), { key: 1 });
    session.cancel(other);
    expect(session.finals(other)).toEqual(["idempotency_key_reused"]);
    session.cancel(id);
    bench.before();
    await settle();
    expect(session.finals(id)).toEqual(["cancelled"]);
  });
});

describe("a deadline", () => {
  test("before the commit: timeout, at its time and not before", async () => {
    const bench = createCallBench();
    const session = bench.session();
    const shown = new Map<number, unknown>([
      [0, "w"],
      [1, "wsh(sortedmulti(2,@0/**,@1/**,@2/**))"],
      [2, []],
    ]);
    const id = session.ask("registerWallet", shown, { deadlineMs: 500 });
    await settle();
    expect(session.finals(id)).toEqual(["wallet_malformed"]);
    const asking: WholeSigning = async ({ ask }) => {
      const consent = await ask({ kind: "message", lines: ["?"] });
      return consent.ok ? ok(SIGNED) : consent;
    };
    const other = createCallBench({ handlers: { signPsbt: receiving(asking) } });
    const caller = other.session();
    const waiting = caller.sign(PSBT, { deadlineMs: 500 });
    await other.pass(499);
    expect(caller.finals(waiting)).toEqual([]);
    await other.pass(1);
    expect([caller.finals(waiting), other.clock.waiting()]).toEqual([["timeout"], 0]);
    const again = caller.sign(PSBT, { deadlineMs: 0 });
    await settle();
    expect(caller.finals(again)).toEqual(["timeout"]);
  });

  test("holds when its session is gone; the earliest of all askers counts", async () => {
    const bench = createGated();
    const [first, second] = [bench.session(), bench.session()];
    first.sign(PSBT, { key: 1, deadlineMs: 900 });
    const twin = second.sign(PSBT, { key: 1, deadlineMs: 5000 });
    bench.calls.leave(first.origin.session);
    await bench.pass(900);
    bench.before();
    await settle();
    expect([second.finals(twin), bench.ledger.total()]).toEqual([["timeout"], 0]);
  });
});

describe("a session that ends", () => {
  test("ends no call: who asks again under its key gets its final message", async () => {
    const bench = createGated();
    const first = bench.session();
    const id = first.sign(PSBT, { key: 1 });
    bench.before();
    await settle();
    bench.calls.leave(first.origin.session);
    const second = bench.session();
    const again = second.sign(PSBT, { key: 1 });
    bench.after();
    await bench.pass(1000);
    expect([first.finals(id), second.finals(again)]).toEqual([[], ["result"]]);
    expect(bench.audited.filter(({ kind }) => kind === "call")).toHaveLength(1);
  });

  test("takes its progress along, and what waits costs nothing", async () => {
    const bench = createGated();
    const sessions = Array.from({ length: 100 }, () => {
      const session = bench.session();
      session.sign(PSBT, { key: 1, deadlineMs: 60_000 });
      bench.calls.leave(session.origin.session);
      return session;
    });
    const heard = sessions.map((session) => session.heard().length);
    expect(bench.calls.openCalls()).toBe(1);
    expect(bench.clock.waiting()).toBe(1);
    await bench.pass(3000);
    expect(sessions.map((session) => session.heard().length)).toEqual(heard);
    bench.before();
    bench.after();
    await settle();
    expect([bench.calls.openCalls(), bench.clock.waiting()]).toEqual([0, 0]);
    expect(bench.audited).toHaveLength(1);
  });
});

describe("a fault of ours", () => {
  test("in a handler, or in its result: device_fault to all who wait, told once", async () => {
    const faulty: readonly WholeSigning[] = [
      () => {
        throw new Error("a secret");
      },
      () => ok({ walletId: new Uint8Array(1), signatures: new Uint8Array(0) }),
    ];
    for (const sign of faulty) {
      const bench = createCallBench({ handlers: { signPsbt: receiving(sign) } });
      const session = bench.session();
      const id = session.sign(PSBT);
      await settle();
      expect([session.finals(id), bench.faults()]).toEqual([["device_fault"], 1]);
      expect(bench.audited.at(0)).toEqual({ kind: "fault", during: "signPsbt" });
      expect(JSON.stringify(bench.audited)).not.toContain("secret");
    }
  });

  test("on the way in: nothing is thrown, the request ends, the device too", async () => {
    const bench = createCallBench({
      ledger: {
        ...createLedger(),
        standing: () => {
          throw new Error("broken");
        },
      },
    });
    const session = bench.session();
    const id = session.sign(PSBT);
    await settle();
    expect([session.finals(id), bench.faults()]).toEqual([["device_fault"], 1]);
  });

  test("a commit of what may run twice is one", async () => {
    const bench = createCallBench({
      handlers: {
        getXpub: ({ commit }) => {
          commit(CHARGE);
          return fail("index_out_of_range");
        },
      },
    });
    const session = bench.session();
    const id = session.ask("getXpub", new Map([[0, []]]));
    await settle();
    expect([session.finals(id), bench.faults()]).toEqual([["device_fault"], 1]);
  });
});

test("calls are not resurrected by a session that was left", async () => {
  const bench = createGated();
  const session = bench.session(hostOf());
  const id = session.sign(PSBT, { key: 1 });
  bench.calls.leave(session.origin.session);
  session.cancel(id);
  const request = { kind: "request", id: 1, code: 1, idempotencyKey: keyOf(1) } as const;
  session.sayBytes(encodeMessage({ ...request, params: new Map() }));
  bench.before();
  bench.after();
  await settle();
  expect(bench.ledger.total()).toBe(CHARGE.amountSats);
  expect(DEVICE_LIMITS.openCalls).toBe(16);
});
