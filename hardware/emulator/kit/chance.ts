/** All chance of a test, from one seed: each part draws from a stream of its own. */
import { createHash } from "node:crypto";
import type { Rng } from "../../../firmware/hal.ts";
import { createSeededRng } from "../board/seeded-rng.ts";
import { chosenSeed } from "./chosen-seed.ts";

/** Chance of an emulator and its host. */
export interface Chance {
  /** As it is said when a test fails, and told to have the same again. */
  readonly seed: string;
  /** A stream of its own: what is drawn from it changes no other. */
  readonly stream: (label: string) => Rng;
  /** Bytes of a stream of that name, others at each call. */
  readonly bytesOf: (label: string, length: number) => () => Uint8Array;
}

const textOf = (seed: string | Uint8Array): string =>
  typeof seed === "string" ? seed : seed.toHex();

/** Chance of a seed; of the next of this process's unless told. */
export const createChance = (given?: string | Uint8Array): Chance => {
  const seed = given === undefined ? chosenSeed() : textOf(given);
  const key = Uint8Array.from(createHash("sha256").update(seed).digest());
  const stream = (label: string): Rng => createSeededRng(key, label);
  return {
    seed,
    stream,
    bytesOf: (label, length) => {
      const rng = stream(label);
      return () => {
        const bytes = new Uint8Array(length);
        rng.fill(bytes);
        return bytes;
      };
    },
  };
};
