import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parsePsbt, review } from "../../firmware/bitcoin/index.ts";
import { errorOf } from "./expect-value.ts";
import { CONTEXT, HOT } from "./wallet-fixture.ts";

const FOLDER = process.env["MAYFLY_VECTORS"];

interface Vector {
  readonly bip: number;
  readonly expect: string;
  readonly case: string;
  readonly base64: string;
}

const isVector = (value: unknown): value is Vector =>
  typeof value === "object" && value !== null && "base64" in value && "expect" in value;

const readVectors = async (): Promise<readonly Vector[]> => {
  const file = Bun.file(join(FOLDER ?? "", "psbt-bip174-370-371.json"));
  const { vectors }: { readonly vectors: readonly unknown[] } = await file.json();
  return vectors.filter(isVector);
};

const bytesOf = (vector: Vector): Uint8Array => Uint8Array.fromBase64(vector.base64);

const VERSION_2 = /PSBTv2/;

describe("published PSBTs (MAYFLY_VECTORS)", () => {
  test.skipIf(FOLDER === undefined)("BIP-174, BIP-370, BIP-371 (MAYFLY_VECTORS)", async () => {
    const vectors = await readVectors();
    const invalid = vectors.filter((vector) => vector.expect === "invalid");
    const valid = vectors.filter((vector) => vector.expect === "valid");
    for (const vector of invalid) {
      const error = errorOf(parsePsbt(bytesOf(vector)));
      expect([vector.case, error]).toEqual([
        vector.case,
        expect.stringMatching(/^psbt_(malformed|unsupported)$/),
      ]);
    }
    const version2 = valid.filter((vector) => VERSION_2.test(vector.case));
    for (const vector of version2) {
      expect([vector.case, errorOf(parsePsbt(bytesOf(vector)))]).toEqual([
        vector.case,
        "psbt_unsupported",
      ]);
    }
    const version0 = valid.filter((vector) => !VERSION_2.test(vector.case));
    for (const vector of version0) {
      expect([vector.case, errorOf(parsePsbt(bytesOf(vector)))]).toEqual([
        vector.case,
        "not refused",
      ]);
      expect(review(bytesOf(vector), [HOT.registered], undefined, CONTEXT).ok).toBe(false);
    }
    console.log(
      `PSBT vectors: ${invalid.length} invalid refused, ${version0.length} of version 0 read,`,
      `${version2.length} of version 2 refused by name`,
    );
    expect(vectors.length).toBe(invalid.length + version0.length + version2.length);
    expect(invalid.length).toBeGreaterThan(50);
  });
});
