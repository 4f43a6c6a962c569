/** Wallets, the keys they are made of, and their addresses. */
import { command } from "./command.ts";
import { LIMITS } from "../limits.ts";
import { ROLES } from "../session/role.ts";
import { WALLET_POLICY } from "../wallet-policy.ts";
import { bool, bytes, field, list, map, text, uint } from "../cbor/schema.ts";

/** Wallet commands, by method name. */
export const walletCommands = {
  registerWallet: command({
    code: 0x20,
    doc: "Register a wallet policy (BIP-388); insecure emulators only.",
    commandLine: "wallet register",
    access: ["vault", "operator"],
    phases: ["ready"],
    idempotent: false,
    since: 1,
    stability: "provisional",
    params: WALLET_POLICY,
    result: map({
      walletId: field(0, bytes(32)),
      receive: field(1, text(LIMITS.descriptor)),
      change: field(2, text(LIMITS.descriptor)),
    }),
    errors: [
      "only_insecure",
      "wallet_malformed",
      "wallet_unsupported",
      "wallet_key_not_ours",
      "wallet_key_repeated",
      "wallet_keys_ours",
      "wallet_limit",
      "declined",
      "consent_timeout",
    ],
  }),
  getXpub: command({
    code: 0x21,
    doc: "The extended public key at a path (BIP-32).",
    commandLine: "xpub",
    access: ["vault", "operator", "auditor"],
    phases: ["ready", "suspended"],
    idempotent: true,
    since: 1,
    stability: "stable",
    params: map({ path: field(0, list(uint(0xffff_ffff), LIMITS.pathLength)) }),
    result: map({ xpub: field(0, text(128)), fingerprint: field(1, bytes(4)) }),
    errors: ["index_out_of_range"],
  }),
  getAddress: command({
    code: 0x22,
    doc: "An address of a registered wallet, derived by the device.",
    commandLine: "wallet address",
    access: [...ROLES],
    phases: ["ready", "suspended"],
    idempotent: true,
    since: 1,
    stability: "stable",
    params: map({
      walletId: field(0, bytes(32)),
      isChange: field(1, bool()),
      index: field(2, uint(0x7fff_ffff)),
      /** Show it on the device and wait for a press. */
      isShown: field(3, bool()),
    }),
    result: map({
      address: field(0, text(96)),
      /** 34 bytes of P2WSH and P2TR, 22 of P2WPKH, 23 of P2SH, 25 of P2PKH. */
      scriptPubKey: field(1, bytes(22, 34)),
    }),
    errors: ["wallet_unknown", "index_out_of_range", "declined", "consent_timeout"],
  }),
};
