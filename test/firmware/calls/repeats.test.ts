/** Idempotency keys: a call takes effect once, however often and by whatever session it comes. */
import { describe, expect, test } from "bun:test";
import type { Context, Handlers } from "../../../firmware/dispatch.ts";
import { createLedger } from "../../../firmware/ledger/ledger.ts";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { type ErrorName, fail, ok } from "../../../protocol/errors.ts";
import { at } from "../outcomes.ts";
import { ANYONE, claimOf, createCallBench, hostOf, settle } from "./call-bench.ts";
import { receiving } from "./receiving.ts";

const WALLET = (name = "w") =>
  new Map<number, unknown>([
    [0, name],
    [1, "t"],
    [2, []],
  ]);
const PSBT = (byte = 1) => new Uint8Array(9).fill(byte);
const RESULT = { walletId: new Uint8Array(32), receive: "r", change: "c" };
const SIGNED = { walletId: new Uint8Array(32), signatures: new Uint8Array(0) };

/** Handlers that ask a person, count their runs and say what they are told to. */
const createCounting = (end?: ErrorName) => {
  const runs = { wallet: 0, signing: 0, questions: 0 };
  const ask = async ({ ask: question }: Context) => {
    runs.questions += 1;
    return question({ kind: "message", lines: ["?"] });
  };
  const handlers: Partial<Handlers> = {
    registerWallet: async (context) => {
      runs.wallet += 1;
      const consent = await ask(context);
      if (!consent.ok) return consent;
      return end === undefined
        ? ok({ ...RESULT, receive: `${runs.wallet}` })
        : fail("only_insecure");
    },
    signPsbt: receiving(async (context, psbt) => {
      runs.signing += 1;
      const consent = context.isCommitted() ? ok(undefined) : await ask(context);
      if (!consent.ok) return consent;
      const txid = new Uint8Array(32).fill(psbt[0] ?? 0);
      const committed = context.commit({ txid, amountSats: 100 });
      return committed.ok ? ok(SIGNED) : committed;
    }),
  };
  const ledger = createLedger();
  return { ...createCallBench({ handlers, ledger }), runs, ledger };
};

describe("the same key and request", () => {
  test("while a person thinks: one question, and each asker gets its end", async () => {
    const bench = createCounting();
    const [first, second] = [bench.session(), bench.session()];
    const ids = [first.sign(PSBT(), { key: 1 }), first.sign(PSBT(), { key: 1 })];
    const other = second.sign(PSBT(), { key: 1 });
    const late = second.announceUpload(claimOf(PSBT()), { key: 1 });
    await settle();
    expect(second.of(late).map(({ kind }) => kind)).toEqual(["progress"]);
    bench.press("yes");
    await settle();
    expect(ids.map(first.finals)).toEqual([["result"], ["result"]]);
    expect([second.finals(other), second.finals(late)]).toEqual([["result"], ["result"]]);
    expect([bench.runs, bench.ledger.total()]).toEqual([
      { wallet: 0, signing: 1, questions: 1 },
      100,
    ]);
    expect(bench.calls.openCalls()).toBe(0);
  });

  test("after a signing: signed again, unasked, and charged nothing", async () => {
    const bench = createCounting();
    const session = bench.session();
    session.sign(PSBT(), { key: 1 });
    await settle();
    bench.press("yes");
    await settle();
    const again = session.sign(PSBT(), { key: 1 });
    await settle();
    expect(session.finals(again)).toEqual(["result"]);
    expect(bench.runs).toEqual({ wallet: 0, signing: 2, questions: 1 });
    expect([bench.ledger.total(), bench.ledger.entries().length]).toEqual([100, 1]);
  });

  test("under another key: asked again, and the transaction is charged once", async () => {
    const bench = createCounting();
    for (const [key, salt] of [
      [1, 1],
      [2, 1],
      [1, 2],
    ] as const) {
      const session = bench.session(hostOf("vault", salt));
      const id = session.sign(PSBT(), { key });
      await settle();
      bench.press("yes");
      await settle();
      expect(session.finals(id)).toEqual(["result"]);
    }
    expect(bench.runs.questions).toBe(3);
    expect(bench.ledger.total()).toBe(100);
  });

  test("after anything else: the outcome that is remembered, byte for byte", async () => {
    const bench = createCounting();
    const session = bench.session();
    const first = session.ask("registerWallet", WALLET(), { key: 1 });
    await settle();
    bench.press("yes");
    await settle();
    bench.become("suspended");
    const other = bench.session();
    const again = other.ask("registerWallet", WALLET(), { key: 1 });
    await settle();
    expect(other.of(again)).toEqual([{ ...at(session.of(first).slice(-1), 0), id: again }]);
    expect(bench.runs.wallet).toBe(1);
  });

  test("after its outcome was forgotten: call_indeterminate", async () => {
    const bench = createCounting("only_insecure");
    const session = bench.session();
    const ask = async (key: number) => {
      const id = session.ask("registerWallet", WALLET(), { key });
      await settle();
      bench.press("yes");
      await settle();
      return session.finals(id);
    };
    for (let key = 0; key <= DEVICE_LIMITS.hostOutcomes; key += 1) await ask(key);
    const runs = bench.runs.wallet;
    expect([await ask(0), await ask(1), bench.runs.wallet]).toEqual([
      ["call_indeterminate"],
      ["only_insecure"],
      runs,
    ]);
  });

  test("a no stays a no; a question that nobody answered may be asked again", async () => {
    const bench = createCounting();
    const session = bench.session();
    const declined = session.sign(PSBT(1), { key: 1 });
    await settle();
    bench.press("no");
    await settle();
    const again = session.sign(PSBT(1), { key: 1 });
    expect([session.finals(declined), session.finals(again)]).toEqual([["declined"], ["declined"]]);
    const ignored = session.sign(PSBT(2), { key: 2 });
    await bench.pass(DEVICE_LIMITS.consentMs);
    expect(session.finals(ignored)).toEqual(["consent_timeout"]);
    const later = session.sign(PSBT(2), { key: 2 });
    await bench.pass(DEVICE_LIMITS.dwellMs);
    bench.press("yes");
    await settle();
    expect([session.finals(later), bench.ledger.total()]).toEqual([["result"], 100]);
  });
});

