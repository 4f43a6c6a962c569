/** The PSBTs that BIP-174, BIP-370 and BIP-371 publish, valid ones and others. */
import { describe, expect, test } from "bun:test";
import { parsePsbt, review } from "../../firmware/bitcoin/index.ts";
import { field, hasNoVectors, listOf, readVectors, textField } from "../secrets/oracles/vectors.ts";
import { errorOf } from "./expect-value.ts";
import { CONTEXT, HOT } from "./wallet-fixture.ts";

interface Vector {
  readonly bip: number;
  readonly isValid: boolean;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** How many there are of each BIP: none may be left out. */
const COUNTS = { 174: [20, 14], 370: [24, 14], 371: [11, 6] } as const;
/** BIP-174 lists these as PSBTs that are well-formed, and that a signer must not sign. */
const FOR_SIGNERS = /^(redeem|witness)Script with .* does not match the /;
/** Whatever is read is of a wallet that is not registered here, tells no coin, or is of no use. */
const NOT_OURS = /^(wallet_unknown|previous_transaction_missing|psbt_unsupported)$/;

const vectorOf = (entry: unknown): Vector => ({
  bip: Number(field(entry, "bip")),
  isValid: textField(entry, "expect") === "valid",
  name: textField(entry, "case"),
  bytes: Uint8Array.fromBase64(textField(entry, "base64")),
});

const readAll = async (): Promise<readonly Vector[]> =>
  listOf(field(await readVectors("psbt-bip174-370-371.json"), "vectors")).map(vectorOf);

const readOf = ({ bytes }: Vector) => errorOf(parsePsbt(bytes, CONTEXT));
const reviewOf = ({ bytes }: Vector) =>
  errorOf(review(bytes, [HOT.registered], undefined, CONTEXT));
const isForSigners = ({ name }: Vector): boolean => FOR_SIGNERS.test(name);

describe.skipIf(hasNoVectors)("published PSBTs (MAYFLY_VECTORS)", () => {
  test("all of them are here (MAYFLY_VECTORS)", async () => {
    const vectors = await readAll();
    for (const [bip, [invalid, valid]] of Object.entries(COUNTS)) {
      const own = vectors.filter((vector) => vector.bip === Number(bip));
      expect([bip, own.filter(({ isValid }) => !isValid).length]).toEqual([bip, invalid]);
      expect([bip, own.filter(({ isValid }) => isValid).length]).toEqual([bip, valid]);
    }
    expect(vectors).toHaveLength(89);
  });

  test("invalid ones are refused: psbt_malformed (MAYFLY_VECTORS)", async () => {
    for (const vector of (await readAll()).filter(({ isValid }) => !isValid)) {
      expect([vector.name, readOf(vector)]).toEqual([vector.name, "psbt_malformed"]);
    }
  });

  test("valid ones are read, and nobody else's is signed (MAYFLY_VECTORS)", async () => {
    const valid = (await readAll()).filter((one) => one.isValid && !isForSigners(one));
    expect(valid).toHaveLength(31);
    for (const vector of valid) {
      const judged = [vector.name, readOf(vector), reviewOf(vector)];
      expect(judged).toEqual([vector.name, "not refused", expect.stringMatching(NOT_OURS)]);
    }
  });

  test("scripts that a coin does not commit to: script_mismatch (MAYFLY_VECTORS)", async () => {
    const mismatched = (await readAll()).filter(isForSigners);
    expect(mismatched).toHaveLength(3);
    for (const vector of mismatched) {
      expect([vector.name, readOf(vector)]).toEqual([vector.name, "script_mismatch"]);
    }
  });
});
