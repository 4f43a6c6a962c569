/** What of a review is signed, as signing knows it. */
import type { Signable } from "../../signing/work.ts";
import { ownKey, type RegisteredWallet } from "../wallet/registered-wallet.ts";
import type { ReviewedInputs } from "./inputs.ts";

/** The tasks of a wallet's inputs, below the wallet's own key of this device. */
export const signableOf = (reviewed: {
  readonly wallet: RegisteredWallet;
  readonly inputs: ReviewedInputs;
}): Signable => ({
  originPath: ownKey(reviewed.wallet).originPath,
  count: reviewed.inputs.own,
  tasks: reviewed.inputs.tasks,
});
