/** What reading a PSBT comes to where it does not go on. */
import { type Failure, fail } from "../../../protocol/errors.ts";

/** Why a PSBT is not read. */
export type PsbtError =
  | "psbt_malformed"
  | "psbt_unsupported"
  | "too_many_inputs"
  | "amount_out_of_range"
  | "previous_transaction_mismatch"
  | "amount_mismatch"
  | "script_mismatch"
  | "sighash_refused"
  | "input_repeated";

/** Nothing, or why not. */
export type Refused = Failure<PsbtError> | undefined;

/** What does not fit. */
export const PSBT_MALFORMED: Failure<"psbt_malformed"> = fail("psbt_malformed");

/** More bytes are needed. */
export type Starved = "starved";
