/** RFC 8949, appendix A: every example is in the subset and decodes so, or is refused. */
import { expect, test } from "bun:test";
import { decodeCbor, encodeCbor } from "../../protocol/cbor/cbor.ts";

const folder = Bun.env["MAYFLY_VECTORS"] ?? "";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const readExamples = async (): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const read: unknown = JSON.parse(await Bun.file(`${folder}/cbor-appendix-a.json`).text());
  return Array.isArray(read) ? read.filter(isRecord) : [];
};

/** The examples of the subset, by their bytes; all others have a sign, a tag or a fraction. */
const SUBSET = [
  "00 01 0a 17 1818 1819 1864 1903e8 1a000f4240 1b000000e8d4a51000 f4 f5",
  "40 4401020304 60 6161 6449455446 62225c 62c3bc 63e6b0b4 64f0908591",
  "80 83010203 8301820203820405 a0 a201020304",
  "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
]
  .join(" ")
  .split(" ");

test.skipIf(folder === "")("appendix A (MAYFLY_VECTORS)", async () => {
  const examples = await readExamples();
  const accepted = examples.filter((example) => {
    const bytes = Uint8Array.fromHex(String(example["hex"]));
    const decoded = decodeCbor(bytes);
    if (!decoded.ok) return false;
    expect(encodeCbor(decoded.value)).toEqual(bytes);
    if (!(decoded.value instanceof Uint8Array || decoded.value instanceof Map)) {
      expect(JSON.stringify(decoded.value)).toBe(JSON.stringify(example["decoded"]));
    }
    return true;
  });
  const names = accepted.map((example) => String(example["hex"]));
  console.log(`RFC 8949: ${names.length} of ${examples.length} examples are in the subset`);
  expect(examples.length).toBeGreaterThan(70);
  expect(names.toSorted()).toEqual(SUBSET.toSorted());
});
