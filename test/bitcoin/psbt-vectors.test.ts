/** The PSBTs of BIP-174, BIP-370 and BIP-371: invalid ones refused with a reason, valid taken. */
import { describe, expect, test } from "bun:test";
import { parsePsbt, review } from "../../firmware/bitcoin/index.ts";
import { DEVICE_REACH } from "../agreement/device.ts";
import { field, hasNoVectors, listOf, readVectors, textField } from "../secrets/oracles/vectors.ts";
import { errorOf } from "./expect-value.ts";
import { CONTEXT, HOT } from "./wallet-fixture.ts";

interface Vector {
  readonly bip: number;
  readonly isValid: boolean;
  readonly version: 0 | 2;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** How BIP-370 names those of its own version. */
const VERSION_2 = /PSBTv2/;
const REFUSAL = /^psbt_(malformed|unsupported)$/;
/** How many there are of each BIP: none may be left out. */
const COUNTS = { 174: [20, 14], 370: [24, 14], 371: [11, 6] } as const;

const vectorOf = (entry: unknown): Vector => {
  const name = textField(entry, "case");
  return {
    bip: Number(field(entry, "bip")),
    isValid: textField(entry, "expect") === "valid",
    version: VERSION_2.test(name) ? 2 : 0,
    name,
    bytes: Uint8Array.fromBase64(textField(entry, "base64")),
  };
};

const readAll = async (): Promise<readonly Vector[]> =>
  listOf(field(await readVectors("psbt-bip174-370-371.json"), "vectors")).map(vectorOf);

const isTaken = ({ version }: Vector): boolean => DEVICE_REACH.versions.includes(version);

describe.skipIf(hasNoVectors)("published PSBTs (MAYFLY_VECTORS)", () => {
  test("all of them are here (MAYFLY_VECTORS)", async () => {
    const vectors = await readAll();
    for (const [bip, [invalid, valid]] of Object.entries(COUNTS)) {
      const own = vectors.filter((vector) => vector.bip === Number(bip));
      expect([bip, own.filter(({ isValid }) => !isValid).length]).toEqual([bip, invalid]);
      expect([bip, own.filter(({ isValid }) => isValid).length]).toEqual([bip, valid]);
    }
  });

  test("invalid ones are refused with a reason (MAYFLY_VECTORS)", async () => {
    for (const { name, bytes } of (await readAll()).filter(({ isValid }) => !isValid)) {
      expect([name, errorOf(parsePsbt(bytes))]).toEqual([name, expect.stringMatching(REFUSAL)]);
    }
  });

  test("valid ones are read, and nobody else's is signed (MAYFLY_VECTORS)", async () => {
    for (const vector of (await readAll()).filter(({ isValid }) => isValid)) {
      const { name, bytes } = vector;
      const wanted = isTaken(vector) ? "not refused" : "psbt_unsupported";
      expect([name, errorOf(parsePsbt(bytes))]).toEqual([name, wanted]);
      expect(review(bytes, [HOT.registered], undefined, CONTEXT).ok).toBe(false);
    }
  });
});
