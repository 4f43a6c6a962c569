/** A transaction as digests are made of it: numbers, outpoints, sequences and outputs. */
import { concatBytes } from "../encoding/bytes.ts";
import { encodeCompactSize } from "../encoding/compact-size.ts";

/** An output. */
export interface TransactionOutput {
  readonly amountSats: number;
  readonly script: Uint8Array;
}

/** An unsigned transaction; inputs stand in columns. */
export interface Transaction {
  /** As 4 bytes stand for it, unsigned. */
  readonly version: number;
  readonly lockTime: number;
  /** 36 bytes for each input: the previous transaction's id in hash order, the output's number. */
  readonly outpoints: Uint8Array;
  /** One for each input. */
  readonly sequences: Uint32Array;
  readonly outputs: readonly TransactionOutput[];
}

/** Bytes of an outpoint. */
export const OUTPOINT_BYTES = 36;

/** A view of an input's outpoint. */
export const outpointOf = ({ outpoints }: Transaction, input: number): Uint8Array =>
  outpoints.subarray(OUTPOINT_BYTES * input, OUTPOINT_BYTES * (input + 1));

/** Writes a number as 4 bytes, little-endian. */
export const setUint32 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
};

/** Numbers as 4 bytes each, little-endian. */
export const uint32s = (...values: readonly number[]): Uint8Array => uint32Bytes(values);

/** Many numbers as 4 bytes each, little-endian; the buffer of a short array is dear to look at. */
export const uint32Bytes = (values: ArrayLike<number>): Uint8Array => {
  const bytes = new Uint8Array(4 * values.length);
  for (let i = 0; i < values.length; i += 1) setUint32(bytes, 4 * i, values[i] ?? 0);
  return bytes;
};

/** Writes an amount as 8 bytes. */
export const setAmount = (view: DataView, at: number, sats: number): void => {
  view.setUint32(at, sats % 0x1_0000_0000, true);
  view.setUint32(at + 4, Math.floor(sats / 0x1_0000_0000), true);
};

/** Amounts as 8 bytes each, little-endian. */
export const amountBytes = (amounts: ArrayLike<number>): Uint8Array => {
  const bytes = new Uint8Array(8 * amounts.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < amounts.length; i += 1) setAmount(view, 8 * i, amounts[i] ?? 0);
  return bytes;
};

/** A script with its length before it. */
export const sizedScript = (script: Uint8Array): Uint8Array =>
  concatBytes(encodeCompactSize(script.length), script);

/** An output as it is serialised. */
export const outputBytesOf = ({ amountSats, script }: TransactionOutput): Uint8Array =>
  concatBytes(amountBytes([amountSats]), sizedScript(script));

/** All outputs as they are serialised, without their count. */
export const outputsBytesOf = ({ outputs }: Transaction): Uint8Array =>
  concatBytes(...outputs.map(outputBytesOf));
