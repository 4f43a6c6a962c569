/** The gate of a call: command, role, phase, then the shape; and what gets no answer at all. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeMessage, type Message } from "../../../protocol/call/envelope.ts";
import { COMMAND_NAMES, REGISTRY } from "../../../protocol/commands/registry.ts";
import { fail, ok } from "../../../protocol/errors.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { mayCall } from "../../../protocol/session/role.ts";
import { seeded } from "../outcomes.ts";
import {
  ANYONE,
  bodyOf,
  claimOf,
  createCallBench,
  hostOf,
  keyOf,
  PAIRING,
  settle,
} from "./call-bench.ts";
import { receiving } from "./receiving.ts";

const CALLERS = [
  ANYONE,
  PAIRING,
  hostOf("vault"),
  hostOf("operator"),
  hostOf("auditor"),
  hostOf("control"),
];

describe("the order", () => {
  test("an unknown command comes before everything", async () => {
    const bench = createCallBench();
    const session = bench.session(ANYONE);
    session.say({
      kind: "request",
      id: 1,
      code: 999,
      idempotencyKey: keyOf(1),
      body: { size: LIMITS.body, sha256: new Uint8Array(32) },
    });
    await settle();
    expect(session.heard()).toEqual([{ kind: "refusal", id: 1, error: "unknown_command" }]);
  });

  for (const name of COMMAND_NAMES) {
    test(`role, then phase, then params: ${name} by every caller`, async () => {
      const bench = createCallBench({ phase: "sealed" });
      const { access, phases } = REGISTRY[name];
      const admitted = phases.includes("sealed") ? "invalid_params" : "wrong_phase";
      for (const caller of CALLERS) {
        const session = bench.session(caller);
        const id = session.ask(name, "fits nothing");
        await settle();
        const expected = mayCall(caller, access) ? admitted : "role_denied";
        expect([caller, session.finals(id)]).toEqual([caller, [expected]]);
      }
    });
  }

  test("a device that has ended repeats nothing, not even what ended it", async () => {
    const bench = createCallBench({
      handlers: {
        registerWallet: ({ advance }) => {
          advance({ kind: "ended", reason: "seal" });
          return ok({ walletId: new Uint8Array(32), receive: "r", change: "c" });
        },
      },
    });
    const session = bench.session(hostOf("operator"));
    const params = new Map<number, unknown>([
      [0, "w"],
      [1, "t"],
      [2, []],
    ]);
    const ids: number[] = [];
    for (let i = 0; i < 2; i += 1) {
      ids.push(session.ask("registerWallet", params, { key: 1 }));
      await settle();
    }
    expect(ids.map(session.finals)).toEqual([["result"], ["wrong_phase"]]);
  });

  test("a role and a phase are judged before a body is asked for", async () => {
    const bench = createCallBench({ phase: "suspended" });
    const claim = claimOf(bodyOf("body"));
    const [auditor, vault] = [bench.session(hostOf("auditor")), bench.session(hostOf("vault"))];
    expect(auditor.finals(auditor.announceUpload(claim))).toEqual(["role_denied"]);
    expect(vault.finals(vault.announceUpload(claim))).toEqual(["wrong_phase"]);
    expect([auditor.heard().length, vault.heard().length]).toEqual([1, 1]);
  });

  test("what was refused at the gate leaves no trace: the key may be used again", async () => {
    const bench = createCallBench({ handlers: { signPsbt: receiving(() => fail("busy")) } });
    const session = bench.session();
    const psbt = new Uint8Array(9);
    bench.become("suspended");
    const ids = [session.sign(psbt, { key: 1 })];
    bench.become("ready");
    ids.push(session.ask("signPsbt", new Map(), { key: 1 }));
    ids.push(session.sign(psbt, { key: 1 }));
    await settle();
    ids.push(session.sign(new Uint8Array(8), { key: 1 }));
    await settle();
    expect(ids.map(session.finals)).toEqual([
      ["wrong_phase"],
      ["invalid_params"],
      ["busy"],
      ["busy"],
    ]);
  });
});

describe("no answer", () => {
  test("to nothing, to noise, and to what only a device says", async () => {
    const bench = createCallBench();
    const session = bench.session();
    const devices: readonly Message[] = [
      { kind: "result", id: 1, result: 1 },
      { kind: "refusal", id: 1, error: "busy" },
      { kind: "progress", id: 1, phase: "working", done: 0, total: 0 },
      { kind: "part", id: 1, offset: 0, bytes: new Uint8Array(1) },
      { kind: "credit", id: 1, have: 0, limit: 0 },
      { kind: "cancel", id: 1 },
      { kind: "chunk", id: 1, offset: 0, bytes: new Uint8Array(1) },
    ];
    for (const message of devices) session.say(message);
    session.sayBytes(new Uint8Array(0));
    session.sayBytes(new Uint8Array(LIMITS.message + 1));
    await settle();
    expect([session.heard(), bench.faults(), bench.calls.openCalls()]).toEqual([[], 0, 0]);
  });

  test("to bytes, whatever they are; and nothing throws", async () => {
    const bench = createCallBench();
    const session = bench.session();
    const valid = encodeMessage({
      kind: "request",
      id: 1,
      code: REGISTRY.getStatus.code,
      idempotencyKey: keyOf(1),
      params: new Map(),
    });
    const bent = fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), bent, async (noise, [at, bits]) => {
        session.sayBytes(noise);
        session.sayBytes(valid.map((byte, i) => (i === at ? byte ^ bits : byte)));
        await settle();
        expect(bench.faults()).toBe(0);
      }),
      seeded(300),
    );
    const ids = session.heard().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("to an id that does not rise: exactly one final message for each", async () => {
    const bench = createCallBench();
    const session = bench.session();
    const request = (id: number, key: number): Message => ({
      kind: "request",
      id,
      code: REGISTRY.getStatus.code,
      idempotencyKey: keyOf(key),
      params: new Map(),
    });
    for (const [id, key] of [
      [5, 1],
      [5, 2],
      [4, 3],
      [6, 4],
      [6, 4],
    ] as const)
      session.say(request(id, key));
    await settle();
    session.say(request(6, 5));
    await settle();
    expect(session.heard().map(({ id, kind }) => [id, kind])).toEqual([
      [5, "result"],
      [6, "result"],
    ]);
    const other = bench.session();
    other.say(request(5, 1));
    await settle();
    expect(other.finals(5)).toEqual(["result"]);
  });
});

test("what may run twice is answered at once, with one message", async () => {
  const bench = createCallBench();
  const session = bench.session(ANYONE);
  const ids = Array.from({ length: 50 }, () => session.ask("getStatus"));
  await settle();
  expect(session.heard().map(({ id, kind }) => [id, kind])).toEqual(
    ids.map((id) => [id, "result"]),
  );
  expect(bench.clock.waiting()).toBe(0);
});
