/** Byte strings put together and in order. */

import { hex } from "@scure/base";

/** In the order of their bytes, as BIP-67 sorts keys: for `toSorted`. */
export const compareBytes = (left: Uint8Array, right: Uint8Array): number =>
  hex.encode(left) < hex.encode(right) ? -1 : 1;

/** One after another. */
export const concatBytes = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
