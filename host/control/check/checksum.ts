/** The checksum of output descriptors. Source: BIP-380, "Checksum". */

const INPUT_CHARSET =
  "0123456789()[],'/*abcdefgh@:$%{}" +
  "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~" +
  'ijklmnopqrstuvwxyzABCDEFGH`#"\\ ';
const CHECKSUM_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [
  0xf5dee51989n,
  0xa9fdca3312n,
  0x1bab10e32dn,
  0x3706b1677an,
  0x644d626ffdn,
] as const;
const CHECKSUM_LENGTH = 8;

const polymod = (symbols: readonly number[]): bigint =>
  symbols.reduce((state, symbol) => {
    const top = state >> 35n;
    const shifted = ((state & 0x7ffffffffn) << 5n) ^ BigInt(symbol);
    return GENERATOR.reduce(
      (sum, term, bit) => ((top >> BigInt(bit)) & 1n ? sum ^ term : sum),
      shifted,
    );
  }, 1n);

// "After every 3rd symbol, a 4th symbol is inserted which represents the group numbers combined."
const expand = (text: string): readonly number[] | undefined => {
  const symbols: number[] = [];
  let groups = 0;
  let pending = 0;
  for (const character of text) {
    const position = INPUT_CHARSET.indexOf(character);
    if (position === -1) return undefined;
    symbols.push(position & 31);
    groups = groups * 3 + (position >> 5);
    pending += 1;
    if (pending < 3) continue;
    symbols.push(groups);
    groups = 0;
    pending = 0;
  }
  return pending === 0 ? symbols : [...symbols, groups];
};

/** The eight checksum characters of a descriptor; `undefined` where it has characters of no set. */
export const descriptorChecksum = (descriptor: string): string | undefined => {
  const symbols = expand(descriptor);
  if (symbols === undefined) return undefined;
  const checksum = polymod([...symbols, ...Array<number>(CHECKSUM_LENGTH).fill(0)]) ^ 1n;
  return Array.from({ length: CHECKSUM_LENGTH }, (_, index) => {
    const shift = BigInt(5 * (CHECKSUM_LENGTH - 1 - index));
    return CHECKSUM_CHARSET.charAt(Number((checksum >> shift) & 31n));
  }).join("");
};

/** The descriptor before `#CHECKSUM`; `undefined` where the checksum is missing or wrong. */
export const verifyChecksum = (text: string): string | undefined => {
  const end = text.length - CHECKSUM_LENGTH - 1;
  if (end < 0 || text.charAt(end) !== "#") return undefined;
  const descriptor = text.slice(0, end);
  return descriptorChecksum(descriptor) === text.slice(end + 1) ? descriptor : undefined;
};
