/**
 * The outputs of the previous transaction that is being read: the transaction itself in one room,
 * as it is told in stretches, and where in it the scripts are.
 */
import { BITCOIN_LIMITS } from "../limits.ts";

/** Outputs by their number, until the next transaction comes. */
export interface PreviousOutputs {
  readonly clear: () => void;
  /** The next stretch of the transaction. */
  readonly keep: (stretch: Uint8Array) => void;
  /** A script is so far behind the stretches that were kept, and so long. */
  readonly add: (amountSats: number, ahead: number, size: number) => void;
  readonly count: () => number;
  readonly amountAt: (index: number) => number;
  /** A view, once all is kept, that is good until the next `clear`; empty for what has no size. */
  readonly scriptAt: (index: number) => Uint8Array;
}

const FIRST_OUTPUTS = 16;
const FIRST_BYTES = 4096;

/** No outputs; what is held grows with what comes, to twice a transaction's size. */
export const createPreviousOutputs = (): PreviousOutputs => {
  let amounts = new Float64Array(FIRST_OUTPUTS);
  let starts = new Uint32Array(FIRST_OUTPUTS);
  let sizes = new Uint32Array(FIRST_OUTPUTS);
  let kept = new Uint8Array(FIRST_BYTES);
  let count = 0;
  let used = 0;

  const growOutputs = (): void => {
    const length = 2 * count;
    const [moreAmounts, moreStarts] = [new Float64Array(length), new Uint32Array(length)];
    const moreSizes = new Uint32Array(length);
    moreAmounts.set(amounts);
    moreStarts.set(starts);
    moreSizes.set(sizes);
    [amounts, starts, sizes] = [moreAmounts, moreStarts, moreSizes];
  };
  return {
    clear: () => {
      count = 0;
      used = 0;
      if (kept.length > BITCOIN_LIMITS.scriptBytes) kept = new Uint8Array(FIRST_BYTES);
    },
    keep: (stretch) => {
      const end = used + stretch.length;
      if (end > kept.length) {
        const more = new Uint8Array(Math.max(end, 2 * kept.length));
        more.set(kept.subarray(0, used));
        kept = more;
      }
      kept.set(stretch, used);
      used = end;
    },
    add: (amountSats, ahead, size) => {
      if (count === amounts.length) growOutputs();
      amounts[count] = amountSats;
      starts[count] = used + ahead;
      sizes[count] = size;
      count += 1;
    },
    count: () => count,
    amountAt: (index) => amounts[index] ?? 0,
    scriptAt: (index) => {
      const start = starts[index] ?? 0;
      return kept.subarray(start, start + (sizes[index] ?? 0));
    },
  };
};
