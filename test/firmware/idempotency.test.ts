/** Idempotency keys: a call counts once, however often and over however many links it is sent. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createOnce } from "../../firmware/idempotency.ts";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import { generateCustodianKey } from "../../host/custody/index.ts";
import { HOT } from "../bitcoin/wallet-fixture.ts";
import { createBench, settle } from "./bench-device.ts";
import { approveAll, makeSeed, quoteOf } from "./custodians.ts";
import { at, errorOf, seeded, unwrap } from "./outcomes.ts";
import { connectRaw, freshKey, namesOf, requestOf } from "./raw-host.ts";
import { DEVICE_SEED, draftBytes, psbtOf, readyDevice } from "./ready-device.ts";
import { readyCalls } from "./valid-params.ts";

describe("the same key", () => {
  test("and body: the first outcome again, without another question or signature", async () => {
    const { bench, client } = await readyDevice();
    const idempotencyKey = freshKey();
    const first = unwrap(await client.signPsbt({ psbt: draftBytes() }, { idempotencyKey }));
    const screens = bench.screens.length;
    expect(unwrap(await client.signPsbt({ psbt: draftBytes() }, { idempotencyKey }))).toEqual(
      first,
    );
    expect([bench.signatures(), bench.screens.length]).toEqual([2, screens]);
    await client.close();
  });

  test("and body while a person still thinks: one question, both get its answer", async () => {
    const { bench, client } = await readyDevice({ approve: "ask" });
    const idempotencyKey = freshKey();
    const calls = [1, 2, 3].map(() => client.signPsbt({ psbt: draftBytes() }, { idempotencyKey }));
    await settle();
    bench.press("yes");
    const outcomes = (await Promise.all(calls)).map(unwrap);
    expect(outcomes).toEqual(outcomes.map(() => at(outcomes, 0)));
    expect([outcomes.length, bench.signatures()]).toEqual([3, 2]);
    await client.close();
  });

  test("and body after the cable was lost: the answer still comes, signed once", async () => {
    const { bench, client } = await readyDevice({ approve: "ask" });
    const asked = client.signPsbt({ psbt: draftBytes() });
    await settle();
    bench.unplug();
    await bench.pass(1500);
    bench.press("yes");
    expect(unwrap(await asked).signatures).toHaveLength(2);
    expect(bench.signatures()).toBe(2);
    await client.close();
  });

  test("and another body or command is refused, without effect", async () => {
    const { bench, client } = await readyDevice();
    const idempotencyKey = freshKey();
    unwrap(await client.signPsbt({ psbt: draftBytes() }, { idempotencyKey }));
    const other = { psbt: Uint8Array.from(psbtOf(1).toBuffer()) };
    expect(errorOf(await client.signPsbt(other, { idempotencyKey }))).toBe(
      "idempotency_key_reused",
    );
    expect(errorOf(await client.registerWallet(HOT.text, { idempotencyKey }))).toBe(
      "idempotency_key_reused",
    );
    expect(bench.signatures()).toBe(2);
    await client.close();
  });

  test("repeats a refusal too: a no stays a no", async () => {
    const { bench, client } = await readyDevice({ approve: "ask" });
    const idempotencyKey = freshKey();
    const asked = client.signPsbt({ psbt: draftBytes() }, { idempotencyKey });
    await settle();
    bench.press("no");
    expect(errorOf(await asked)).toBe("declined");
    const again = await client.signPsbt({ psbt: draftBytes() }, { idempotencyKey });
    expect(errorOf(again)).toBe("declined");
    await client.close();
  });

  test("tells a host that lost the reply how genesis and the shares went", async () => {
    const bench = createBench();
    const client = await bench.connect();
    const custodians = [1, 2].map(() => generateCustodianKey().publicKey);
    const genesis = { custodians, threshold: 2 };
    const how = { idempotencyKey: freshKey() };
    const first = unwrap(await client.generateSeed(genesis, how));
    expect(unwrap(await client.generateSeed(genesis, how))).toEqual(first);
    bench.reboot("power");
    await client.close();
    const other = await bench.connect();
    const made = await makeSeed(other, 2, 2);
    const shares = await approveAll(await quoteOf(other), made.custodians);
    const done = unwrap(await other.submitShares({ shares }, how));
    expect(unwrap(await other.submitShares({ shares }, how))).toEqual(done);
    expect([bench.phase(), done.phase]).toEqual(["ready", "ready"]);
    await other.close();
  });

  test("means nothing after a reboot", async () => {
    const { bench, client } = await readyDevice();
    const how = { idempotencyKey: freshKey() };
    unwrap(await client.signPsbt({ psbt: draftBytes() }, how));
    bench.reboot("power");
    const other = await bench.connect();
    expect(errorOf(await other.signPsbt({ psbt: draftBytes() }, how))).toBe("wallet_unknown");
    await Promise.all([other.close(), client.close()]);
  });
});

describe("an answer", () => {
  test("that comes after its link is gone does not reach the next host", async () => {
    const { bench, client, walletId } = await readyDevice({ approve: "ask" });
    await client.close();
    await bench.pass(1500);
    const first = await connectRaw(bench);
    const [, params] = at(readyCalls(walletId), 4);
    expect(await first.exchange(requestOf("signPsbt", params))).toEqual([]);
    await first.close();
    await bench.pass(1500);
    const second = await connectRaw(bench);
    const status = await second.exchange(requestOf("getStatus", new Map()));
    expect(namesOf(status)).toEqual(["result"]);
    bench.press("yes");
    expect(await second.heard()).toEqual([]);
    expect(bench.signatures()).toBe(2);
    await second.close();
  });
});

/** What a key stands for, without limits: the first outcome that was not busy. */
const createModel = () => {
  const known = new Map<number, { readonly body: number; readonly outcome: unknown }>();
  return (key: number, body: number, first: Outcome<number>): unknown => {
    const held = known.get(key);
    if (held !== undefined) {
      return held.body === body ? held.outcome : fail("idempotency_key_reused");
    }
    if (first.ok) known.set(key, { body, outcome: first });
    return first;
  };
};

