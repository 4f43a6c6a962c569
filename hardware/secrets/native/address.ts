/** Addresses of native memory. What lies there never becomes a JavaScript value. */
import type { Pointer } from "bun:ffi";
import { assert } from "../../../protocol/errors.ts";

/** Bytes at a place in the arena. */
export interface Span {
  readonly at: Pointer;
  readonly length: number;
}

/** Public bytes of ours, or a place in the arena. */
export type Bytes = Uint8Array | Span;

const isAddress = (value: number): value is Pointer => Number.isSafeInteger(value) && value > 0;

/** A number as an address; one that is none is our own mistake. */
export const addressOf = (value: number): Pointer => {
  assert(isAddress(value), "an address is a whole number above zero");
  return value;
};

/** What a native call returned as an address; `undefined` where it returned none. */
export const returned = (value: Pointer | bigint | null): Pointer | undefined =>
  value === null ? undefined : addressOf(Number(value));

/** The address so many bytes on. */
export const past = (at: Pointer, bytes: number): Pointer => addressOf(at + bytes);

/** Stands where native code wants an address and reads nothing. */
const NOTHING = new Uint8Array(1);

/** The address of bytes for a native call, together with their length. */
export const placeOf = (bytes: Bytes): Uint8Array | Pointer => {
  if (!(bytes instanceof Uint8Array)) return bytes.at;
  return bytes.length === 0 ? NOTHING : bytes;
};
