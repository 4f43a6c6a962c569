/** A sealed share on its way to the engine's program, as a line of JSON. */
import type { Envelope, ShareHeader } from "../../../firmware/hal.ts";
import { SOLE } from "../../secrets/oracles/loading.ts";

/** What the program loads. */
export interface Loading {
  readonly envelope: Envelope;
  readonly header: ShareHeader;
  readonly path: readonly number[];
}

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
