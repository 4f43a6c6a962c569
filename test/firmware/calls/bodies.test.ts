/** Bodies of requests: bounded, credited and checked, be they params or uploads. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { encodeCbor } from "../../../protocol/cbor/cbor.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { at, seeded } from "../outcomes.ts";
import { createListening, creditOf, psbtOf, ROADS, send } from "./body-sender.ts";
import { ANYONE, bodyOf, CHUNK, claimOf, hostOf, settle } from "./call-bench.ts";

/** A wallet in wire form, with so many long keys. */
const walletOf = (keys: number, template = "t") =>
  new Map<number, unknown>([
    [0, "w"],
    [1, template],
    [2, Array.from({ length: keys }, (_, i) => `${i}`.padEnd(LIMITS.walletKey, "k"))],
  ]);

describe("a body", () => {
  test("arrives whole, is hashed, and becomes the params", async () => {
    const bench = createListening();
    const session = bench.session();
    for (const keys of [0, 1, 15]) {
      const body = bodyOf(walletOf(keys));
      const id = session.announce("registerWallet", claimOf(body));
      expect(at(session.of(id), 0).kind).toBe("credit");
      send(session, id, body);
      await settle();
      expect(session.finals(id)).toEqual(["wallet_malformed"]);
      expect(bench.wallets.at(-1)?.keys).toHaveLength(keys);
      expect([bench.calls.heldBytes(), bench.calls.openCalls()]).toEqual([0, 0]);
    }
    expect(bench.clock.waiting()).toBe(0);
  });

  test("arrives whole, is hashed, and is the upload", async () => {
    const bench = createListening();
    const session = bench.session();
    for (const size of [1, 5000, 300_000]) {
      const body = psbtOf(size);
      const id = session.announceUpload(claimOf(body));
      expect(at(session.of(id), 0).kind).toBe("credit");
      send(session, id, body);
      await settle();
      expect(session.finals(id)).toEqual(["wallet_unknown"]);
      expect(bench.got.at(-1)).toEqual(body);
      expect([bench.calls.heldBytes(), bench.calls.openCalls()]).toEqual([0, 0]);
    }
    expect(bench.clock.waiting()).toBe(0);
  });

  test("of 1 MiB is a host's largest params, of 64 MiB his upload, of 32 KiB anyone's", () => {
    const bench = createListening();
    const claim = (size: number) => ({ size, sha256: new Uint8Array(32) });
    const session = bench.session();
    for (const [{ announce }, size] of [
      [at(ROADS, 0), LIMITS.body],
      [at(ROADS, 1), LIMITS.upload],
    ] as const) {
      const tooLarge = announce(session, claim(size + 1));
      expect(session.finals(tooLarge)).toEqual(["body_too_large"]);
      const id = announce(session, claim(size));
      expect(creditOf(session, id)).toEqual([[0, LIMITS.bodyCredit]]);
      session.cancel(id);
    }
    for (const [caller, name] of [
      [ANYONE, "startPairing"],
      [hostOf("operator", 2), "startPairing"],
    ] as const) {
      const other = bench.session(caller);
      const asked = other.announce(name, claim(LIMITS.publicBody + 1));
      const isHost = caller.kind === "host";
      expect(other.finals(asked)).toEqual(isHost ? [] : ["body_too_large"]);
    }
  });

  for (const { name, announce } of ROADS) {
    test(`of ${name} costs no memory by its claim, and less than twice what came`, () => {
      const bench = createListening();
      const session = bench.session();
      const id = announce(session, { size: LIMITS.body, sha256: new Uint8Array(32) });
      expect(bench.calls.heldBytes()).toBe(0);
      for (let offset = 0; offset < LIMITS.bodyCredit; offset += CHUNK) {
        const length = Math.min(CHUNK, LIMITS.bodyCredit - offset);
        session.chunk(id, offset, new Uint8Array(length));
        expect(bench.calls.heldBytes()).toBeLessThanOrEqual(2 * (offset + length));
      }
    });
  }

  test("of no bytes, or of no CBOR, is invalid_params where it is params", async () => {
    const bench = createListening();
    const session = bench.session();
    const empty = session.announce("registerWallet", claimOf(new Uint8Array(0)));
    const junk = Uint8Array.of(0xff, 0xff);
    const other = session.announce("registerWallet", claimOf(junk));
    session.chunk(other, 0, junk);
    const upload = session.announceUpload(claimOf(new Uint8Array(0)));
    await settle();
    expect([session.finals(empty), session.finals(other), session.finals(upload)]).toEqual([
      ["invalid_params"],
      ["invalid_params"],
      ["wallet_unknown"],
    ]);
  });
});

