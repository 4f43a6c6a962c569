/**
 * What a secret looks like in memory in one form: an image, of which every window of 8 bytes is
 * looked for. Windows of few different bytes are left out: memory is full of them.
 */
import { PATTERN_BYTES } from "./pattern-table.ts";

/** The bytes of one form. */
export interface Image {
  /** As a table of findings names it. */
  readonly form: string;
  readonly bytes: Uint8Array;
  /** From one window to the next: 1, or what a digit or limb takes. */
  readonly step: number;
  /** How much of the secret a window tells, in bytes. */
  readonly toldBytes: number;
}

/** Fewer different bytes than this are found anywhere by chance. */
const DISTINCT_BYTES = 4;

/** An image whose window tells as many bytes as it has. */
export const plainImage = (form: string, bytes: Uint8Array): Image => ({
  form,
  bytes,
  step: 1,
  toldBytes: PATTERN_BYTES,
});

const isTelling = (bytes: Uint8Array, offset: number): boolean =>
  new Set(bytes.subarray(offset, offset + PATTERN_BYTES)).size >= DISTINCT_BYTES;

/** Offsets of the windows to look for, in order. */
export const windowsOf = ({ bytes, step }: Image): readonly number[] => {
  const offsets: number[] = [];
  for (let offset = 0; offset + PATTERN_BYTES <= bytes.length; offset += step) {
    if (isTelling(bytes, offset)) offsets.push(offset);
  }
  return offsets;
};
