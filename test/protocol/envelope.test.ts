/** Messages: each comes back as it went; whatever a refusal carries, it can be read. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeCbor } from "../../protocol/cbor/cbor.ts";
import {
  CALL_PHASES,
  decodeMessage,
  encodeMessage,
  type Message,
} from "../../protocol/call/envelope.ts";
import { type Details, ERROR_NAMES, ERRORS } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { createRandom, SEED, seeded } from "./random.ts";

const KEY = new Uint8Array(16).fill(0x1d);
const HASH = new Uint8Array(32).fill(0x2e);
const wire = (...pairs: readonly (readonly [number, unknown])[]): Uint8Array =>
  encodeCbor(new Map(pairs));

const id = fc.nat({ max: 0xffff_ffff });
const body = fc.constantFrom<unknown>(0, "text", false, [1, 2], new Map([[3, KEY]]));
const fits = fc.oneof(
  fc.maxSafeNat(),
  fc.string({ unit: "binary", maxLength: 40 }).filter((value) => !value.startsWith("\u{feff}")),
);
const names = fc.stringMatching(/^[a-z]{1,20}$/);
const sha256 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const piece = fc.uint8Array({ minLength: 1, maxLength: 100 });
const upTo = (max: number): fc.Arbitrary<number> => fc.oneof(fc.nat({ max }), fc.constant(max));
const size = upTo(LIMITS.upload);
const resultSize = upTo(LIMITS.result);
const asked = {
  kind: fc.constant("request" as const),
  id,
  code: fc.nat({ max: 0xffff }),
  idempotencyKey: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  deadlineMs: upTo(LIMITS.deadlineMs),
};
const always = ["kind", "id", "code", "idempotencyKey"] as const;
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ ...asked, params: body }, { requiredKeys: [...always, "params"] }),
  fc.record(
    { ...asked, body: fc.record({ size, sha256 }, { noNullPrototype: true }) },
    { requiredKeys: [...always, "body"] },
  ),
  fc.record(
    { ...asked, params: body, body: fc.record({ size, sha256 }, { noNullPrototype: true }) },
    { requiredKeys: [...always, "params", "body"] },
  ),
  fc.record({ kind: fc.constant("result" as const), id, result: body }),
  fc.record({ kind: fc.constant("result" as const), id, size: resultSize }),
  fc.record(
    {
      kind: fc.constant("refusal" as const),
      id,
      error: fc.constantFrom(...ERROR_NAMES),
      details: fc.dictionary(names, fits, { maxKeys: 4, noNullPrototype: true }),
    },
    { requiredKeys: ["kind", "id", "error"] },
  ),
  fc.record({ kind: fc.constant("cancel" as const), id }),
  fc.record({
    kind: fc.constant("progress" as const),
    id,
    phase: fc.constantFrom(...CALL_PHASES),
    done: fc.maxSafeNat(),
    total: fc.maxSafeNat(),
  }),
  fc.record({ kind: fc.constant("part" as const), id, offset: resultSize, bytes: piece }),
  fc.record({ kind: fc.constant("chunk" as const), id, offset: size, bytes: piece }),
  fc.record({ kind: fc.constant("credit" as const), id, have: size, limit: size }),
);

test("any message comes back as it went", () => {
  fc.assert(
    fc.property(message, (one) => {
      expect(decodeMessage(encodeMessage(one))).toEqual({ ok: true, value: one });
    }),
    seeded(500),
  );
});

describe("details of a refusal", () => {
  const carried = (details: Details): Details | undefined => {
    const read = decodeMessage(encodeMessage({ kind: "refusal", id: 1, error: "busy", details }));
    if (!read.ok || read.value.kind !== "refusal") throw new Error("not a refusal");
    return read.value.details;
  };

  test("whatever they are, the message can be read and is small", () => {
    const anything = fc.oneof(fc.double(), fc.integer(), fc.string({ unit: "binary" }), fits);
    const text = fc.string({ maxLength: 3000, unit: fc.constantFrom("a", "\ud800", "\u{feff}") });
    const details = fc.dictionary(fc.oneof(names, text), fc.oneof(anything, text), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(details, (one) => {
        const bytes = encodeMessage({ kind: "refusal", id: 1, error: "busy", details: one });
        expect(decodeMessage(bytes)).toMatchObject({ ok: true, value: { error: "busy" } });
        expect(bytes.length).toBeLessThan(LIMITS.detailItems * (LIMITS.detailText + 3) + 20);
      }),
      seeded(500),
    );
  });

  test.each([
    [-1, "-1"],
    [0.5, "0.5"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [2 ** 53, "9007199254740992"],
    [1e300, "1e+300"],
    [2 ** 53 - 1, 2 ** 53 - 1],
    [0, 0],
  ])("the number %d travels as %p", (value, expected) => {
    expect(carried({ value })).toEqual({ value: expected });
  });

  test("long texts are cut between characters, not within one", () => {
    expect(carried({ why: "x".repeat(1000) })).toEqual({ why: "x".repeat(LIMITS.detailText) });
    expect(carried({ why: `x${"\u{1f600}".repeat(90)}` })).toEqual({
      why: `x${"\u{1f600}".repeat(39)}`,
    });
    expect(carried({ why: "\ud800" })).toEqual({ why: "\u{fffd}" });
  });

  test("the first four are carried", () => {
    const five = { a: 1, b: 2, c: 3, d: 4, e: 5 };
    expect(carried(five)).toEqual({ a: 1, b: 2, c: 3, d: 4 });
    expect(carried({})).toEqual({});
  });

  test("named like what every object has stay harmless", () => {
    const read = decodeMessage(
      wire([0, 2], [1, 7], [2, ERRORS.busy.code], [3, ["__proto__", 1, "constructor", 2]]),
    );
    const details = read.ok && read.value.kind === "refusal" ? read.value.details : undefined;
    expect(Object.getPrototypeOf(details)).toBe(Object.prototype);
    expect(Object.entries(details ?? {})).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
    ]);
  });
});

test("all about a piece of a body but its bytes takes at most 19 bytes", () => {
  const bytes = new Uint8Array(LIMITS.message - 19);
  for (const [kind, offset] of [
    ["part", LIMITS.result],
    ["chunk", LIMITS.upload],
  ] as const) {
    const largest = encodeMessage({ kind, id: 0xffff_ffff, offset, bytes });
    expect(largest.length).toBe(LIMITS.message);
  }
});

test("a cancel is its kind and an id", () => {
  const record = encodeMessage({ kind: "cancel", id: 7 });
  expect(record).toEqual(wire([0, 3], [1, 7]));
  expect(decodeMessage(record)).toEqual({ ok: true, value: { kind: "cancel", id: 7 } });
});

test.each([999, 0])("a refusal of the unknown code %i ends its call all the same", (code) => {
  expect(decodeMessage(wire([0, 2], [1, 7], [2, code]))).toEqual({
    ok: true,
    value: { kind: "refusal", id: 7, error: "malformed_reply" },
  });
});

describe("malformed", () => {
  test.each([
    ["no map", encodeCbor([0, 1])],
    ["an empty map", wire()],
    ["an unknown kind", wire([0, 8], [1, 7])],
    ["a cancel with more than an id", wire([0, 3], [1, 7], [2, 0])],
    ["a cancel without its id", wire([0, 3])],
    ["a kind of text", wire([0, "request"], [1, 7], [2, 0])],
    ["a request without its key", wire([0, 0], [1, 7], [2, 1], [5, 0])],
    ["a request without params", wire([0, 0], [1, 7], [2, 1], [3, KEY])],
    ["a key of 15 bytes", wire([0, 0], [1, 7], [2, 1], [3, KEY.subarray(1)], [5, 0])],
    ["a key of text", wire([0, 0], [1, 7], [2, 1], [3, "0123456789abcdef"], [5, 0])],
    ["an unknown member", wire([0, 0], [1, 7], [2, 1], [3, KEY], [5, 0], [8, 0])],
    ["a deadline of text", wire([0, 0], [1, 7], [2, 1], [3, KEY], [4, "5"], [5, 0])],
    ["a deadline beyond a day", wire([0, 0], [1, 7], [2, 1], [3, KEY], [4, 86_400_001], [5, 0])],
    ["params and a size", wire([0, 0], [1, 7], [2, 1], [3, KEY], [5, 0], [6, 1])],
    ["params and a hash", wire([0, 0], [1, 7], [2, 1], [3, KEY], [5, 0], [7, HASH])],
    ["a body without its hash", wire([0, 0], [1, 7], [2, 1], [3, KEY], [6, 1])],
    ["a body without its size", wire([0, 0], [1, 7], [2, 1], [3, KEY], [7, HASH])],
    ["a hash of 16 bytes", wire([0, 0], [1, 7], [2, 1], [3, KEY], [6, 1], [7, KEY])],
    ["a result that is nothing", wire([0, 1], [1, 7])],
    ["a result and its size", wire([0, 1], [1, 7], [2, 0], [3, 1])],
    ["too large a result", wire([0, 1], [1, 7], [3, 1_572_865])],
    ["a progress in an unknown phase", wire([0, 4], [1, 7], [2, "idle"], [3, 0], [4, 0])],
    ["a progress without a total", wire([0, 4], [1, 7], [2, "asking"], [3, 0])],
    ["an empty part", wire([0, 5], [1, 7], [2, 0], [3, KEY.subarray(16)])],
    ["an empty chunk", wire([0, 7], [1, 7], [2, 0], [3, KEY.subarray(16)])],
    ["a chunk at no offset", wire([0, 7], [1, 7], [3, KEY])],
    ["a part beyond the largest result", wire([0, 5], [1, 7], [2, 1_572_865], [3, KEY])],
    ["a chunk beyond the largest upload", wire([0, 7], [1, 7], [2, 67_108_865], [3, KEY])],
    ["a credit without its limit", wire([0, 6], [1, 7], [2, 0])],
    ["a credit beyond the largest upload", wire([0, 6], [1, 7], [2, 0], [3, 67_108_865])],
    ["what is there beyond the largest upload", wire([0, 6], [1, 7], [2, 67_108_865], [3, 0])],
    ["an id of 2^32", wire([0, 1], [1, 2 ** 32], [2, 0])],
    ["a code of 2^16", wire([0, 0], [1, 7], [2, 65_536], [3, KEY], [5, 0])],
    ["a result without an id", wire([0, 1], [2, 0])],
    ["a result with details", wire([0, 1], [1, 7], [2, ERRORS.busy.code], [3, []])],
    ["a request that is a refusal", wire([0, 0], [1, 7], [2, ERRORS.busy.code])],
    ["details of another kind", wire([0, 2], [1, 7], [2, 305], [3, 0])],
    ["nine details", wire([0, 2], [1, 7], [2, 305], [3, Array<number>(9).fill(0)])],
    ["a detail of 161 bytes", wire([0, 2], [1, 7], [2, 305], [3, ["a", "x".repeat(161)]])],
    ["a detail that is a list", wire([0, 2], [1, 7], [2, 305], [3, ["a", []]])],
    ["two messages", Uint8Array.of(...wire([0, 1], [1, 7], [2, 0]), 0)],
    ["nothing", Uint8Array.of()],
  ])("%s", (_, record) => {
    expect(decodeMessage(record)).toEqual({ ok: false, error: "malformed_message" });
  });

  test("random records are refused and never throw", () => {
    const random = createRandom(SEED);
    for (let run = 0; run < 20_000; run += 1) {
      const { ok } = decodeMessage(random.bytes(random.below(24)));
      expect({ run, seed: SEED, ok }).toEqual({ run, seed: SEED, ok: false });
    }
  });

  test("every message cut short is refused", () => {
    const record = encodeMessage({
      kind: "request",
      id: 1,
      code: 1,
      idempotencyKey: KEY,
      params: new Map([[0, "x"]]),
    });
    for (let length = 0; length < record.length; length += 1) {
      expect(decodeMessage(record.subarray(0, length)).ok).toBe(false);
    }
  });
});
