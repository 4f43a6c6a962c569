/** Why a PSBT is refused, whatever is to be signed of it. */

/** What reading one, and reviewing its inputs, may come to. */
export const PSBT_ERRORS = [
  "psbt_malformed",
  "psbt_unsupported",
  "previous_transaction_missing",
  "previous_transaction_mismatch",
  "amount_mismatch",
  "amount_out_of_range",
  "sighash_refused",
  "input_foreign",
  "input_repeated",
  "script_mismatch",
  "leaf_foreign",
  "taproot_mismatch",
  "too_many_inputs",
] as const;
