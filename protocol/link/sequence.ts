/** Sequence numbers: 16 bits that wrap. */

/** The number after `seq`. */
export const nextSeq = (seq: number): number => (seq + 1) & 0xffff;

/** How many numbers lie from `from` to `seq`, 0 to 65,535: what lies behind seems far ahead. */
export const stepsTo = (seq: number, from: number): number => (seq - from) & 0xffff;

/** Whether `seq` comes after `from`; half of the circle lies ahead. */
export const isAhead = (seq: number, from: number): boolean => {
  const steps = stepsTo(seq, from);
  return steps > 0 && steps < 0x8000;
};
