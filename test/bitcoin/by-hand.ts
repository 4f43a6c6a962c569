/** PSBTs of version 0 written by hand: one input and one output, and whatever is said of them. */
import { encodeCompactSize } from "../../firmware/bitcoin/encoding/compact-size.ts";

/** Bytes out of their hex. */
export const hex = (text: string): Uint8Array => Uint8Array.fromHex(text);

/** One byte string out of several. */
export const join = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts));

/** An entry of a map: its whole key in hex, and its value. */
export const pair = (key: string, value: Uint8Array): Uint8Array =>
  join(encodeCompactSize(key.length / 2), hex(key), encodeCompactSize(value.length), value);

/** What a PSBT begins with. */
export const MAGIC: Uint8Array = hex("70736274ff");
/** What a map ends with. */
export const END: Uint8Array = hex("00");
/** Spends output 0 of a transaction of ones, and pays 1,000 satoshis to `OP_1`. */
export const UNSIGNED: Uint8Array = hex(
  `0200000001${"11".repeat(32)}0000000000ffffffff01e803000000000000015100000000`,
);
/** The entry that has it. */
export const GLOBAL: Uint8Array = pair("00", UNSIGNED);

/** The entries of each of the three maps. */
export interface HandMaps {
  readonly global?: Uint8Array;
  readonly input?: Uint8Array;
  readonly output?: Uint8Array;
}

const NONE = new Uint8Array();

/** A PSBT of those maps; what is not said is empty, the global map `GLOBAL`. */
export const psbtOf = ({ global = GLOBAL, input = NONE, output = NONE }: HandMaps): Uint8Array =>
  join(MAGIC, global, END, input, END, output, END);

/** A PSBT of an unsigned transaction of which nothing more is said. */
export const psbtOfTransaction = (bytes: Uint8Array, maps: number): Uint8Array =>
  join(MAGIC, pair("00", bytes), END, new Uint8Array(maps));
