/**
 * Golden names and numbers of protocol version 1. Nobody edits them: peers in the field have them.
 * Names are added; a change of one that is here is a new version and brings v02.test.ts and v02/
 * beside these.
 */

/** Frame types by their number. */
export const FRAME_TYPES = {
  hello: 1,
  helloAck: 2,
  data: 3,
  ack: 4,
  nak: 5,
  ping: 6,
  pong: 7,
  reset: 8,
} as const;

/** Flags of a frame. */
export const FLAGS = {
  first: 0x01,
  last: 0x02,
  handshake: 0x04,
  retransmit: 0x08,
  device: 0x80,
} as const;

/** Kinds of messages by their number. */
export const MESSAGE_KINDS = {
  request: 0,
  result: 1,
  refusal: 2,
  cancel: 3,
  progress: 4,
  part: 5,
  credit: 6,
  chunk: 7,
} as const;

/** Texts that travel. */
export const ROLES = ["vault", "operator", "auditor", "control"] as const;

/** Texts that travel. */
export const PHASES = [
  "boot",
  "sealed",
  "provisioning",
  "ready",
  "suspended",
  "tampered",
  "ended",
] as const;

/** Texts that travel. */
export const CALL_PHASES = ["receiving", "working", "reviewing", "asking", "signing"] as const;

/** Errors by their code. */
export const ERROR_CODES = {
  link_down: 101,
  link_loopback: 102,
  link_incompatible: 103,
  record_too_large: 104,
  bytes_without_frames: 105,
  session_refused: 201,
  role_denied: 202,
  device_unknown: 203,
  pairing_closed: 204,
  role_not_pairable: 205,
  link_key_mismatch: 206,
  pairing_words_invalid: 207,
  malformed_message: 301,
  unknown_command: 302,
  invalid_params: 303,
  wrong_phase: 304,
  busy: 305,
  timeout: 306,
  cancelled: 307,
  malformed_reply: 308,
  idempotency_key_reused: 401,
  call_indeterminate: 402,
  ledger_full: 403,
  body_too_large: 501,
  body_mismatch: 502,
  body_stalled: 503,
  wallet_unknown: 601,
  wallet_malformed: 602,
  wallet_unsupported: 603,
  wallet_key_not_ours: 604,
  wallet_key_repeated: 605,
  wallet_keys_ours: 606,
  wallet_limit: 607,
  index_out_of_range: 608,
  psbt_malformed: 701,
  psbt_unsupported: 702,
  previous_transaction_missing: 703,
  previous_transaction_mismatch: 704,
  amount_mismatch: 705,
  sighash_refused: 706,
  input_foreign: 707,
  script_mismatch: 708,
  change_foreign: 709,
  input_repeated: 710,
  outputs_exceed_inputs: 711,
  too_many_inputs: 712,
  amount_out_of_range: 713,
  declined: 801,
  consent_timeout: 802,
  device_fault: 803,
  rng_failed: 804,
  only_insecure: 805,
  share_unreadable: 901,
  share_misaddressed: 902,
  share_repeated: 903,
  shares_mixed: 904,
  shares_wrong: 905,
  seed_mismatch: 906,
  threshold_invalid: 907,
  custodian_invalid: 908,
  custodian_repeated: 909,
  quote_expired: 910,
  quote_malformed: 911,
  share_malformed: 912,
  port_missing: 1001,
  port_busy: 1002,
  port_denied: 1003,
  not_a_signer: 1004,
  not_a_psbt: 1005,
  file_missing: 1006,
  file_unreadable: 1007,
  file_malformed: 1008,
  file_exists: 1009,
  arguments_invalid: 1010,
  emulator_failed: 1011,
  signers_missing: 1012,
  signature_invalid: 1013,
  check_failed: 1014,
  funds_insufficient: 1015,
  nothing_to_pay: 1016,
  request_malformed: 1017,
  unexpected: 1018,
  device_changed: 1019,
} as const;
