/** What signatures forbid others to change in a PSBT of version 2 (BIP-370, "Signer"). */

import { readSighash, SIGHASH } from "./combine-digest.ts";
import { GLOBAL } from "./psbt-fields.ts";
import { type PsbtMap, psbtField, valueIn, withField } from "./psbt-map.ts";

const INPUTS_MODIFIABLE = 1;
const OUTPUTS_MODIFIABLE = 2;
const HAS_SINGLE = 4;

/**
 * The global map after a signature of that sighash type was added: inputs may no longer change
 * unless anyone can pay, nor outputs unless none is signed; SIGHASH_SINGLE leaves its mark.
 */
export const modifiableAfter = (global: PsbtMap, sighash: number): PsbtMap => {
  const { outputs, isAnyoneCanPay } = readSighash(sighash);
  const before = valueIn(global, GLOBAL.modifiable)?.[0] ?? 0;
  const fixed =
    (isAnyoneCanPay ? 0 : INPUTS_MODIFIABLE) | (outputs === SIGHASH.none ? 0 : OUTPUTS_MODIFIABLE);
  const after = (before & ~fixed) | (outputs === SIGHASH.single ? HAS_SINGLE : 0);
  return after === before
    ? global
    : withField(global, psbtField(GLOBAL.modifiable, Uint8Array.of(after)));
};
