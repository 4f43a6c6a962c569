/**
 * Every failure either side can name. One table: wire code, group, whether the caller may try
 * again, and one sentence that says what happened. Codes are never reused.
 */
import { CUSTODY_ERRORS } from "./custody-errors.ts";
import { type Declaration, entry } from "./error-entry.ts";

export type { ErrorGroup, Retry } from "./error-entry.ts";

/** The table. Hundreds are groups. */
export const ERRORS = {
  link_down: entry(101, "link", "same", "The serial link went down before the answer came."),
  link_loopback: entry(102, "link", "never", "The line returns our own bytes: it is looped back."),
  link_incompatible: entry(
    103,
    "link",
    "never",
    "The two sides speak no common version of the protocol.",
  ),
  record_too_large: entry(104, "link", "never", "The record is larger than the link carries."),
  bytes_without_frames: entry(
    105,
    "link",
    "later",
    "Bytes come, but no frames among them: is the baud rate right?",
  ),

  session_refused: entry(201, "session", "new-session", "The device refused the session."),
  role_denied: entry(202, "session", "never", "The session's role does not allow the command."),
  device_unknown: entry(203, "session", "never", "This host does not know the device's link key."),
  pairing_closed: entry(204, "session", "later", "The device shows no pairing code for this."),
  role_not_pairable: entry(
    205,
    "session",
    "never",
    "That role comes from the device's trust only, not by pairing.",
  ),
  link_key_mismatch: entry(
    206,
    "session",
    "never",
    "The device's link key is not the one that this host knows.",
  ),
  pairing_words_invalid: entry(207, "session", "never", "Those are not the 12 words of a code."),

  malformed_message: entry(301, "call", "never", "The record is not a well-formed message."),
  unknown_command: entry(302, "call", "never", "The device knows no such command."),
  invalid_params: entry(303, "call", "never", "The parameters do not fit the command's schema."),
  wrong_phase: entry(304, "call", "never", "The command is not allowed in the device's phase."),
  busy: entry(305, "call", "later", "The device is at work on another call."),
  timeout: entry(306, "call", "same", "The answer did not come in time."),
  cancelled: entry(307, "call", "never", "The call was cancelled before it took effect."),
  malformed_reply: entry(308, "call", "never", "The device's answer does not fit the command."),

  idempotency_key_reused: entry(
    401,
    "idempotency",
    "never",
    "The idempotency key was used before for another request.",
  ),
  call_indeterminate: entry(
    402,
    "idempotency",
    "later",
    "The device restarted during the call: whether it took effect is not known.",
  ),
  ledger_full: entry(
    403,
    "idempotency",
    "later",
    "The device remembers as many calls as it can, and none is old enough to forget.",
  ),

  body_too_large: entry(501, "upload", "never", "The request is larger than the device takes."),
  body_mismatch: entry(502, "upload", "same", "The request's bytes are not those it announced."),
  body_stalled: entry(503, "upload", "same", "The request's bytes stopped coming."),

  wallet_unknown: entry(601, "policy", "never", "No registered wallet fits."),
  wallet_malformed: entry(602, "policy", "never", "The wallet policy is not well-formed."),
  wallet_unsupported: entry(
    603,
    "policy",
    "never",
    "The wallet policy is of a kind that is not supported here.",
  ),
  wallet_key_not_ours: entry(604, "policy", "never", "None of the wallet's keys is this device's."),
  wallet_key_repeated: entry(605, "policy", "never", "A key stands in the wallet policy twice."),
  wallet_keys_ours: entry(
    606,
    "policy",
    "never",
    "More than one of the wallet's keys is this device's own.",
  ),
  wallet_limit: entry(607, "policy", "never", "The device holds as many wallets as it can."),
  index_out_of_range: entry(608, "policy", "never", "The address index or path is out of range."),

  psbt_malformed: entry(701, "signing", "never", "The bytes are not a well-formed PSBT."),
  psbt_unsupported: entry(702, "signing", "never", "The PSBT uses a feature this signer refuses."),
  previous_transaction_missing: entry(
    703,
    "signing",
    "never",
    "An input comes without its previous transaction.",
  ),
  previous_transaction_mismatch: entry(
    704,
    "signing",
    "never",
    "A previous transaction is not the one its input spends.",
  ),
  amount_mismatch: entry(
    705,
    "signing",
    "never",
    "An input's amount or script differs from its previous transaction.",
  ),
  sighash_refused: entry(
    706,
    "signing",
    "never",
    "An input asks for a sighash type that the wallet does not allow.",
  ),
  input_foreign: entry(707, "signing", "never", "An input does not belong to the wallet."),
  script_mismatch: entry(
    708,
    "signing",
    "never",
    "An input's script is not the one the wallet derives.",
  ),
  change_foreign: entry(709, "signing", "never", "An output claims to be the wallet's and is not."),
  input_repeated: entry(710, "signing", "never", "Two inputs spend the same coin."),
  outputs_exceed_inputs: entry(711, "signing", "never", "The outputs pay more than the inputs."),
  too_many_inputs: entry(712, "signing", "never", "The PSBT has more inputs than are signed."),
  amount_out_of_range: entry(713, "signing", "never", "An amount is above 21 million bitcoin."),
  change_gap: entry(
    714,
    "signing",
    "never",
    "Change goes to an address so far ahead that it would hardly be found again.",
  ),
  change_branch: entry(
    715,
    "signing",
    "never",
    "An output names this device's key, but no place of the wallet.",
  ),
  leaf_foreign: entry(716, "signing", "never", "A leaf is not in the wallet's script tree."),
  taproot_mismatch: entry(
    717,
    "signing",
    "never",
    "An internal key or merkle root is not the one the wallet derives.",
  ),
  fee_high: entry(
    718,
    "signing",
    "never",
    "The fee is above 1 BTC or 25 % of what is spent; the wallet may allow it.",
  ),
  message_unsupported: entry(
    731,
    "signing",
    "never",
    "Addresses of that wallet have no signed message of that format.",
  ),
  proof_malformed: entry(
    732,
    "signing",
    "never",
    "The PSBT is no proof of funds of that message and address.",
  ),

  declined: entry(801, "device", "never", "The person at the device said no."),
  consent_timeout: entry(802, "device", "later", "Nobody answered at the device in time."),
  device_fault: entry(803, "device", "never", "The device found a fault of its own and sealed."),
  rng_failed: entry(804, "device", "never", "The device's random generator failed."),
  only_insecure: entry(
    805,
    "device",
    "never",
    "Only an insecure emulator does this; a real board takes it from its manifest.",
  ),

  engine_missing: entry(
    806,
    "device",
    "never",
    "The native engine does not run here: it needs libsecp256k1, OpenSSL 3 and locked pages.",
  ),
  self_test_failed: entry(
    807,
    "device",
    "never",
    "The device's own test of its engine failed: it holds no keys.",
  ),

  ...CUSTODY_ERRORS,

  port_missing: entry(1001, "host", "later", "There is no such port or device."),
  port_busy: entry(
    1002,
    "host",
    "later",
    "The port is in use; `mayfly link` shares one among up to eight programs.",
  ),
  port_denied: entry(1003, "host", "never", "This user may not open the port."),
  not_a_signer: entry(1004, "host", "never", "Nothing on the port answers as a Mayfly signer."),
  not_a_psbt: entry(1005, "host", "never", "The file is not a PSBT."),
  file_missing: entry(1006, "host", "never", "There is no such file."),
  file_unreadable: entry(1007, "host", "never", "The file cannot be read or written."),
  file_malformed: entry(1008, "host", "never", "The file does not hold what it should."),
  file_exists: entry(1009, "host", "never", "The file is there already and is not overwritten."),
  arguments_invalid: entry(1010, "host", "never", "The arguments are not understood."),
  emulator_failed: entry(1011, "host", "later", "The emulator's process did not start."),
  signers_missing: entry(1012, "host", "later", "Too few signers answered for the quorum."),
  signature_invalid: entry(1013, "host", "never", "A signature does not verify."),
  check_failed: entry(1014, "host", "never", "The final check refused the transaction."),
  funds_insufficient: entry(1015, "host", "later", "The coins do not cover payments and fee."),
  nothing_to_pay: entry(1016, "host", "never", "No request passed the screening."),
  request_malformed: entry(1017, "host", "never", "The line is not a withdrawal request."),
  device_changed: entry(1019, "host", "never", "The device is not the one that answered before."),
  attestation_invalid: entry(1020, "host", "never", "The device's attestation does not hold."),
  signature_inconclusive: entry(
    1031,
    "host",
    "never",
    "The signature's script is none that can be judged here.",
  ),
  unexpected: entry(1018, "host", "never", "Mayfly met a fault of its own."),
} as const satisfies Record<string, Declaration>;

