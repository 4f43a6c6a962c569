/** Uploads: read as they arrive, kept by nobody, finished only if they are what was announced. */
import { describe, expect, test } from "bun:test";
import { heapStats } from "bun:jsc";
import type { Receivers } from "../../../firmware/dispatch.ts";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { fail } from "../../../protocol/errors.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { at } from "../outcomes.ts";
import { creditOf, psbtOf, send } from "./body-sender.ts";
import { bodyOf, CHUNK, claimOf, createCallBench, hostOf, settle } from "./call-bench.ts";
import { countedBytes, createUploading, sha256Of } from "./upload-bench.ts";

const MEBIBYTE = 1 << 20;
const WALLET = new Uint8Array(32).fill(5);
const OF_WALLET = new Map([[1, WALLET]]);

/** Bytes that stay after a collection, those of byte strings among them. */
const heapBytes = (): number => {
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return heapSize + extraMemorySize;
};

describe("a reception", () => {
  test("is made with the params and without a call, and finished with one", async () => {
    const bench = createUploading();
    const session = bench.session();
    const body = countedBytes(300_000);
    const id = session.announceUpload(claimOf(body), {}, OF_WALLET);
    expect(bench.receptions).toEqual([
      { params: { walletId: WALLET }, callMembers: [], bytes: 0, sha256: undefined },
    ]);
    send(session, id, body);
    await settle();
    expect(session.of(id).at(-1)).toMatchObject({
      error: "wallet_unknown",
      details: { caller: "host" },
    });
    const [seen] = bench.receptions;
    expect([seen?.bytes, seen?.sha256]).toEqual([body.length, sha256Of(body)]);
    expect([bench.calls.heldBytes(), bench.calls.openCalls(), bench.clock.waiting()]).toEqual([
      0, 0, 0,
    ]);
  });

  test("is never finished where the hash is another, or the call was given up", async () => {
    const bench = createUploading();
    const session = bench.session();
    const body = countedBytes(50_000);
    const wrong = session.announceUpload({ ...claimOf(body), sha256: new Uint8Array(32) });
    send(session, wrong, body);
    const cancelled = session.announceUpload(claimOf(body));
    send(session, cancelled, body, 0, 49_000);
    session.cancel(cancelled);
    await settle();
    expect([session.finals(wrong), session.finals(cancelled)]).toEqual([
      ["body_mismatch"],
      ["cancelled"],
    ]);
    expect(bench.receptions.map(({ sha256 }) => sha256)).toEqual([undefined, undefined]);
    expect([bench.calls.heldBytes(), bench.faults()]).toEqual([0, 0]);
  });

  test("is not finished by a device that left the phase meanwhile", async () => {
    const bench = createUploading();
    const session = bench.session();
    const body = countedBytes(9000);
    const id = session.announceUpload(claimOf(body));
    send(session, id, body, 0, CHUNK);
    bench.become("suspended");
    send(session, id, body, CHUNK);
    await settle();
    expect([session.finals(id), at(bench.receptions, 0).sha256]).toEqual([
      ["wrong_phase"],
      undefined,
    ]);
  });

  test("of 20 MiB leaves memory flat: what is held is what it holds", async () => {
    let most = 0;
    const bench = createUploading({}, () => {
      most = Math.max(most, bench.calls.heldBytes());
    });
    const session = bench.session();
    const body = countedBytes(20 * MEBIBYTE);
    const id = session.announceUpload(claimOf(body));
    send(session, id, body, 0, MEBIBYTE);
    const before = heapBytes();
    send(session, id, body, MEBIBYTE, 20 * MEBIBYTE - 1);
    expect(heapBytes() - before).toBeLessThan(4 * MEBIBYTE);
    send(session, id, body, 20 * MEBIBYTE - 1);
    await settle();
    expect([session.finals(id), most]).toEqual([["wallet_unknown"], 64]);
    expect(at(bench.receptions, 0).sha256).toBe(sha256Of(body));
  });

  test("that throws is a fault of ours, wherever it does", async () => {
    const calm = { take: () => undefined, heldBytes: () => 0, finish: () => fail("busy") } as const;
    const broken = (): never => {
      throw new Error("a secret");
    };
    const faulty: readonly Receivers["signPsbt"][] = [
      broken,
      () => ({ ...calm, take: broken }),
      () => ({ ...calm, finish: broken }),
      () => ({ ...calm, finish: () => Promise.reject(new Error("a secret")) }),
    ];
    for (const signPsbt of faulty) {
      const bench = createCallBench({ handlers: { signPsbt } });
      const session = bench.session();
      const id = session.sign(psbtOf(9));
      await settle();
      expect([session.finals(id), bench.faults()]).toEqual([["device_fault"], 1]);
      expect(JSON.stringify(bench.audited)).not.toContain("secret");
    }
  });
});

