/** A sealed share on its way to the engine's program, as a line of JSON. */
import type { Envelope, ShareHeader } from "../../../firmware/hal.ts";

/** What the program loads. */
export interface Loading {
  readonly envelope: Envelope;
  readonly header: ShareHeader;
  readonly path: readonly number[];
}

/** The sole share of a 1-of-1 set. */
export const SOLE: ShareHeader = {
  identifier: 0x1234,
  extendable: true,
  iterationExponent: 0,
  groupIndex: 0,
  groupThreshold: 1,
  groupCount: 1,
  memberIndex: 0,
  memberThreshold: 1,
};

/** Writes the line: hex of the encapsulated key, hex of the ciphertext, the path. */
export const writeLoading = ({ envelope, path }: Loading): string =>
  [envelope.encapsulated.toHex(), envelope.ciphertext.toHex(), ...path].join(" ");

/** Reads it. */
export const readLoading = (line: string): Loading => {
  const [encapsulated = "", ciphertext = "", ...path] = line.split(" ");
  return {
    envelope: {
      encapsulated: Uint8Array.fromHex(encapsulated),
      ciphertext: Uint8Array.fromHex(ciphertext),
    },
    header: SOLE,
    path: path.map(Number),
  };
};
