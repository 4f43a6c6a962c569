/** The outputs of the previous transaction that is being read: amounts and scripts, in one room. */
import { BITCOIN_LIMITS } from "../limits.ts";

/** Outputs by their number, until the next transaction comes. */
export interface PreviousOutputs {
  readonly clear: () => void;
  /** A script that is too long to be anybody's is left out. */
  readonly add: (amountSats: number, script: Uint8Array | undefined) => void;
  readonly count: () => number;
  readonly amountAt: (index: number) => number;
  /** A view that is good until the next `clear`; empty for a script that was left out. */
  readonly scriptAt: (index: number) => Uint8Array;
}

const FIRST_OUTPUTS = 16;
const FIRST_BYTES = 1024;

const larger = (needed: number, present: number): number => Math.max(needed, 2 * present);

/** No outputs; what is held grows with what comes, to a transaction's size and an eighth more. */
export const createPreviousOutputs = (): PreviousOutputs => {
  let amounts = new Float64Array(FIRST_OUTPUTS);
  let ends = new Uint32Array(FIRST_OUTPUTS);
  let scripts = new Uint8Array(FIRST_BYTES);
  let count = 0;
  let used = 0;

  const growOutputs = (): void => {
    const [moreAmounts, moreEnds] = [new Float64Array(2 * count), new Uint32Array(2 * count)];
    moreAmounts.set(amounts);
    moreEnds.set(ends);
    amounts = moreAmounts;
    ends = moreEnds;
  };
  const append = (script: Uint8Array): void => {
    const end = used + script.length;
    if (end > scripts.length) {
      const more = new Uint8Array(larger(end, scripts.length));
      more.set(scripts);
      scripts = more;
    }
    scripts.set(script, used);
    used = end;
  };
  return {
    clear: () => {
      count = 0;
      used = 0;
      if (scripts.length > BITCOIN_LIMITS.scriptBytes) scripts = new Uint8Array(FIRST_BYTES);
    },
    add: (amountSats, script) => {
      if (count === amounts.length) growOutputs();
      if (script !== undefined) append(script);
      amounts[count] = amountSats;
      ends[count] = used;
      count += 1;
    },
    count: () => count,
    amountAt: (index) => amounts[index] ?? 0,
    scriptAt: (index) => scripts.subarray(index === 0 ? 0 : ends[index - 1], ends[index]),
  };
};