for (const { name, announce, end, runs } of ROADS) {
  describe(`credit for ${name}`, () => {
    test("is told first, and raised when less than half of it is left", () => {
      const bench = createListening();
      const session = bench.session();
      const body = psbtOf(200_000);
      const id = announce(session, claimOf(body));
      const half = LIMITS.bodyCredit / 2;
      expect(creditOf(session, id)).toEqual([[0, 2 * half]]);
      for (let offset = 0; offset < half; offset += 2048) {
        session.chunk(id, offset, body.subarray(offset, offset + 2048));
      }
      expect(creditOf(session, id)).toHaveLength(1);
      session.chunk(id, half, body.subarray(half, half + 1));
      expect(creditOf(session, id).at(-1)).toEqual([half + 1, 3 * half + 1]);
    });

    test("is never beyond the size, and waits once however slow the line is", () => {
      const bench = createListening();
      const session = bench.session();
      const body = psbtOf(60_000);
      session.hold();
      const id = announce(session, claimOf(body));
      send(session, id, body, 0, 50_000);
      expect(session.queued()).toBe(2);
      session.letGo();
      expect(creditOf(session, id)).toEqual([[50_000, body.length]]);
    });
  });

  describe(`a chunk of ${name}`, () => {
    const begun = () => {
      const bench = createListening();
      const session = bench.session();
      const body = psbtOf(100_000);
      const id = announce(session, claimOf(body));
      session.chunk(id, 0, body.subarray(0, CHUNK));
      return { bench, session, body, id };
    };

    test("that overlaps what is there adds what is new", async () => {
      const { bench, session, body, id } = begun();
      session.chunk(id, 0, body.subarray(0, CHUNK));
      session.chunk(id, 10, body.subarray(10, 20));
      for (let offset = 0; offset < body.length; offset += 1000) {
        session.chunk(id, offset, body.subarray(offset, offset + CHUNK));
      }
      await settle();
      expect([session.finals(id), bench.got.length]).toEqual([[end], runs]);
    });

    test("after a gap, beyond the credit or beyond the size is body_mismatch", () => {
      const wrong = [
        [CHUNK + 1, 10],
        [LIMITS.bodyCredit, 10],
      ] as const;
      for (const [offset, length] of wrong) {
        const { bench, session, id } = begun();
        session.chunk(id, offset, new Uint8Array(length));
        expect([session.finals(id), bench.calls.heldBytes()]).toEqual([["body_mismatch"], 0]);
      }
      const session = createListening().session();
      const id = announce(session, claimOf(psbtOf(10)));
      session.chunk(id, 0, new Uint8Array(LIMITS.message - 40));
      expect(session.finals(id)).toEqual(["body_mismatch"]);
    });

    test("of other bytes than were announced: body_mismatch, and nothing runs", async () => {
      const { bench, session, body, id } = begun();
      const bent = body.map((byte, i) => (i === 90_000 ? byte ^ 1 : byte));
      send(session, id, bent, CHUNK);
      await settle();
      expect([session.finals(id), bench.got.length]).toEqual([["body_mismatch"], 0]);
    });

    test("for a call that is over, or takes none, says nothing", async () => {
      const { session, body, id } = begun();
      session.cancel(id);
      send(session, id, body, CHUNK);
      session.chunk(id + 7, 0, body.subarray(0, 10));
      await settle();
      expect(session.finals(id)).toEqual(["cancelled"]);
    });

    test("in any hostile order: one final message, and memory stays bounded", async () => {
      const step = fc.record({ offset: fc.nat(3000), length: fc.integer({ min: 1, max: 2000 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          const bench = createListening();
          const session = bench.session();
          const body = psbtOf(3000);
          const id = announce(session, claimOf(body));
          for (const { offset, length } of steps) {
            const bytes = body.subarray(offset, offset + length);
            if (bytes.length > 0) session.chunk(id, offset, bytes);
            expect(bench.calls.heldBytes()).toBeLessThanOrEqual(body.length);
          }
          await bench.pass(DEVICE_LIMITS.bodyIdleMs);
          expect(session.finals(id)).toHaveLength(1);
          expect([bench.calls.openCalls(), bench.clock.waiting()]).toEqual([0, 0]);
        }),
        seeded(60),
      );
    });
  });
}

test("params in the request and in a body are the same request under a key", async () => {
  const bench = createListening();
  const session = bench.session();
  const first = session.ask("registerWallet", walletOf(1), { key: 1 });
  await settle();
  const other = encodeCbor(walletOf(1, "another"));
  const reused = session.announce("registerWallet", claimOf(other), { key: 1 });
  expect(session.finals(reused)).toEqual(["idempotency_key_reused"]);
  const same = session.announce("registerWallet", claimOf(bodyOf(walletOf(1))), { key: 1 });
  await settle();
  expect([session.finals(same), session.finals(first), bench.wallets.length]).toEqual([
    ["wallet_malformed"],
    ["wallet_malformed"],
    1,
  ]);
});
