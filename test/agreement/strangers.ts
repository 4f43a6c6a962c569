/** Scripts of people who have no part in a wallet, of every type there is. */
import * as ecc from "@bitcoinerlab/secp256k1";
import { elementOf } from "../bitcoin/expect-value.ts";
import type { Random } from "../protocol/random.ts";

/** Output keys of taproot are points: some, made once. */
const POINTS: readonly Uint8Array[] = Array.from({ length: 16 }, (_, at) => {
  const point = ecc.xOnlyPointFromScalar(new Uint8Array(32).fill(0xa0 + at));
  return Uint8Array.from(point);
});

const MAKERS: readonly ((random: Random) => Uint8Array)[] = [
  (random) => Uint8Array.of(0x76, 0xa9, 20, ...random.bytes(20), 0x88, 0xac),
  (random) => Uint8Array.of(0xa9, 20, ...random.bytes(20), 0x87),
  (random) => Uint8Array.of(0x00, 20, ...random.bytes(20)),
  (random) => Uint8Array.of(0x00, 32, ...random.bytes(32)),
  (random) => Uint8Array.of(0x51, 32, ...elementOf(POINTS, random.below(POINTS.length))),
  (random) => Uint8Array.of(0x6a, 16, ...random.bytes(16)),
];

/** P2PKH, P2SH, P2WPKH, P2WSH, P2TR or OP_RETURN. */
export const strangerScript = (random: Random): Uint8Array =>
  elementOf(MAKERS, random.below(MAKERS.length))(random);
