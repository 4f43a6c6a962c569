/** Output scripts by what they commit to: keys, scripts and witness programs. */
import type { Crypto } from "../../../hal.ts";
import { hash160 } from "../extended-key.ts";

const OP_0 = 0x00;
const OP_DUP = 0x76;
const OP_EQUAL = 0x87;
const OP_EQUALVERIFY = 0x88;
const OP_HASH160 = 0xa9;
const OP_CHECKSIG = 0xac;
const HASH160_BYTES = 20;

/** A witness program behind its version (BIP-141): 2 bytes more than the program. */
export const witnessProgramScript = (version: number, program: Uint8Array): Uint8Array => {
  const script = new Uint8Array(2 + program.length);
  script[0] = version;
  script[1] = program.length;
  script.set(program, 2);
  return script;
};

/** P2PKH of a key's HASH160: 25 bytes; BIP-143 signs it in place of P2WPKH, too. */
export const keyHashScript = (hash: Uint8Array): Uint8Array => {
  const script = new Uint8Array(HASH160_BYTES + 5);
  script[0] = OP_DUP;
  script[1] = OP_HASH160;
  script[2] = HASH160_BYTES;
  script.set(hash, 3);
  script[HASH160_BYTES + 3] = OP_EQUALVERIFY;
  script[HASH160_BYTES + 4] = OP_CHECKSIG;
  return script;
};

/** P2WPKH of a key's HASH160 (BIP-141): 22 bytes. */
export const witnessKeyHashScript = (hash: Uint8Array): Uint8Array =>
  witnessProgramScript(OP_0, hash);

/** P2SH of a redeem script (BIP-16): 23 bytes. */
export const scriptHashScript = (redeemScript: Uint8Array, crypto: Crypto): Uint8Array => {
  const script = new Uint8Array(HASH160_BYTES + 3);
  script[0] = OP_HASH160;
  script[1] = HASH160_BYTES;
  script.set(hash160(redeemScript, crypto), 2);
  script[HASH160_BYTES + 2] = OP_EQUAL;
  return script;
};

/** P2WSH of a witness script (BIP-141): 34 bytes. */
export const witnessScriptHashScript = (witnessScript: Uint8Array, crypto: Crypto): Uint8Array =>
  witnessProgramScript(OP_0, crypto.sha256Of(witnessScript));