describe("a request", () => {
  test("of the wrong shape is refused before any byte is asked for", async () => {
    const bench = createUploading();
    const session = bench.session();
    const claim = claimOf(psbtOf(9000));
    const ids = [
      session.announceUpload(claim, {}, new Map([[0, psbtOf(9)]])), // the PSBT as it once was
      session.announceUpload(claim, {}, new Map([[1, new Uint8Array(31)]])),
      session.announceUpload(claim, {}, "no params"),
      session.announce("signPsbt", claim), // a body that might be params
      session.ask("signPsbt", new Map()), // params, and no upload
    ];
    await settle();
    expect(ids.map((id) => session.of(id).map(({ kind }) => kind))).toEqual(
      ids.map(() => ["refusal"]),
    );
    expect(ids.flatMap(session.finals)).toEqual(ids.map(() => "invalid_params"));
    expect([bench.receptions.length, bench.calls.heldBytes()]).toEqual([0, 0]);
  });

  test("with params and a body is invalid_params for a command without an upload", async () => {
    const bench = createUploading();
    const session = bench.session();
    const params = new Map<number, unknown>([
      [0, "w"],
      [1, "t"],
      [2, []],
    ]);
    const head = { kind: "request", idempotencyKey: new Uint8Array(16), params } as const;
    const body = claimOf(bodyOf(params));
    for (const [id, code] of [0x20, 0x01].entries()) {
      session.say({ ...head, id: id + 1, code, body });
      await settle();
      expect(session.of(id + 1)).toMatchObject([{ error: "invalid_params" }]);
    }
  });

  test("under a key with other params, or another body, is idempotency_key_reused", async () => {
    const bench = createUploading();
    const session = bench.session();
    const body = psbtOf(9);
    const first = session.announceUpload(claimOf(body), { key: 1 }, OF_WALLET);
    send(session, first, body);
    await settle();
    const others = [
      session.announceUpload(claimOf(body), { key: 1 }),
      session.announceUpload(
        claimOf(body),
        { key: 1 },
        new Map([[1, WALLET.toReversed().fill(6)]]),
      ),
      session.announceUpload(claimOf(psbtOf(9, 8)), { key: 1 }, OF_WALLET),
      session.ask("signPsbt", OF_WALLET, { key: 1 }),
    ];
    expect(others.flatMap(session.finals)).toEqual(others.map(() => "idempotency_key_reused"));
    const same = session.announceUpload(claimOf(body), { key: 1 }, OF_WALLET);
    send(session, same, body);
    await settle();
    expect([session.finals(same), bench.receptions.length]).toEqual([["wallet_unknown"], 2]);
  });
});

describe("an upload that was cut off", () => {
  const cutOff = (params: unknown = OF_WALLET) => {
    const bench = createUploading();
    const body = countedBytes(100_000);
    const first = bench.session();
    send(first, first.announceUpload(claimOf(body), {}, params), body, 0, 40_000);
    bench.calls.leave(first.origin.session);
    return { bench, body, session: bench.session() };
  };

  test("goes on in the same reception, at what is there", async () => {
    const { bench, body, session } = cutOff();
    const id = session.announceUpload(claimOf(body), {}, OF_WALLET);
    expect(creditOf(session, id)[0]?.[0]).toBe(40_000);
    send(session, id, body, 40_000);
    await settle();
    expect(session.finals(id)).toEqual(["wallet_unknown"]);
    expect(bench.receptions.map(({ sha256 }) => sha256)).toEqual([sha256Of(body)]);
  });

  test("begins anew with other params, for a command of its own, and after its time", async () => {
    const { bench, body, session } = cutOff();
    const other = session.announceUpload(claimOf(body));
    expect(creditOf(session, other)[0]?.[0]).toBe(0);
    expect(bench.receptions).toHaveLength(2);
    session.cancel(other);
    const elsewhere = cutOff();
    const asParams = elsewhere.session.announce("registerWallet", claimOf(elsewhere.body));
    expect(creditOf(elsewhere.session, asParams)[0]?.[0]).toBe(0);
    const late = cutOff();
    await late.bench.pass(DEVICE_LIMITS.bodyIdleMs);
    expect(late.bench.calls.heldBytes()).toBe(0);
    const again = late.session.announceUpload(claimOf(late.body), {}, OF_WALLET);
    expect(creditOf(late.session, again)[0]?.[0]).toBe(0);
  });
});