describe("the same key and another request", () => {
  test("or command is refused, without effect, at work and afterwards", async () => {
    const bench = createCounting();
    const session = bench.session();
    const first = session.sign(PSBT(), { key: 1 });
    await settle();
    const refused = () => [
      session.sign(PSBT(2), { key: 1 }),
      session.ask("registerWallet", WALLET(), { key: 1 }),
    ];
    const during = refused();
    bench.press("yes");
    await settle();
    const ids = [...during, ...refused()];
    await settle();
    expect(session.finals(first)).toEqual(["result"]);
    expect(ids.flatMap(session.finals)).toEqual(ids.map(() => "idempotency_key_reused"));
    expect(bench.runs).toEqual({ wallet: 0, signing: 1, questions: 1 });
  });

  test("of another host is another call", async () => {
    const bench = createCounting();
    for (const salt of [1, 2]) {
      const session = bench.session(hostOf("vault", salt));
      const id = session.sign(PSBT(salt), { key: 1 });
      await settle();
      bench.press("yes");
      await settle();
      expect(session.finals(id)).toEqual(["result"]);
    }
    expect(bench.ledger.total()).toBe(200);
  });
});

describe("one at a time", () => {
  test("for each kind of caller: anyone's question never makes a host busy", async () => {
    const bench = createCounting();
    const [host, other, anyone] = [bench.session(), bench.session(), bench.session(ANYONE)];
    const public1 = anyone.ask("startPairing", new Map([[0, "vault"]]));
    await settle();
    const public2 = anyone.ask("startPairing", new Map([[0, "auditor"]]));
    const signing = host.sign(PSBT(), { key: 1 });
    const busy = other.sign(PSBT(2), { key: 2 });
    await bench.pass(DEVICE_LIMITS.dwellMs);
    expect([anyone.finals(public1), anyone.finals(public2)]).toEqual([["busy"], ["busy"]]);
    expect(other.finals(busy)).toEqual(["busy"]);
    bench.press("yes");
    await settle();
    expect(host.finals(signing)).toEqual(["result"]);
    const again = other.sign(PSBT(2), { key: 2 });
    await settle();
    bench.press("yes");
    await settle();
    expect(other.finals(again)).toEqual(["result"]);
  });

  test("at most 16 of a host and 2 of anyone wait; the room comes back", async () => {
    const bench = createCounting();
    const [host, anyone] = [bench.session(), bench.session(ANYONE)];
    const other = bench.session(hostOf("vault", 2));
    const role = new Map([[0, "vault"]]);
    const ids = Array.from({ length: 20 }, () => host.sign(PSBT(), { key: 1 }));
    const others = Array.from({ length: 4 }, () => anyone.ask("startPairing", role, { key: 2 }));
    await settle();
    expect(ids.map((id) => host.finals(id).length)).toEqual(ids.map((_, i) => (i < 16 ? 0 : 1)));
    expect(others.slice(2).map(anyone.finals)).toEqual([["busy"], ["busy"]]);
    const apart = other.ask("registerWallet", new Map([[0, "?"]]));
    expect(other.finals(apart)).toEqual(["invalid_params"]);
    bench.press("yes");
    await settle();
    const finals = ids.flatMap(host.finals);
    expect(finals).toHaveLength(20);
    expect(finals.filter((one) => one === "result")).toHaveLength(16);
    const again = host.sign(PSBT(), { key: 1 });
    await settle();
    expect(host.finals(again)).toEqual(["result"]);
  });
});

test("a full ledger refuses with ledger_full, and forgets nothing", async () => {
  const bench = createCounting();
  const call = (number: number) => ({ caller: "ff", isHost: true, key: `${number}` });
  for (let i = 0; i < DEVICE_LIMITS.ledgerKeys; i += 1) {
    bench.ledger.begin(call(i), "d", 0);
    bench.ledger.commit(call(i), { txid: new Uint8Array(32), amountSats: 1 }, 0);
    bench.ledger.end(call(i), true, 0);
  }
  const session = bench.session();
  const id = session.sign(PSBT());
  const stranger = bench.session(ANYONE);
  const pairing = stranger.ask("startPairing", new Map([[0, "vault"]]));
  await settle();
  expect([session.finals(id), stranger.finals(pairing)]).toEqual([["ledger_full"], []]);
  await bench.pass(DEVICE_LIMITS.consentMs);
  expect(stranger.finals(pairing)).toEqual(["consent_timeout"]);
  bench.clock.advance(DEVICE_LIMITS.ledgerMs);
  const later = session.sign(PSBT());
  await bench.pass(DEVICE_LIMITS.dwellMs);
  bench.press("yes");
  await settle();
  expect(session.finals(later)).toEqual(["result"]);
});
