/** The numbers of a PSBT's fields that the vault reads or writes (BIP-174, 370, 371). */

/** What a PSBT begins with: `psbt` and 0xff. */
export const MAGIC: Uint8Array = Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff);

/** Of the global map. */
export const GLOBAL = {
  unsignedTx: 0x00,
  transactionVersion: 0x02,
  fallbackLocktime: 0x03,
  inputCount: 0x04,
  outputCount: 0x05,
  modifiable: 0x06,
  version: 0xfb,
} as const;

/** Of an input's map. */
export const INPUT = {
  nonWitnessUtxo: 0x00,
  witnessUtxo: 0x01,
  partialSignature: 0x02,
  sighashType: 0x03,
  redeemScript: 0x04,
  witnessScript: 0x05,
  derivation: 0x06,
  previousTxid: 0x0e,
  outputIndex: 0x0f,
  sequence: 0x10,
  requiredTime: 0x11,
  requiredHeight: 0x12,
  tapKeySignature: 0x13,
  tapScriptSignature: 0x14,
  tapLeafScript: 0x15,
  tapDerivation: 0x16,
  tapInternalKey: 0x17,
  tapMerkleRoot: 0x18,
} as const;

/** Of an output's map. */
export const OUTPUT = {
  redeemScript: 0x00,
  witnessScript: 0x01,
  derivation: 0x02,
  amount: 0x03,
  script: 0x04,
  tapInternalKey: 0x05,
  tapTree: 0x06,
  tapDerivation: 0x07,
} as const;
