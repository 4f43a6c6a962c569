/**
 * How heavy a transaction gets once it is signed: an upper bound, see `draft-input-size.ts`.
 * BIP-141, "Transaction size".
 */

/** Weight units of a byte that is no witness's. */
export const WITNESS_SCALE = 4;
/** Marker and flag. */
const SEGWIT_MARK = 2;
/** Bytes of a CompactSize number below 2^32. */
export const compactSizeBytes = (count: number): number => {
  if (count < 0xfd) return 1;
  return count <= 0xffff ? 3 : 5;
};

const outputBytes = (scriptBytes: number): number =>
  8 + compactSizeBytes(scriptBytes) + scriptBytes;

/**
 * Weight units of a whole signed transaction.
 *
 * @param inputWeight of each input, see `inputWeight`
 * @param scriptBytes length of each output's scriptPubKey
 * @param hasWitness whether a witness spends the inputs
 */
export const transactionWeight = (
  inputs: number,
  inputWeight: number,
  scriptBytes: readonly number[],
  hasWitness = true,
): number => {
  const outputs = scriptBytes.reduce((sum, bytes) => sum + outputBytes(bytes), 0);
  const versionAndLockTime = 4 + 4;
  const counts = compactSizeBytes(inputs) + compactSizeBytes(scriptBytes.length);
  const mark = hasWitness ? SEGWIT_MARK : 0;
  return WITNESS_SCALE * (versionAndLockTime + counts + outputs) + mark + inputs * inputWeight;
};

/** Virtual bytes of a weight: a quarter, rounded up. */
export const virtualBytes = (weight: number): number => Math.ceil(weight / WITNESS_SCALE);

/**
 * The least amount, in sat, that nodes relay in an output (Bitcoin Core, `GetDustThreshold` at
 * 3 sat/vB): its own bytes and those that spend it. 330 for P2WSH and P2TR, 294 for P2WPKH, 546
 * for P2PKH.
 */
export const dustLimitSats = (scriptBytes: number, isWitness: boolean): number =>
  3 * (outputBytes(scriptBytes) + (isWitness ? 67 : 148));
