/**
 * Proof of funds (BIP-322, "Full (Proof of Funds)"): `to_sign` with coins as further inputs. They
 * are signed as if they were spent, and are not, for the first input's sake: see virtual.ts. So
 * the one thing that must hold is that this input is there, for this message and this address.
 */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { isSame } from "../encoding/bytes.ts";
import { outpointOf, type Transaction } from "../transaction/transaction.ts";
import { PROOF_OUTPUT } from "./virtual.ts";

/** Versions that verifiers know (BIP-322, "Verification"). */
const VERSIONS: readonly number[] = [0, 2];

const isProofOutput = ({ outputs }: Transaction): boolean => {
  const [output] = outputs;
  return (
    outputs.length === 1 &&
    output !== undefined &&
    output.amountSats === PROOF_OUTPUT.amountSats &&
    isSame(output.script, PROOF_OUTPUT.script)
  );
};

const problemOf = (transaction: Transaction, outpoint: Uint8Array): string | undefined => {
  const { version, sequences, lockTime } = transaction;
  if (!isSame(outpointOf(transaction, 0), outpoint)) {
    return "the first input does not spend the message";
  }
  if (sequences.length < 2) return "no coin is proved";
  if (!isProofOutput(transaction)) return "another output than OP_RETURN with no amount";
  if (!VERSIONS.includes(version)) return "a version that is neither 0 nor 2";
  // No script of ours has a time lock, and a proof that counts later would have to be shown as one.
  return lockTime === 0 && sequences[0] === 0 ? undefined : "a time lock";
};

/**
 * Whether a transaction is `to_sign` of a message with coins added; `outpoint` is the message's
 * and the address's, from `challengeOutpoint`. `proof_malformed` with `details.why`.
 */
export const checkProof = (
  transaction: Transaction,
  outpoint: Uint8Array,
): Outcome<void, "proof_malformed"> => {
  const why = problemOf(transaction, outpoint);
  return why === undefined ? ok(undefined) : fail("proof_malformed", { why });
};
