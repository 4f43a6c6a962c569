/** A device's records as other tools have signatures: DER (BIP-66), and taproot's (BIP-341). */
import { expect, test } from "bun:test";
import { script } from "bitcoinjs-lib";
import fc from "fast-check";
import {
  ecdsaSignature,
  ecdsaSignatures,
  schnorrSignature,
} from "../../host/vault/signature-bytes.ts";
import { fail, ok } from "../../protocol/errors.ts";
import { encodeRecords } from "../../protocol/signature-record.ts";
import { seeded } from "../firmware/outcomes.ts";

/** R or S: often with zeros in front, or with its highest bit set. */
const half = fc
  .tuple(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(31), fc.boolean())
  .map(([bytes, zeros, isShort]) => (isShort ? bytes.fill(0, 0, zeros) : bytes));

test("ECDSA: the DER that bitcoinjs-lib writes, and the sighash byte", () => {
  fc.assert(
    fc.property(half, half, fc.constantFrom(1, 2, 3, 0x81), (r, s, sighash) => {
      fc.pre(r.some((byte) => byte > 0) && s.some((byte) => byte > 0));
      const signature = Uint8Array.of(...r, ...s);
      const ours = ecdsaSignature({ input: 0, key: 0, sighash, signature });
      expect(ours).toEqual(Uint8Array.from(script.signature.encode(signature, sighash)));
    }),
    seeded(300),
  );
});

test("ECDSA: an R of nothing is DER all the same, and for who verifies it to refuse", () => {
  const signature = new Uint8Array(64).fill(1, 32);
  const der = ecdsaSignature({ input: 0, key: 0, sighash: 1, signature });
  expect(der.toHex()).toBe(`30250201000220${"01".repeat(32)}01`);
});

test("taproot: 64 bytes for DEFAULT, and the sighash byte after any other", () => {
  const signature = new Uint8Array(64).fill(7);
  const record = { input: 0, key: 0, signature };
  expect(schnorrSignature({ ...record, sighash: 0 })).toEqual(signature);
  expect(schnorrSignature({ ...record, sighash: 1 })).toEqual(Uint8Array.of(...signature, 1));
});

test("a reply's records with their inputs; half a record is malformed_reply", () => {
  const signature = new Uint8Array(64).fill(7);
  const records = [3, 70_000].map((input) => ({ input, key: 1, sighash: 1, signature }));
  const bytes = encodeRecords(records);
  expect(ecdsaSignatures(bytes)).toEqual(
    ok(records.map((record) => ({ input: record.input, signature: ecdsaSignature(record) }))),
  );
  expect(ecdsaSignatures(bytes.subarray(1))).toEqual(fail("malformed_reply", { bytes: 143 }));
});