/** A name from the table. */
export type ErrorName = keyof typeof ERRORS;

/**
 * Small public facts about a failure, such as the input it concerns. At most `LIMITS.detailItems`
 * of them cross the wire; never a secret.
 */
export type Details = Readonly<Record<string, string | number>>;

/** A refusal: its name, and where it helps, what it concerns. */
export interface Failure<E extends ErrorName = ErrorName> {
  readonly ok: false;
  readonly error: E;
  readonly details?: Details;
}

/** A value or a named refusal. What crosses a boundary returns this and does not throw. */
export type Outcome<T, E extends ErrorName = ErrorName> =
  | { readonly ok: true; readonly value: T }
  | Failure<E>;

/** Wraps a value. */
export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

/** Names a refusal. */
export const fail = <const E extends ErrorName>(error: E, details?: Details): Failure<E> =>
  details === undefined ? { ok: false, error } : { ok: false, error, details };

/** Whether a text is a name of the table. */
export const isErrorName = (name: string): name is ErrorName => Object.hasOwn(ERRORS, name);

/** All names, in the table's order. */
export const ERROR_NAMES: readonly ErrorName[] = Object.keys(ERRORS).filter(isErrorName);

/** The name of a wire code; `undefined` where the table has none. */
export const errorOfCode = (code: number): ErrorName | undefined =>
  ERROR_NAMES.find((name) => ERRORS[name].code === code);

/**
 * For our own mistakes only, never for a peer's: throws with the sentence. On the device the
 * runtime catches it, wipes and ends.
 */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${sentence}`);
}
