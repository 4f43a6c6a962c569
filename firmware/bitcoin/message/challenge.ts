/** What is signed of a message, for every kind of script that a wallet has. */
import type { Crypto } from "../../hal.ts";
import { sha256 } from "../encoding/bytes.ts";
import { createLegacyDigest } from "../transaction/sighash/legacy.ts";
import { ALL, createSegwitDigest } from "../transaction/sighash/segwit-v0.ts";
import { SIGHASH, type SighashType } from "../transaction/sighash/sighash-type.ts";
import { createTaprootDigest } from "../transaction/sighash/taproot.ts";
import { sizedScript } from "../transaction/transaction.ts";
import { assert } from "../../../protocol/errors.ts";
import type { ScriptKind } from "../wallet/template/template.ts";
import { toSign } from "./virtual.ts";

/** The script of the address whose owner signs. */
export interface Challenge {
  readonly kind: ScriptKind;
  readonly scriptPubKey: Uint8Array;
  /** What digests before taproot commit to; of taproot nothing. */
  readonly scriptCode: Uint8Array;
}

/** Gives the 32-byte digest of `to_sign`'s only input; by a leaf's hash for taproot's scripts. */
export type MessageDigest = (leafHash?: Uint8Array) => Uint8Array;

const DEFAULT: SighashType = { byte: SIGHASH.default, outputs: "all", isAnyoneCanPay: false };

/** The sighash byte of a kind's signatures: all is signed, which taproot says by DEFAULT. */
export const messageSighash = (kind: ScriptKind): number =>
  kind === "tr" ? SIGHASH.default : SIGHASH.all;

/** Digests of one message under one script (BIP-322, "Signing"). */
export const createMessageDigest = (
  message: Uint8Array,
  { kind, scriptPubKey, scriptCode }: Challenge,
  crypto: Crypto,
): MessageDigest => {
  const transaction = toSign(message, scriptPubKey, crypto);
  const digestOf = (leafHash: Uint8Array | undefined): Uint8Array | undefined => {
    switch (kind) {
      case "pkh":
      case "sh":
        return createLegacyDigest(transaction, crypto)(0, scriptCode, ALL);
      case "wpkh":
      case "sh-wpkh":
      case "wsh":
      case "sh-wsh":
        return createSegwitDigest(transaction, crypto)(0, scriptCode, 0);
      case "tr": {
        const coins = { amounts: [0], scriptsHash: sha256(crypto, sizedScript(scriptPubKey)) };
        return createTaprootDigest(transaction, coins, crypto)(0, { type: DEFAULT, leafHash });
      }
    }
  };
  return (leafHash) => {
    const digest = digestOf(leafHash);
    assert(digest !== undefined, "to_sign has an input, and its type commits to all outputs");
    return digest;
  };
};

/** Whether addresses of a kind have a legacy signature: one key, and not taproot (BIP-137). */
export const hasLegacyFormat = (kind: ScriptKind): boolean =>
  kind === "pkh" || kind === "wpkh" || kind === "sh-wpkh";
