/**
 * How heavy a transaction gets once it is signed: an upper bound that no signature exceeds, and
 * that none misses by more than a byte or two of weight per signature. BIP-141, "Transaction size".
 */

const WITNESS_SCALE = 4;
/** Marker and flag. */
const SEGWIT_MARK = 2;
/**
 * A DER signature with low s (r of 33 bytes, s of 32, six of framing) and the sighash byte. With
 * low r it has 71; shorter ones are rare.
 */
const SIGNATURE_BYTES = 72;

const compactSizeBytes = (count: number): number => {
  if (count < 0xfd) return 1;
  return count <= 0xffff ? 3 : 5;
};

/**
 * Weight units of a P2WSH multisig input: at most this, less one per signature byte saved. For
 * 2-of-3 it is 164 + (1 + 1 + 2 * 73 + 1 + 105) = 418, or 104.5 vB.
 *
 * @param witnessScriptBytes 3 + 34 per key, for up to 16 keys
 */
export const multisigInputWeight = (threshold: number, witnessScriptBytes: number): number => {
  const outpointLengthSequence = 32 + 4 + 1 + 4;
  const itemCountAndDummy = compactSizeBytes(threshold + 2) + 1;
  const signatures = threshold * (1 + SIGNATURE_BYTES);
  const script = compactSizeBytes(witnessScriptBytes) + witnessScriptBytes;
  return WITNESS_SCALE * outpointLengthSequence + itemCountAndDummy + signatures + script;
};

const outputBytes = (scriptBytes: number): number =>
  8 + compactSizeBytes(scriptBytes) + scriptBytes;

/**
 * Weight units of a whole signed transaction.
 *
 * @param inputWeight of each input, see `multisigInputWeight`
 * @param scriptBytes length of each output's scriptPubKey
 */
export const transactionWeight = (
  inputs: number,
  inputWeight: number,
  scriptBytes: readonly number[],
): number => {
  const outputs = scriptBytes.reduce((sum, bytes) => sum + outputBytes(bytes), 0);
  const versionAndLockTime = 4 + 4;
  const counts = compactSizeBytes(inputs) + compactSizeBytes(scriptBytes.length);
  return (
    WITNESS_SCALE * (versionAndLockTime + counts + outputs) + SEGWIT_MARK + inputs * inputWeight
  );
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
