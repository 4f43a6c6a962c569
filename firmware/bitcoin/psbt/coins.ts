/**
 * The coins that inputs spend. A coin is proved by the previous transaction: its id is hashed as
 * it comes, and holds for every input that names it, so that it need not be sent again. In version
 * 0 the inputs of one transaction are known beforehand and stand in a ring; in version 2 the last
 * previous transaction stays until the next one comes.
 */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto } from "../../hal.ts";
import { isSame, sha256 } from "../encoding/bytes.ts";
import { MALFORMED, STARVED, type Window } from "../encoding/window.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import { STEP_ITEMS, type Steps } from "../steps.ts";
import type { TransactionOutput } from "../transaction/transaction.ts";
import { COIN_HASH_BYTES, INPUT_FLAG, type InputTable } from "./input-table.ts";
import { PSBT_MALFORMED, type PsbtError, type Refused, type Starved } from "./map.ts";
import { createPreviousOutputs } from "./previous-outputs.ts";
import { createPreviousScan } from "./previous-scan.ts";

const ID_BYTES = 32;

/**
 * Puts the inputs of one previous transaction into a ring, once all outpoints are known.
 *
 * @returns the first input whose outpoint came before
 * @yields after some of them
 */
export function* linkInputs(table: InputTable): Steps<number | undefined> {
  const seen = new Set<string>();
  const rings = new Map<string, number>();
  for (let input = 0; input < table.count(); input += 1) {
    const name = table.outpointAt(input).toHex();
    if (seen.has(name)) return input;
    seen.add(name);
    const id = name.slice(0, 2 * ID_BYTES);
    const last = rings.get(id);
    table.setNext(input, last === undefined ? input : table.nextAt(last));
    if (last !== undefined) table.setNext(last, input);
    rings.set(id, input);
    if (input % STEP_ITEMS === STEP_ITEMS - 1) yield;
  }
  return undefined;
}

/** What is kept of a coin's script: 28 bytes of its SHA-256. */
export const coinHash = (script: Uint8Array, crypto: Crypto): Uint8Array =>
  sha256(crypto, script).subarray(0, COIN_HASH_BYTES);

/** Whether a script is that of an input's coin. */
export const isCoinOf = (
  table: InputTable,
  input: number,
  script: Uint8Array,
  crypto: Crypto,
): boolean => isSame(coinHash(script, crypto), table.coinAt(input).subarray(0, COIN_HASH_BYTES));

/** Coins as they become known. */
export interface Coins {
  /** Reads a previous transaction, from its beginning or on, up to the window's boundary. */
  readonly readPrevious: (isBegun: boolean) => Refused | Starved;
  /**
   * Settles an input's coin: by a previous transaction where one names it, else by the witness UTXO
   * alone. Gives its script, or undefined where nothing was said of it.
   */
  readonly settle: (
    input: number,
    witnessUtxo: TransactionOutput | undefined,
    hasOwnPrevious: boolean,
  ) => Outcome<Uint8Array | undefined, PsbtError>;
}

/** No coin is known yet. */
export const createCoins = (window: Window, table: InputTable, crypto: Crypto): Coins => {
  const outputs = createPreviousOutputs();
  let id: Uint8Array | undefined;
  let isOutOfRange = false;
  let hash = crypto.sha256();
  const take = (amountSats: number, script: Uint8Array | undefined): void => {
    if (amountSats > BITCOIN_LIMITS.amountSats) isOutOfRange = true;
    outputs.add(amountSats, script);
  };
  const scan = createPreviousScan(window, take, (stretch) => {
    hash = hash.update(stretch);
  });
  const begin = (): void => {
    outputs.clear();
    isOutOfRange = false;
    hash = crypto.sha256();
    scan.open();
  };

  const prove = (input: number, output: number): Uint8Array => {
    const script = outputs.scriptAt(output);
    table.setAmount(input, outputs.amountAt(output));
    table.coinAt(input).set(coinHash(script, crypto));
    table.addFlags(input, INPUT_FLAG.hasCoin | INPUT_FLAG.isProved);
    return script;
  };
  const isProved = (input: number): boolean => (table.flagsAt(input) & INPUT_FLAG.isProved) !== 0;

  /** All others of the ring, the first time; those whose output is not there stay unproved. */
  const proveRing = (input: number): void => {
    for (let other = table.nextAt(input); other !== input; other = table.nextAt(other)) {
      const output = table.outputAt(other);
      if (!isProved(other) && output < outputs.count()) prove(other, output);
    }
  };
  const byPrevious = (
    input: number,
    witnessUtxo: TransactionOutput | undefined,
  ): Outcome<Uint8Array, PsbtError> => {
    const output = table.outputAt(input);
    const isKnown = isProved(input);
    if (output >= outputs.count()) return fail("previous_transaction_mismatch");
    const script = prove(input, output);
    if (!isKnown) proveRing(input);
    const agrees =
      witnessUtxo === undefined ||
      (witnessUtxo.amountSats === outputs.amountAt(output) && isSame(witnessUtxo.script, script));
    return agrees ? ok(script) : fail("amount_mismatch");
  };
  /** What another input's previous transaction has proved, in the words of the witness UTXO. */
  const byRing = (
    input: number,
    witnessUtxo: TransactionOutput | undefined,
  ): Outcome<Uint8Array | undefined, PsbtError> => {
    if (witnessUtxo === undefined) return ok(undefined);
    const agrees =
      witnessUtxo.amountSats === table.amountAt(input) &&
      isCoinOf(table, input, witnessUtxo.script, crypto);
    return agrees ? ok(witnessUtxo.script) : fail("amount_mismatch");
  };
  const byWitnessUtxo = (input: number, { amountSats, script }: TransactionOutput): Uint8Array => {
    table.setAmount(input, amountSats);
    table.coinAt(input).set(coinHash(script, crypto));
    table.addFlags(input, INPUT_FLAG.hasCoin);
    return script;
  };
  return {
    readPrevious: (isBegun) => {
      if (!isBegun) begin();
      const state = scan.step();
      if (state === STARVED) return "starved";
      if (state === MALFORMED) return PSBT_MALFORMED;
      id = sha256(crypto, hash.digest());
      return isOutOfRange ? fail("amount_out_of_range") : undefined;
    },
    settle: (input, witnessUtxo, hasOwnPrevious) => {
      const isNamed = id !== undefined && isSame(id, table.idAt(input));
      if (hasOwnPrevious && !isNamed) return fail("previous_transaction_mismatch");
      if (isNamed && (hasOwnPrevious || witnessUtxo !== undefined)) {
        return byPrevious(input, witnessUtxo);
      }
      if (isProved(input)) return byRing(input, witnessUtxo);
      return ok(witnessUtxo === undefined ? undefined : byWitnessUtxo(input, witnessUtxo));
    },
  };
};
