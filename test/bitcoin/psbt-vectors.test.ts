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

const readOf = (vector: Vector) => errorOf(parsePsbt(bytesOf(vector), CONTEXT));
const reviewOf = (vector: Vector) =>
  errorOf(review(bytesOf(vector), [HOT.registered], undefined, CONTEXT));

/** BIP-174 lists these as PSBTs that are well-formed, and that a signer must not sign. */
const FOR_SIGNERS = /^(redeem|witness)Script with .* does not match the /;

/** Whatever is read is of a wallet that is not registered here, or of no use. */
const NOT_OURS = /^(wallet_unknown|psbt_unsupported)$/;

describe("published PSBTs (MAYFLY_VECTORS)", () => {
  test.skipIf(FOLDER === undefined)("BIP-174, BIP-370, BIP-371 (MAYFLY_VECTORS)", async () => {
    const vectors = await readVectors();
    const invalid = vectors.filter((vector) => vector.expect === "invalid");
    const valid = vectors.filter((vector) => vector.expect === "valid");
    const mismatched = valid.filter((vector) => FOR_SIGNERS.test(vector.case));
    const good = valid.filter((vector) => !mismatched.includes(vector));
    for (const vector of invalid) {
      expect([vector.case, readOf(vector)]).toEqual([vector.case, "psbt_malformed"]);
    }
    for (const vector of mismatched) {
      expect([vector.case, readOf(vector)]).toEqual([vector.case, "script_mismatch"]);
    }
    for (const vector of good) {
      expect([vector.case, readOf(vector)]).toEqual([vector.case, "not refused"]);
      expect([vector.case, reviewOf(vector)]).toEqual([
        vector.case,
        expect.stringMatching(NOT_OURS),
      ]);
    }
    console.log(
      `PSBT vectors: ${invalid.length} invalid refused, ${good.length} valid read,`,
      `${mismatched.length} for signers refused by name`,
    );
    expect([invalid.length, mismatched.length, good.length]).toEqual([55, 3, 31]);
    expect(vectors).toHaveLength(89);
  });
});
