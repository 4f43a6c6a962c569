/** What a transaction is charged with once it is committed. */
import type { Review } from "../bitcoin/index.ts";
import type { Charge } from "../ledger/ledger.ts";

/** What leaves; what is signed of a transaction that was signed otherwise before, in full. */
export const chargeOf = ({ txid, leavingSats, part, inputs }: Review): Charge => ({
  txid,
  amountSats: leavingSats,
  part: { name: part, amountSats: inputs.ownSats },
});
