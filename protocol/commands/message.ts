/** Signed messages: that a wallet's owners said something (BIP-322). */
import { bool, bytes, choice, field, list, map, optional, text, uint } from "../cbor/schema.ts";
import { LIMITS } from "../limits.ts";
import { RECORD_BYTES } from "../signature-record.ts";
import { command } from "./command.ts";
import { PSBT_ERRORS } from "./psbt-errors.ts";

/** A leaf of a taproot script tree whose signatures are in the reply, and the proof of it. */
const LEAF = map({
  /** Its place in the template's order. */
  leaf: field(0, uint(0xfffe)),
  script: field(1, bytes(1, LIMITS.script)),
  /** BIP-341, "Script validation rules". */
  controlBlock: field(2, bytes(33, LIMITS.controlBlock)),
});

/** What is said, and for which address. */
const SIGNED = {
  walletId: field(0, bytes(32)),
  isChange: field(1, bool()),
  index: field(2, uint(0x7fff_ffff)),
  message: field(3, text(LIMITS.signedMessage)),
};

/** What the address's hashes and its output key stand for. */
const SCRIPTS = {
  /** Of P2SH, and of P2WSH. */
  redeemScript: optional(2, bytes(1, LIMITS.script)),
  witnessScript: optional(3, bytes(1, LIMITS.script)),
  /** Where leaves were signed. */
  leaves: optional(4, list(LEAF, LIMITS.messageSignatures)),
};

/** Message commands, by method name. */
export const messageCommands = {
  signMessage: command({
    code: 0x31,
    doc: "Sign a message for an address of a registered wallet (BIP-322, or the legacy form).",
    commandLine: "message sign",
    // Whoever may have the wallet's coins spent, may have it speak.
    access: ["vault"],
    phases: ["ready"],
    // It changes nothing and gives the same twice; but a person pressed for it, and an answer that
    // was lost on the line is told again under its key and costs no second press.
    idempotent: false,
    since: 1,
    stability: "provisional",
    params: map({
      ...SIGNED,
      /** The legacy form is of wallets of one key, and not of taproot (BIP-137). */
      format: field(4, choice("bip322", "legacy")),
    }),
    result: map({
      address: field(0, text(96)),
      /** Records of protocol/signature-record.ts, all of input 0; the legacy form has sighash 0. */
      signatures: field(1, bytes(RECORD_BYTES, LIMITS.messageSignatures * RECORD_BYTES)),
      ...SCRIPTS,
    }),
    errors: [
      "wallet_unknown",
      "index_out_of_range",
      "message_unsupported",
      "declined",
      "consent_timeout",
    ],
  }),
  proveFunds: command({
    code: 0x32,
    doc: "Sign a message with coins besides, to prove and not to spend them (BIP-322).",
    commandLine: "message sign",
    access: ["vault"],
    phases: ["ready"],
    idempotent: false,
    since: 1,
    stability: "provisional",
    params: map({
      ...SIGNED,
    }),
    upload: { name: "psbt", bytes: LIMITS.psbt },
    result: map({
      address: field(0, text(96)),
      /** Records of protocol/signature-record.ts, of every input. */
      signatures: field(1, bytes(0, LIMITS.signatures * RECORD_BYTES)),
      ...SCRIPTS,
    }),
    errors: [
      "wallet_unknown",
      "index_out_of_range",
      "message_unsupported",
      "proof_malformed",
      ...PSBT_ERRORS,
      "declined",
      "consent_timeout",
    ],
  }),
};
