import { describe, expect, test } from "bun:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { isSignedBy, parseSignature } from "../../host/control/check/signature.ts";
import {
  bytesField,
  field,
  hasNoVectors,
  readWycheproof,
  type WycheproofCase,
} from "../secrets/oracles/vectors.ts";

// The signature of BIP-143's example "Native P2WPKH", with SIGHASH_ALL.
const VALID =
  "304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a" +
  "0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee01";
const PUBLIC_KEY = "025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee6357";
const DIGEST = "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670";

const R = VALID.slice(8, 72);
const S = VALID.slice(76, 140);

describe("BIP-66", () => {
  test("a valid signature is read, verified and low", () => {
    const signature = parseSignature(hexToBytes(VALID));
    expect(signature).toMatchObject({ sighash: 1, isLowS: true });
    if (signature === undefined) throw new Error("it was read");
    expect(signature.compact).toEqual(hexToBytes(R + S));
    expect(isSignedBy(signature, hexToBytes(DIGEST), hexToBytes(PUBLIC_KEY))).toBe(true);
    const other = DIGEST.replace("c3", "c4");
    expect(isSignedBy(signature, hexToBytes(other), hexToBytes(PUBLIC_KEY))).toBe(false);
  });

  test.each([
    ["nothing", ""],
    ["a sighash byte only", "01"],
    ["no sighash byte", VALID.slice(0, -2)],
    ["another tag", `31${VALID.slice(2)}`],
    ["a longer length", `3045${VALID.slice(4)}`],
    ["a length in two bytes", `308144${VALID.slice(4)}`],
    ["a byte after s", `30450220${R}0220${S}0001`],
    ["r of another type", `30440320${R}0220${S}01`],
    ["r without bytes", `302402000220${S}01`],
    ["s without bytes", `30240220${R}020001`],
    ["r with a needless zero", `3045022100${R}0220${S}01`],
    ["s with a needless zero", `30450220${R}022100${S}01`],
    ["a negative r", `304402208${R.slice(1)}0220${S}01`],
    ["a negative s", `30440220${R}02208${S.slice(1)}01`],
    ["an r of 33 bytes", `3045022101${R}0220${S}01`],
    ["an r beyond the end", `304402ff${R}0220${S}01`],
  ])("%s is refused", (_, hex) => {
    expect(parseSignature(hexToBytes(hex))).toBeUndefined();
  });
});

test("BIP-146: s and its negative differ in being low, and both verify", () => {
  const order = secp256k1.Point.Fn.ORDER;
  const high = new secp256k1.Signature(BigInt(`0x${R}`), order - BigInt(`0x${S}`));
  const signature = parseSignature(concatBytes(high.toBytes("der"), Uint8Array.of(1)));
  expect(signature).toMatchObject({ isLowS: false });
  if (signature === undefined) throw new Error("it was read");
  expect(isSignedBy(signature, hexToBytes(DIGEST), hexToBytes(PUBLIC_KEY))).toBe(true);
});

// Wycheproof's signatures come without a sighash byte.
const isAccepted = ({ group, entry }: WycheproofCase): boolean => {
  const der = bytesField(entry, "sig");
  const signature = parseSignature(concatBytes(der, Uint8Array.of(1)));
  const digest = sha256(bytesField(entry, "msg"));
  const publicKey = bytesField(field(group, "publicKey"), "uncompressed");
  return signature?.isLowS === true && isSignedBy(signature, digest, publicKey);
};

test.skipIf(hasNoVectors)("Wycheproof, ecdsa_secp256k1_sha256_bitcoin: as published", async () => {
  const cases = await readWycheproof("ecdsa_secp256k1_sha256_bitcoin");
  expect(cases.length).toBeGreaterThan(400);
  const wrong = cases.filter((one) => isAccepted(one) !== (one.result === "valid"));
  expect(wrong.map(({ label }) => label)).toEqual([]);
});
