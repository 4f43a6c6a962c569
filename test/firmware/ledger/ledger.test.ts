/** The ledger's bounds and times; what it does in any order is held to a model in test/model. */
import { describe, expect, test } from "bun:test";
import { createLedger } from "../../../firmware/ledger/ledger.ts";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { fail, ok } from "../../../protocol/errors.ts";
import { unwrap } from "../outcomes.ts";

const DAY = DEVICE_LIMITS.ledgerMs;
const host = (key: number, caller = "ab") => ({ caller, isHost: true, key: `${key}` });
const anyone = (key: number) => ({ caller: "anyone", isHost: false, key: `${key}` });
const chargeOf = (number: number, amountSats = 10) => {
  const txid = new Uint8Array(32);
  new DataView(txid.buffer).setUint32(0, number);
  return { txid, amountSats };
};

describe("keys of hosts", () => {
  test("are kept for a day, and then make room; one at work stays", () => {
    const ledger = createLedger();
    for (const key of [1, 2]) ledger.begin(host(key), "d", 0);
    ledger.end(host(1), true, 5);
    expect(ledger.standing(host(1), "d", DAY)).toBe("ended");
    expect(ledger.standing(host(1), "d", DAY + 1)).toBe("unknown");
    expect(ledger.standing(host(2), "d", DAY + 1)).toBe("working");
    expect(ledger.size()).toBe(1);
  });

  test("keep their trace: one that ended stays so, even if it did not begin again", () => {
    const ledger = createLedger();
    for (const hasTrace of [true, false]) {
      unwrap(ledger.begin(host(1), "d", 0));
      ledger.end(host(1), hasTrace, 0);
      expect(ledger.standing(host(1), "d", 0)).toBe("ended");
    }
    unwrap(ledger.begin(host(2), "d", 0));
    ledger.end(host(2), false, 0);
    expect(ledger.standing(host(2), "d", 0)).toBe("unknown");
  });

  test("that are committed fill the ledger and are never given up before", () => {
    const ledger = createLedger();
    for (let key = 0; key < DEVICE_LIMITS.ledgerKeys; key += 1) {
      unwrap(ledger.begin(host(key), "d", 0));
      unwrap(ledger.commit(host(key), chargeOf(1), 0));
      ledger.end(host(key), true, 0);
    }
    expect(ledger.begin(host(-1), "d", DAY)).toEqual(fail("ledger_full"));
    expect(ledger.standing(host(0), "d", DAY)).toBe("committed");
    expect(ledger.begin(host(0), "d", DAY)).toEqual(ok(undefined));
    ledger.end(host(0), true, DAY);
    expect(ledger.begin(host(-1), "d", DAY + 1)).toEqual(ok(undefined));
    expect(ledger.size()).toBe(1);
  });

  test("that are not make room, the oldest of the host that has most of them first", () => {
    const ledger = createLedger();
    const done = (call: ReturnType<typeof host>, isCommitted: boolean) => {
      unwrap(ledger.begin(call, "d", 0));
      if (isCommitted) unwrap(ledger.commit(call, chargeOf(1), 0));
      ledger.end(call, true, 0);
    };
    const FLOOD = "cd";
    done(host(1), false);
    done(host(0, FLOOD), true);
    unwrap(ledger.begin(host(1, FLOOD), "d", 0));
    for (let key = 2; ledger.size() < DEVICE_LIMITS.ledgerKeys; key += 1) {
      done(host(key, FLOOD), false);
    }
    for (const [key, caller] of [
      [2, "ab"],
      [-1, FLOOD],
      [-2, FLOOD],
    ] as const) {
      done(host(key, caller), false);
    }
    const standings = [host(1), host(2), ...[0, 1, 2, 3, 4, 5, -1].map((key) => host(key, FLOOD))];
    expect(standings.map((call) => ledger.standing(call, "d", 0))).toEqual([
      "ended",
      "ended",
      "committed",
      "working",
      "unknown",
      "unknown",
      "unknown",
      "ended",
      "ended",
    ]);
    expect(ledger.size()).toBe(DEVICE_LIMITS.ledgerKeys);
  });

  test("are not touched by keys of anyone, of whom the oldest finished makes room", () => {
    const ledger = createLedger();
    ledger.begin(host(1), "d", 0);
    ledger.begin(anyone(-1), "d", 0);
    for (let key = 0; key < 1000; key += 1) {
      unwrap(ledger.begin(anyone(key), "d", 0));
      ledger.end(anyone(key), true, 0);
    }
    expect(ledger.size()).toBe(1 + DEVICE_LIMITS.publicKeys);
    expect(ledger.standing(anyone(-1), "d", 0)).toBe("working");
    expect(ledger.standing(anyone(0), "d", 0)).toBe("unknown");
    expect(ledger.standing(anyone(999), "d", 0)).toBe("ended");
    expect(ledger.standing(host(1), "d", 0)).toBe("working");
  });

  test("all at work leave no room to anyone", () => {
    const ledger = createLedger();
    for (let key = 0; key < DEVICE_LIMITS.publicKeys; key += 1) {
      unwrap(ledger.begin(anyone(key), "d", 0));
    }
    expect(ledger.begin(anyone(-1), "d", 0)).toEqual(fail("ledger_full"));
  });
});

