/** Signatures over what the device has reviewed itself. */
import { command } from "./command.ts";
import { PSBT_ERRORS } from "./psbt-errors.ts";
import { LIMITS } from "../limits.ts";
import { bytes, field, map, optional } from "../cbor/schema.ts";
import { RECORD_BYTES } from "../signature-record.ts";

/** Signing commands, by method name. */
export const signingCommands = {
  signPsbt: command({
    code: 0x30,
    doc: "Review a PSBT (BIP-174) of a registered wallet and sign its inputs.",
    commandLine: "sign",
    access: ["vault"],
    phases: ["ready"],
    idempotent: false,
    since: 1,
    stability: "provisional",
    params: map({
      /** The wallet it spends from; without it the one that owns the first input. */
      walletId: optional(1, bytes(32)),
    }),
    upload: { name: "psbt", bytes: LIMITS.psbt },
    result: map({
      walletId: field(0, bytes(32)),
      /** Records of protocol/signature-record.ts. */
      signatures: field(1, bytes(0, LIMITS.signatures * RECORD_BYTES)),
    }),
    errors: [
      "wallet_unknown",
      "index_out_of_range",
      ...PSBT_ERRORS,
      "change_foreign",
      "change_branch",
      "change_gap",
      "outputs_exceed_inputs",
      "fee_high",
      "declined",
      "consent_timeout",
    ],
  }),
};