test("asked again before its end, it goes on for who asked last, and no other call", async () => {
  const bench = createUploading();
  const body = countedBytes(100_000);
  const session = bench.session();
  const first = session.announceUpload(claimOf(body), { key: 7 }, OF_WALLET);
  send(session, first, body, 0, 40_000);
  const stranger = session.announceUpload(claimOf(body), {}, OF_WALLET);
  expect(session.finals(stranger)).toEqual(["busy"]);
  const second = session.announceUpload(claimOf(body), { key: 7 }, OF_WALLET);
  expect(session.finals(first)).toEqual(["busy"]);
  expect(creditOf(session, second)[0]?.[0]).toBe(40_000);
  send(session, second, body, 40_000);
  await settle();
  expect(session.finals(second)).toEqual(["wallet_unknown"]);
  expect(bench.receptions).toHaveLength(1);
});

test("two hosts send at once, each to a reception of his own", async () => {
  const bench = createUploading();
  const hosts = [1, 2].map((salt) => {
    const session = bench.session(hostOf("vault", salt));
    const body = countedBytes(60_000).map((byte) => byte ^ salt);
    return { session, body, id: session.announceUpload(claimOf(body)) };
  });
  for (let offset = 0; offset < 60_000; offset += CHUNK) {
    for (const { session, body, id } of hosts) {
      session.chunk(id, offset, body.subarray(offset, offset + CHUNK));
    }
  }
  await settle();
  expect(hosts.map(({ session, id }) => session.finals(id))).toEqual([
    ["wallet_unknown"],
    ["wallet_unknown"],
  ]);
  expect(bench.receptions.map(({ sha256 }) => sha256)).toEqual(
    hosts.map(({ body }) => sha256Of(body)),
  );
});

test("beyond 1 MiB 700 bytes gain a second: who is slow goes on, who drips does not", async () => {
  const bench = createUploading();
  const session = bench.session();
  const body = countedBytes(3 * MEBIBYTE);
  const id = session.announceUpload(claimOf(body));
  const began = bench.clock.nowMs();
  const slowMs = (1000 * CHUNK) / 800; // 800 bytes a second
  const has = 2 * MEBIBYTE;
  for (let offset = 0; offset < has; offset += CHUNK) {
    send(session, id, body, offset, Math.min(has, offset + CHUNK));
    bench.clock.advance(slowMs);
  }
  expect(bench.clock.nowMs() - began).toBeGreaterThan(DEVICE_LIMITS.hostBodyMs);
  expect(session.finals(id)).toEqual([]);
  const gainedMs = (1000 * MEBIBYTE) / DEVICE_LIMITS.uploadBytesPerSecond;
  const restMs = began + DEVICE_LIMITS.hostBodyMs + gainedMs - bench.clock.nowMs();
  const stepMs = DEVICE_LIMITS.bodyIdleMs - 1;
  for (let i = 0; i * stepMs < restMs - stepMs; i += 1) {
    send(session, id, body, has + i, has + i + 1);
    expect(session.finals(id)).toEqual([]);
    bench.clock.advance(stepMs);
  }
  bench.clock.advance(stepMs);
  expect(session.finals(id)).toEqual(["body_stalled"]);
  expect(LIMITS.upload / DEVICE_LIMITS.uploadBytesPerSecond).toBeGreaterThan(90_000);
});
