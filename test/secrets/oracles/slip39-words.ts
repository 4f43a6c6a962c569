/** SLIP-39 mnemonics: words to shares and back (SLIP-39, "Format of the share mnemonic"). */
import { WORD_LIST } from "slip39/src/slip39_helper.js";
import type { ShareHeader } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";

const HEAD_WORDS = 4;
const CHECKSUM_WORDS = 3;
const LEAST_WORDS = 20;
const GENERATOR = [
  0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48,
  0x21b1f890, 0x3f3f120,
] as const;

/** A share as words carry it. */
export interface WordShare {
  readonly header: ShareHeader;
  readonly value: Uint8Array;
}

/** RS1024 over GF(1024). */
const polymod = (values: readonly number[]): number => {
  let checksum = 1;
  for (const value of values) {
    const top = checksum >> 20;
    checksum = ((checksum & 0xfffff) << 10) ^ value;
    for (const [bit, generator] of GENERATOR.entries()) {
      if (((top >> bit) & 1) === 1) checksum ^= generator;
    }
  }
  return checksum;
};

const customization = (extendable: boolean): readonly number[] => [
  ...new TextEncoder().encode(extendable ? "shamir_extendable" : "shamir"),
];

const numberOf = (indices: readonly number[]): bigint =>
  indices.reduce((sum, index) => (sum << 10n) | BigInt(index), 0n);

const indicesOf = (number: bigint, count: number): number[] =>
  Array.from({ length: count }, (_, at) =>
    Number((number >> BigInt(10 * (count - 1 - at))) & 0x3ffn),
  );

/** A mnemonic of a share. */
export const wordsOf = ({ header, value }: WordShare): string => {
  const settings =
    (header.identifier << 5) | (Number(header.extendable) << 4) | header.iterationExponent;
  const places =
    (header.groupIndex << 16) |
    ((header.groupThreshold - 1) << 12) |
    ((header.groupCount - 1) << 8) |
    (header.memberIndex << 4) |
    (header.memberThreshold - 1);
  const data = [
    ...indicesOf((BigInt(settings) << 20n) | BigInt(places), HEAD_WORDS),
    ...indicesOf(BigInt(`0x${value.toHex()}`), Math.ceil((value.length * 8) / 10)),
  ];
  const checksum = polymod([...customization(header.extendable), ...data, 0, 0, 0]) ^ 1;
  const indices = [...data, ...indicesOf(BigInt(checksum), CHECKSUM_WORDS)];
  return indices.map((index) => WORD_LIST[index] ?? "").join(" ");
};

const shareValue = (indices: readonly number[]): Uint8Array => {
  const bits = indices.length * 10;
  const size = Math.floor(bits / 16) * 2;
  assert(bits - size * 8 <= 8, "a length that a value has");
  const number = numberOf(indices);
  assert(number >> BigInt(size * 8) === 0n, "padding of zeros");
  return Uint8Array.fromHex(number.toString(16).padStart(size * 2, "0"));
};

/** The share of a mnemonic; throws where checksum, padding or length are wrong. */
export const shareOf = (mnemonic: string): WordShare => {
  const indices = mnemonic.split(" ").map((word) => WORD_LIST.indexOf(word));
  assert(indices.length >= LEAST_WORDS && !indices.includes(-1), "words of a share");
  const head = Number(numberOf(indices.slice(0, 2)));
  const places = Number(numberOf(indices.slice(2, HEAD_WORDS)));
  const extendable = ((head >> 4) & 1) === 1;
  assert(polymod([...customization(extendable), ...indices]) === 1, "the checksum holds");
  const header = {
    identifier: head >> 5,
    extendable,
    iterationExponent: head & 15,
    groupIndex: places >> 16,
    groupThreshold: ((places >> 12) & 15) + 1,
    groupCount: ((places >> 8) & 15) + 1,
    memberIndex: (places >> 4) & 15,
    memberThreshold: (places & 15) + 1,
  };
  return { header, value: shareValue(indices.slice(HEAD_WORDS, -CHECKSUM_WORDS)) };
};