describe("charges", () => {
  test("are counted in a window by when they were made", () => {
    const ledger = createLedger();
    for (const [key, atMs] of [
      [1, 100],
      [2, 200],
      [3, 300],
    ] as const) {
      ledger.begin(host(key), "d", atMs);
      expect(ledger.commit(host(key), chargeOf(key, 10 ** key), atMs)).toEqual(ok(10 ** key));
      ledger.end(host(key), true, atMs);
    }
    expect([0, 100, 101, 300, 301].map(ledger.chargedSince)).toEqual([1110, 1110, 1100, 1000, 0]);
    expect([ledger.total(), ledger.entries().length]).toEqual([1110, 3]);
  });

  test("are known for a day after the last commit, so that a known key never pays twice", () => {
    const ledger = createLedger();
    const commit = (key: number, atMs: number) => {
      ledger.begin(host(key), "d", atMs);
      const charged = unwrap(ledger.commit(host(key), chargeOf(7), atMs));
      ledger.end(host(key), true, atMs);
      return charged;
    };
    expect(commit(1, 0)).toBe(10);
    expect(commit(2, DAY)).toBe(0);
    expect(commit(3, 2 * DAY)).toBe(0);
    expect(ledger.chargedSince(1)).toBe(0);
    expect(commit(4, 3 * DAY + 1)).toBe(10);
  });

  test("have a bound of their own", () => {
    const ledger = createLedger();
    const fill = (first: number, atMs: number) => {
      for (let i = first; i < first + DEVICE_LIMITS.ledgerKeys; i += 1) {
        ledger.begin(host(i), "d", atMs);
      }
    };
    fill(0, 0);
    for (let i = 0; i < DEVICE_LIMITS.ledgerKeys; i += 1) {
      unwrap(ledger.commit(host(i), chargeOf(i), DAY));
      ledger.end(host(i), true, DAY);
    }
    expect(ledger.begin(host(-1), "d", DAY + 1)).toEqual(ok(undefined));
    expect(ledger.commit(host(-1), chargeOf(-1), DAY + 1)).toEqual(fail("ledger_full"));
    expect(ledger.commit(host(-1), chargeOf(5), DAY + 1)).toEqual(ok(0));
    expect(ledger.entries()).toHaveLength(DEVICE_LIMITS.ledgerKeys);
  });

  test("of amounts that only a liar has do not overflow", () => {
    const ledger = createLedger();
    for (let key = 0; key < 9; key += 1) {
      ledger.begin(host(key), "d", 0);
      ledger.commit(host(key), chargeOf(key, 2.1e15), 0);
    }
    expect(ledger.total()).toBe(Number.MAX_SAFE_INTEGER);
    expect(ledger.chargedSince(0)).toBe(Number.MAX_SAFE_INTEGER);
  });

  test("that may not be made change nothing; those made are not judged again", () => {
    let isAllowed = true;
    const ledger = createLedger(() => (isAllowed ? ok(undefined) : fail("ledger_full")));
    ledger.begin(host(1), "d", 0);
    unwrap(ledger.commit(host(1), chargeOf(1), 0));
    ledger.end(host(1), true, 0);
    isAllowed = false;
    for (const key of [1, 2]) ledger.begin(host(key), "d", 0);
    expect(ledger.commit(host(1), chargeOf(1), 0)).toEqual(ok(0));
    expect(ledger.commit(host(2), chargeOf(2), 0)).toEqual(fail("ledger_full"));
    ledger.end(host(2), true, 0);
    expect(ledger.standing(host(2), "d", 0)).toBe("ended");
    expect([ledger.total(), ledger.isCommitted(host(2), 0)]).toEqual([10, false]);
  });
});

test("our own mistakes are broken invariants", () => {
  const ledger = createLedger();
  const commit = () => ledger.commit(host(1), chargeOf(1), 0);
  expect(commit).toThrow("broken invariant");
  ledger.begin(host(1), "d", 0);
  expect(() => ledger.begin(host(1), "d", 0)).toThrow("broken invariant");
  unwrap(commit());
  expect(() => ledger.commit(host(1), chargeOf(2), 0)).toThrow("broken invariant");
  expect(() => ledger.commit(host(1), { txid: new Uint8Array(31), amountSats: 1 }, 0)).toThrow(
    "broken invariant",
  );
  ledger.end(host(1), true, 0);
  expect(() => ledger.end(host(1), true, 0)).toThrow("broken invariant");
});
