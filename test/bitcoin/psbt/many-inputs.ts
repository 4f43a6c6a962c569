/** PSBTs of thousands of inputs, written as they are sent: nobody holds one whole. */
import { doubleSha256, sha256 } from "../../../firmware/bitcoin/encoding/bytes.ts";
import { compactSize, INPUT, littleEndian } from "../../agreement/psbt-maps.ts";
import { END, join, MAGIC } from "../by-hand.ts";
import { crypto, FINGERPRINT } from "../wallet-fixture.ts";

const bytes = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);
const sized = (value: Uint8Array): Uint8Array => join(compactSize(value.length), value);
const entry = (key: Uint8Array, value: Uint8Array): Uint8Array => join(sized(key), sized(value));

const WITNESS_SCRIPT = bytes(171);
const P2WSH = join(Uint8Array.of(0x00, 32), sha256(crypto, WITNESS_SCRIPT));
const P2TR = join(Uint8Array.of(0x51, 32), bytes(32));

/** A previous transaction of one output; its number makes it another. */
const previousOf = (number: number, script: Uint8Array): Uint8Array =>
  join(
    littleEndian(2, 4),
    Uint8Array.of(1),
    bytes(32),
    littleEndian(number, 4),
    sized(bytes(107)),
    bytes(4, 0xff),
    Uint8Array.of(1),
    littleEndian(1_000 + number, 8),
    sized(script),
    bytes(4, 0),
  );

const hintOf = (key: number, index: number): Uint8Array => {
  const path = [2 ** 31 + 48, 2 ** 31 + 1, 2 ** 31, 2 ** 31 + 2, 0, index];
  const origin = key === 0 ? FINGERPRINT : bytes(4, key);
  const value = join(origin, ...path.map((step) => littleEndian(step, 4)));
  return entry(join(Uint8Array.of(INPUT.derivation, 2), bytes(32, key)), value);
};

const wshMap = (index: number): Uint8Array =>
  join(
    entry(Uint8Array.of(INPUT.previousTransaction), previousOf(index, P2WSH)),
    entry(Uint8Array.of(INPUT.witnessScript), WITNESS_SCRIPT),
    hintOf(0, index),
    hintOf(1, index),
    hintOf(2, index),
    END,
  );

const leafMap = (index: number): Uint8Array =>
  join(
    entry(Uint8Array.of(INPUT.witnessUtxo), join(littleEndian(1_000 + index, 8), sized(P2TR))),
    entry(join(Uint8Array.of(INPUT.leafScript), bytes(65)), join(bytes(70), Uint8Array.of(0xc0))),
    entry(
      join(Uint8Array.of(INPUT.taprootDerivation), bytes(32)),
      join(Uint8Array.of(1), bytes(32), FINGERPRINT, littleEndian(0, 4), littleEndian(index, 4)),
    ),
    END,
  );

const CHUNK = 1_000;

/**
 * Version 0 of so many inputs, each some 600 bytes: P2WSH with its own previous transaction.
 *
 * @yields the global map, then a thousand inputs at a time
 */
export function* manyInputs(count: number, kind: "wsh" | "leaf"): Generator<Uint8Array> {
  const script = kind === "wsh" ? P2WSH : P2TR;
  const outpoints = Array.from({ length: count }, (_, number) =>
    join(doubleSha256(crypto, previousOf(number, script)), bytes(5, 0), bytes(4, 0xff)),
  );
  const output = join(littleEndian(1_000, 8), sized(P2WSH));
  const transaction = join(
    littleEndian(2, 4),
    compactSize(count),
    ...outpoints,
    Uint8Array.of(1),
    output,
    bytes(4, 0),
  );
  yield join(MAGIC, entry(Uint8Array.of(0), transaction), END);
  const mapOf = kind === "wsh" ? wshMap : leafMap;
  for (let at = 0; at < count; at += CHUNK) {
    const some = Math.min(CHUNK, count - at);
    yield join(...Array.from({ length: some }, (_, i) => mapOf(at + i)));
  }
  yield END;
}

/**
 * The same in pieces of a length.
 *
 * @yields each piece
 */
export function* inPieces(parts: Iterable<Uint8Array>, length: number): Generator<Uint8Array> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += length) yield part.subarray(at, at + length);
  }
}
