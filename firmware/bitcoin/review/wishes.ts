/**
 * Keys that a review is going to need. It derives what it needs itself; whoever runs it may have
 * the keys of the next inputs derived on other cores meanwhile, and supply them in time.
 */
import type { KeysWish } from "../../signing/work.ts";
import { INPUT_FLAG } from "../psbt/input-table.ts";
import type { Psbt } from "../psbt/psbt.ts";
import type { RegisteredWallet } from "../wallet/registered-wallet.ts";
import type { Branch } from "../wallet/script.ts";
import { branchOfWay } from "./places.ts";

/** Keys that are wished for at first, so that some are there soon. */
const FIRST_KEYS = 48;
/** Inputs whose keys are wished for at most at once. */
const MOST_INPUTS = 64;

/** Inputs from one on and up to another. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The first inputs of a wallet's. */
export const firstStretch = ({ policy: { expressions } }: RegisteredWallet): Stretch => ({
  from: 0,
  to: Math.ceil(FIRST_KEYS / expressions.length),
});

/** Those that follow: twice as many, until there are enough at once. */
export const stretchAfter = ({ from, to }: Stretch): Stretch => ({
  from: to,
  to: to + Math.min(MOST_INPUTS, 2 * (to - from)),
});

/** Gives the wishes for a stretch of inputs. */
export const createWishes = (psbt: Psbt, wallet: RegisteredWallet) => {
  const { inputs, ways } = psbt;
  const { deriver } = wallet;
  const branches = ways.map((way) => branchOfWay(wallet, way));
  const branchAt = (input: number): Branch | undefined => {
    const hasPlace = (inputs.flagsAt(input) & INPUT_FLAG.hasPlace) !== 0;
    return hasPlace ? branches[inputs.wayAt(input)] : undefined;
  };
  return ({ from, to }: Stretch): readonly KeysWish[] => {
    const wished: Readonly<Record<Branch, Set<number>>> = { 0: new Set(), 1: new Set() };
    const end = Math.min(inputs.count(), to);
    for (let input = from; input < end; input += 1) {
      const branch = branchAt(input);
      if (branch !== undefined) wished[branch].add(inputs.indexAt(input));
    }
    const branchesWished: readonly Branch[] = [0, 1];
    return branchesWished.flatMap((branch) =>
      wished[branch].size === 0
        ? []
        : [{ deriver, branch, indices: Uint32Array.from(wished[branch]) }],
    );
  };
};