describe("memory", () => {
  const later = async (outcome: Outcome<number>): Promise<Outcome<number>> => outcome;

  test("is bounded: the oldest finished call is forgotten first", async () => {
    const once = createOnce<Outcome<number>>();
    let runs = 0;
    const call = (key: number) =>
      once(`${key}`, "body", () => {
        runs += 1;
        return later(ok(runs));
      });
    for (let key = 0; key <= DEVICE_LIMITS.rememberedCalls; key += 1) await call(key);
    const all = DEVICE_LIMITS.rememberedCalls + 1;
    expect(runs).toBe(all);
    expect(await call(all - 1)).toEqual(ok(all));
    expect(runs).toBe(all);
    expect(await call(0)).toEqual(ok(all + 1));
  });

  test("is never taken from calls that are at work: one more is busy", async () => {
    const once = createOnce<Outcome<number>>();
    const gate = Promise.withResolvers<Outcome<number>>();
    const calls = Array.from({ length: DEVICE_LIMITS.rememberedCalls }, (_, key) =>
      once(`${key}`, "body", () => gate.promise),
    );
    expect(await once("more", "body", () => later(ok(1)))).toEqual(fail("busy"));
    gate.resolve(ok(7));
    expect(new Set((await Promise.all(calls)).map((one) => one.ok && one.value))).toEqual(
      new Set([7]),
    );
    expect(await once("more", "body", () => later(ok(1)))).toEqual(ok(1));
  });

  test("does what a model of it does, whatever the order", async () => {
    const step = fc.record({ key: fc.nat(5), body: fc.nat(1), isBusy: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const once = createOnce<Outcome<number>>();
        const expected = createModel();
        for (const [i, { key, body, isBusy }] of steps.entries()) {
          const first = isBusy ? fail("busy") : ok(i);
          const outcome: unknown = await once(`${key}`, `${body}`, () => later(first));
          expect(outcome).toEqual(expected(key, body, first));
        }
      }),
      seeded(200),
    );
  });

  test("of a device stays bounded under many calls", async () => {
    const bench = createBench({ seed: DEVICE_SEED });
    const client = await bench.connect();
    const how = { idempotencyKey: freshKey() };
    const unknown = { psbt: draftBytes() };
    for (let i = 0; i < DEVICE_LIMITS.rememberedCalls + 5; i += 1) {
      expect(errorOf(await client.signPsbt(unknown))).toBe("wallet_unknown");
    }
    expect(errorOf(await client.signPsbt(unknown, how))).toBe("wallet_unknown");
    expect(errorOf(await client.registerWallet(HOT.text, how))).toBe("idempotency_key_reused");
    await client.close();
  });
});
