/** What is measured, and how: a step again and again until its time is over. */

/** One thing that one subject does, by itself. */
export interface Case {
  /** `subject: work`; a table of references goes by it. */
  readonly title: string;
  readonly step: () => void;
}

/** Steps a second, over at least one step and at least so long. */
export const rateOf = ({ step }: Case, sliceMs: number): number => {
  const began = performance.now();
  let [count, now] = [0, began];
  while (count === 0 || now - began < sliceMs) {
    step();
    count += 1;
    now = performance.now();
  }
  return (1000 * count) / (now - began);
};

/** Bytes of a digest to sign. */
export const DIGEST_BYTES = 32;

/**
 * Digests that never recur, in one buffer that is written over: half of all digests need a second
 * try for a low R, so that a fixed one would measure its own luck.
 */
export const createDigests = (): (() => Uint8Array) => {
  const words = new Uint32Array(DIGEST_BYTES / Uint32Array.BYTES_PER_ELEMENT);
  const digest = new Uint8Array(words.buffer);
  let counter = 0;
  return () => {
    counter += 1;
    words[0] = counter;
    return digest;
  };
};

/** So many values made beforehand, then handed out in turn. */
export const createRing = <T>(length: number, make: () => T): (() => T) => {
  const first = make();
  const values = [first, ...Array.from({ length: length - 1 }, make)];
  let at = 0;
  return () => {
    at = (at + 1) % length;
    return values[at] ?? first;
  };
};

/** Signatures that a verification has at hand. */
export const RING = 64;

/** A call that says 1 where it went well; throws otherwise. */
export const demand = (call: string, result: number): void => {
  if (result !== 1) throw new Error(`${call} gave ${result}`);
};
