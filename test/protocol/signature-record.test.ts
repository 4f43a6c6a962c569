/** Signature records: golden bytes, and every record comes back as it went. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { LIMITS } from "../../protocol/limits.ts";
import { decodeRecords, encodeRecords, RECORD_BYTES } from "../../protocol/signature-record.ts";
import { seeded } from "./random.ts";

const SIGNATURE = Uint8Array.from({ length: 64 }, (_, i) => i + 0x80);

test("golden bytes", () => {
  const records = [
    { input: 0x01020304, key: 14, sighash: 1, signature: SIGNATURE },
    { input: 19_999, key: 0, leaf: 0x0102, sighash: 0, signature: SIGNATURE.toReversed() },
  ];
  const ascending = Array.from({ length: 64 }, (_, i) => (i + 0x80).toString(16));
  const golden = [
    ["01020304", "0e", "ffff", "01", ...ascending],
    ["00004e1f", "00", "0102", "00", ...ascending.toReversed()],
  ].map((fields) => fields.join(""));
  expect(encodeRecords(records).toHex()).toBe(golden.join(""));
  expect(decodeRecords(Uint8Array.fromHex(golden.join("")))).toEqual({ ok: true, value: records });
  expect(RECORD_BYTES).toBe(72);
});

test("any records come back, and any whole number of 72 bytes is records", () => {
  const record = fc.record(
    {
      input: fc.nat({ max: 0xffff_ffff }),
      key: fc.nat(255),
      leaf: fc.nat(0xfffe),
      sighash: fc.nat(255),
      signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    },
    { requiredKeys: ["input", "key", "sighash", "signature"], noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(record, { maxLength: 20 }), (records) => {
      const bytes = encodeRecords(records);
      expect(bytes).toHaveLength(72 * records.length);
      expect(decodeRecords(bytes)).toEqual({ ok: true, value: records });
    }),
    seeded(200),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const read = decodeRecords(bytes);
      expect(read.ok).toBe(bytes.length % 72 === 0);
      if (read.ok) expect(encodeRecords(read.value)).toEqual(bytes);
    }),
    seeded(200),
  );
});

test("the signatures are copies: what came may go", () => {
  const bytes = encodeRecords([{ input: 1, key: 2, sighash: 1, signature: SIGNATURE }]);
  const read = decodeRecords(bytes);
  bytes.fill(0);
  expect(read).toMatchObject({ ok: true, value: [{ signature: SIGNATURE }] });
});

test.each([
  ["an input of 2^32", { input: 2 ** 32 }],
  ["a negative input", { input: -1 }],
  ["a key of 256", { key: 256 }],
  ["a leaf that says none", { leaf: 0xffff }],
  ["a signature of 63 bytes", { signature: SIGNATURE.subarray(1) }],
  ["half an input", { input: 0.5 }],
])("%s is a mistake of ours", (_, change) => {
  const record = { input: 1, key: 0, sighash: 1, signature: SIGNATURE, ...change };
  expect(() => encodeRecords([record])).toThrow("a signature fits its record");
});

test("20,000 of them take a body of 1.44 MB, within the limit of results", () => {
  expect(LIMITS.signatures * RECORD_BYTES).toBe(1_440_000);
  expect(LIMITS.signatures * RECORD_BYTES + 64).toBeLessThanOrEqual(LIMITS.result);
});
