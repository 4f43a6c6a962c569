/** RFC 8949, appendix A: every example is in the subset and decodes so, or is refused. */
import { expect, test } from "bun:test";
import { decodeCbor, encodeCbor } from "../../protocol/cbor/cbor.ts";
import {
  bytesField,
  field,
  hasNoVectors,
  listOf,
  readVectors,
} from "../secrets/oracles/vectors.ts";

/** The examples of the subset, by their bytes. */
const SUBSET = [
  "00 01 0a 17 1818 1819 1864 1903e8 1a000f4240 1b000000e8d4a51000 f4 f5",
  "40 4401020304 60 6161 6449455446 62225c 62c3bc 63e6b0b4 64f0908591",
  "80 83010203 8301820203820405 a0 a201020304",
  "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
]
  .join(" ")
  .split(" ");

/** All others: they have a sign, a tag, a fraction, no end, a key of text or too large a number. */
const OTHERS = [
  "1bffffffffffffffff c249010000000000000000 3bffffffffffffffff c349010000000000000000",
  "20 29 3863 3903e7 f90000 f98000 f93c00 fb3ff199999999999a f93e00 f97bff fa47c35000",
  "fa7f7fffff fb7e37e43c8800759c f90001 f90400 f9c400 fbc010666666666666",
  "f97c00 f97e00 f9fc00 fa7f800000 fa7fc00000 faff800000",
  "fb7ff0000000000000 fb7ff8000000000000 fbfff0000000000000 f6 f7 f0 f818 f8ff",
  "c074323031332d30332d32315432303a30343a30305a c11a514b67b0 c1fb41d452d9ec200000",
  "d74401020304 d818456449455446",
  "d82076687474703a2f2f7777772e6578616d706c652e636f6d",
  "a26161016162820203 826161a161626163 a56161614161626142616361436164614461656145",
  "5f42010243030405ff 7f657374726561646d696e67ff 9fff 9f018202039f0405ffff",
  "9f01820203820405ff 83018202039f0405ff 83019f0203ff820405",
  "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
  "bf61610161629f0203ffff 826161bf61626163ff bf6346756ef563416d7421ff",
]
  .join(" ")
  .split(" ");

const decoded = (digits: string): ReturnType<typeof decodeCbor> =>
  decodeCbor(Uint8Array.fromHex(digits));

test.each(SUBSET)("%s is in the subset, and written so", (digits) => {
  const read = decoded(digits);
  expect(read.ok && encodeCbor(read.value).toHex()).toBe(digits);
});

test.each(OTHERS)("%s is refused", (digits) => {
  expect(decoded(digits)).toEqual({ ok: false, error: "malformed_message" });
});

test.skipIf(hasNoVectors)("the published examples are these (MAYFLY_VECTORS)", async () => {
  const examples = listOf(await readVectors("cbor-appendix-a.json"));
  const published = examples.map((example) => bytesField(example, "hex").toHex());
  expect(published.toSorted()).toEqual([...SUBSET, ...OTHERS].toSorted());
  for (const example of examples) {
    const read = decodeCbor(bytesField(example, "hex"));
    if (!read.ok || read.value instanceof Uint8Array || read.value instanceof Map) continue;
    expect(JSON.stringify(read.value)).toBe(JSON.stringify(field(example, "decoded")));
  }
});
