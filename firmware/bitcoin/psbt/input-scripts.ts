/**
 * What a PSBT claims of a coin's scripts: each has to be the one that the coin commits to (BIP-16,
 * BIP-141), so that a coin which is the wallet's has the wallet's scripts.
 */
import type { Crypto } from "../../hal.ts";
import { isSame, sha256 } from "../encoding/bytes.ts";

const P2SH_BYTES = 23;
const OP_HASH160 = 0xa9;
const OP_EQUAL = 0x87;
const PUSH_20 = 20;
const PUSH_32 = 32;
const OP_0 = 0x00;
const OP_1 = 0x51;
const P2WSH_BYTES = 34;

/** Scripts as an input's or an output's map has them. */
export interface ClaimedScripts {
  readonly redeemScript: Uint8Array | undefined;
  readonly witnessScript: Uint8Array | undefined;
}

/** Whether a script is `OP_1 <32 bytes>` (BIP-341). */
export const isTaproot = (script: Uint8Array): boolean =>
  script.length === P2WSH_BYTES && script[0] === OP_1 && script[1] === PUSH_32;

const isScriptHashOf = (script: Uint8Array, redeemScript: Uint8Array, crypto: Crypto): boolean =>
  script.length === P2SH_BYTES &&
  script[0] === OP_HASH160 &&
  script[1] === PUSH_20 &&
  script[P2SH_BYTES - 1] === OP_EQUAL &&
  isSame(crypto.ripemd160(sha256(crypto, redeemScript)), script.slice(2, P2SH_BYTES - 1));

const isWitnessHashOf = (script: Uint8Array, witnessScript: Uint8Array, crypto: Crypto): boolean =>
  script.length === P2WSH_BYTES &&
  script[0] === OP_0 &&
  script[1] === PUSH_32 &&
  isSame(sha256(crypto, witnessScript), script.slice(2));

/** Whether an output script commits to the scripts that are claimed, as far as there are any. */
export const areCommitted = (
  script: Uint8Array,
  { redeemScript, witnessScript }: ClaimedScripts,
  crypto: Crypto,
): boolean =>
  (redeemScript === undefined || isScriptHashOf(script, redeemScript, crypto)) &&
  (witnessScript === undefined || isWitnessHashOf(redeemScript ?? script, witnessScript, crypto));
