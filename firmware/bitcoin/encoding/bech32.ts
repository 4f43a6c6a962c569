/** Segwit addresses: bech32 for witness version 0 (BIP-173), bech32m for later ones (BIP-350). */

/** The 32 characters of bech32, and of descriptor checksums. */
export const BECH32_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const BECH32_CONSTANT = 1;
const BECH32M_CONSTANT = 0x2bc830a3;
const CHECKSUM_CHARS = 6;

/** What the five bits that leave the checksum add to it. */
const LEAVING = Int32Array.from({ length: 32 }, (_, top) =>
  GENERATOR.reduce((sum, generator, bit) => ((top >>> bit) & 1 ? sum ^ generator : sum), 0),
);

const polymod = (values: readonly number[]): number => {
  let checksum = 1;
  for (const value of values) {
    const added = LEAVING[checksum >>> 25] ?? 0;
    checksum = ((checksum & 0x1ffffff) << 5) ^ value ^ added;
  }
  return checksum;
};

const expandPrefix = (hrp: string): readonly number[] => {
  const codes = Array.from(hrp, (character) => character.charCodeAt(0));
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)];
};

/** Bytes as groups of five bits, the last filled up with zeros. */
const toGroups = (bytes: Uint8Array): readonly number[] => {
  const groups: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      groups.push((buffer >>> bits) & 31);
    }
  }
  if (bits > 0) groups.push((buffer << (5 - bits)) & 31);
  return groups;
};

/** The address of a witness program; `version` 0..16. */
export const encodeSegwitAddress = (hrp: string, version: number, program: Uint8Array): string => {
  const data = [version, ...toGroups(program)];
  const constant = version === 0 ? BECH32_CONSTANT : BECH32M_CONSTANT;
  const zeros = Array.from({ length: CHECKSUM_CHARS }, () => 0);
  const checksum = polymod([...expandPrefix(hrp), ...data, ...zeros]) ^ constant;
  const tail = zeros.map((_, at) => (checksum >>> (5 * (CHECKSUM_CHARS - 1 - at))) & 31);
  return `${hrp}1${[...data, ...tail].map((group) => BECH32_CHARSET.charAt(group)).join("")}`;
};
