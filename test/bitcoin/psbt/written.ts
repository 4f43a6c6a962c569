/** PSBTs written map by map: spends of coins that a test makes up, in either version. */
import { Transaction } from "bitcoinjs-lib";
import { type Psbt, type PsbtError, parsePsbt } from "../../../firmware/bitcoin/index.ts";
import type { Outcome } from "../../../protocol/errors.ts";
import {
  compactSize,
  INPUT,
  littleEndian,
  pair,
  type PairMap,
  type PsbtMaps,
  toVersion2,
  writeMaps,
} from "../../agreement/psbt-maps.ts";
import { CONTEXT } from "../wallet-fixture.ts";

/** An output of a previous transaction. */
export interface Coin {
  readonly amountSats: number;
  readonly script: Uint8Array;
}

/** An input: which output of which transaction, and what the PSBT says besides. */
export interface WrittenInput {
  readonly previous: Transaction;
  readonly vout: number;
  /** Whether the previous transaction is given. */
  readonly isGiven?: boolean;
  /** A witness UTXO: the true one, or whatever is said. */
  readonly utxo?: "true" | Coin;
  readonly map?: PairMap;
}

/** Output scripts that nobody spends here. */
export const SCRIPT: Uint8Array = Uint8Array.fromHex(
  "0014751e76e8199196d454941c45d1b3a323f1433bd6",
);

/** A previous transaction; `salt` tells one from another. */
export const previousOf = (
  coins: readonly Coin[],
  salt: number,
  hasWitness = false,
): Transaction => {
  const previous = new Transaction();
  previous.version = 2;
  previous.addInput(new Uint8Array(32).fill(9), salt);
  if (hasWitness) previous.setWitness(0, [new Uint8Array(71), new Uint8Array(33)]);
  else previous.setInputScript(0, new Uint8Array(107).fill(salt));
  for (const { script, amountSats } of coins) previous.addOutput(script, BigInt(amountSats));
  return previous;
};

const coinOf = ({ previous, vout }: WrittenInput): Coin => {
  const { script, value } = previous.outs[vout] ?? { script: SCRIPT, value: 0n };
  return { script, amountSats: Number(value) };
};

/** A witness UTXO's value. */
export const utxoValue = ({ amountSats, script }: Coin): Uint8Array =>
  Uint8Array.of(...littleEndian(amountSats, 8), ...compactSize(script.length), ...script);

const mapOf = (input: WrittenInput): PairMap => {
  const { previous, isGiven, utxo, map = [] } = input;
  const said = utxo === "true" ? coinOf(input) : utxo;
  return [
    ...(isGiven === true ? [pair(INPUT.previousTransaction, previous.toBuffer())] : []),
    ...(said === undefined ? [] : [pair(INPUT.witnessUtxo, utxoValue(said))]),
    ...map,
  ];
};

/** The maps of a spend in version 0; one output. */
export const written = (...inputs: readonly WrittenInput[]): PsbtMaps => {
  const transaction = new Transaction();
  transaction.version = 2;
  for (const { previous, vout } of inputs) transaction.addInput(previous.getHash(), vout);
  transaction.addOutput(SCRIPT, 1_000n);
  return {
    global: [pair(0x00, transaction.toBuffer())],
    inputs: inputs.map(mapOf),
    outputs: [[]],
  };
};

/** Reads maps in a version. */
export const readIn = (version: 0 | 2, maps: PsbtMaps): Outcome<Psbt, PsbtError> =>
  parsePsbt(writeMaps(version === 0 ? maps : toVersion2(maps)), CONTEXT);

/** The same as a value of any shape, to be compared with a refusal. */
export const refusalIn = (version: 0 | 2, maps: PsbtMaps): unknown => readIn(version, maps);
