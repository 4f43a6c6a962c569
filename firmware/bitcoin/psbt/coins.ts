/**
 * The coins that inputs spend. A coin is proved by the previous transaction: its id is hashed as
 * it comes, and holds for every input that names it, so that it need not be sent again. In version
 * 0 the inputs of one transaction are known beforehand and stand in a ring; in version 2 the last
 * previous transaction stays until the next one comes.
 */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto } from "../../hal.ts";
import { isSame, sha256 } from "../encoding/bytes.ts";
import { MALFORMED, sinceTold, STARVED, type Window } from "../encoding/window.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { TransactionOutput } from "../transaction/transaction.ts";
import { COIN_HASH_BYTES, INPUT_FLAG, type InputTable } from "./input-table.ts";
import { PSBT_MALFORMED, type PsbtError, type Refused, type Starved } from "./refusal.ts";
import { createPreviousOutputs, type PreviousOutputs } from "./previous-outputs.ts";
import { createPreviousScan } from "./previous-scan.ts";
import type { OutputTaker } from "./transaction-items.ts";

/** What is kept of a coin's script: 28 bytes of its SHA-256. */
export const coinHash = (script: Uint8Array, crypto: Crypto): Uint8Array =>
  sha256(crypto, script).slice(0, COIN_HASH_BYTES);

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

type Coin = Outcome<Uint8Array | undefined, PsbtError>;

/** The previous transaction that was read last. */
interface Previous {
  readonly outputs: PreviousOutputs;
  /** 32 bytes, in hash order; undefined before the first. */
  id: Uint8Array | undefined;
}

/** What coins are settled with. */
interface Settling {
  readonly table: InputTable;
  readonly previous: Previous;
  readonly crypto: Crypto;
}

const isProved = (table: InputTable, input: number): boolean =>
  (table.flagsAt(input) & INPUT_FLAG.isProved) !== 0;

const note = (
  { table, crypto }: Settling,
  input: number,
  { amountSats, script }: TransactionOutput,
  flags: number,
): void => {
  table.setAmount(input, amountSats);
  table.coinAt(input).set(coinHash(script, crypto));
  table.addFlags(input, flags | INPUT_FLAG.hasCoin);
};

const prove = (settling: Settling, input: number, output: number): Uint8Array => {
  const { outputs } = settling.previous;
  const script = outputs.scriptAt(output);
  note(settling, input, { amountSats: outputs.amountAt(output), script }, INPUT_FLAG.isProved);
  return script;
};

/** Whether what was said of a coin is what the previous transaction proves; silence agrees. */
const agreesWith = (settling: Settling, input: number, output: number): boolean => {
  const { table, previous, crypto } = settling;
  if ((table.flagsAt(input) & INPUT_FLAG.hasCoin) === 0) return true;
  return (
    table.amountAt(input) === previous.outputs.amountAt(output) &&
    isCoinOf(table, input, previous.outputs.scriptAt(output), crypto)
  );
};

/**
 * All others of the ring, the first time; those whose output is not there stay unproved.
 *
 * @returns the first input of which something else was said before
 */
const proveRing = (settling: Settling, input: number): number | undefined => {
  const { table, previous } = settling;
  let liar: number | undefined;
  for (let other = table.nextAt(input); other !== input; other = table.nextAt(other)) {
    const output = table.outputAt(other);
    const isThere = output < previous.outputs.count();
    if (!isThere || isProved(table, other)) continue;
    if (!agreesWith(settling, other, output)) liar ??= other;
    prove(settling, other, output);
  }
  return liar;
};

const byPrevious = (
  settling: Settling,
  input: number,
  witnessUtxo: TransactionOutput | undefined,
): Coin => {
  const { table, previous } = settling;
  const { outputs } = previous;
  const output = table.outputAt(input);
  const isFirst = !isProved(table, input);
  if (output >= outputs.count()) return fail("previous_transaction_mismatch");
  const script = prove(settling, input, output);
  const liar = isFirst ? proveRing(settling, input) : undefined;
  if (liar !== undefined) return fail("amount_mismatch", { input: liar });
  const agrees =
    witnessUtxo === undefined ||
    (witnessUtxo.amountSats === outputs.amountAt(output) && isSame(witnessUtxo.script, script));
  return agrees ? ok(script) : fail("amount_mismatch");
};

/** What another input's previous transaction has proved, in the words of the witness UTXO. */
const byRing = (
  { table, crypto }: Settling,
  input: number,
  witnessUtxo: TransactionOutput | undefined,
): Coin => {
  if (witnessUtxo === undefined) return ok(undefined);
  const { amountSats, script } = witnessUtxo;
  const agrees = amountSats === table.amountAt(input) && isCoinOf(table, input, script, crypto);
  return agrees ? ok(script) : fail("amount_mismatch");
};

const byWitnessUtxo = (
  settling: Settling,
  input: number,
  witnessUtxo: TransactionOutput | undefined,
): Coin => {
  if (witnessUtxo === undefined) return ok(undefined);
  note(settling, input, witnessUtxo, 0);
  return ok(witnessUtxo.script);
};

const settleCoin = (
  settling: Settling,
  input: number,
  witnessUtxo: TransactionOutput | undefined,
  hasOwnPrevious: boolean,
): Coin => {
  const { table, previous } = settling;
  const isNamed = previous.id !== undefined && isSame(previous.id, table.idAt(input));
  if (hasOwnPrevious && !isNamed) return fail("previous_transaction_mismatch");
  if (isNamed && (hasOwnPrevious || witnessUtxo !== undefined)) {
    return byPrevious(settling, input, witnessUtxo);
  }
  const settle = isProved(table, input) ? byRing : byWitnessUtxo;
  return settle(settling, input, witnessUtxo);
};

/** A reader of previous transactions, one after another. */
const createPreviousReader = (window: Window, previous: Previous, crypto: Crypto) => {
  let isOutOfRange = false;
  let hash = crypto.sha256();
  const { outputs } = previous;
  const take: OutputTaker = (amountSats, from, to) => {
    if (amountSats > BITCOIN_LIMITS.amountSats) isOutOfRange = true;
    outputs.add(amountSats, sinceTold(window, from), to - from);
  };
  const scan = createPreviousScan(window, take, (stretch) => {
    hash = hash.update(stretch);
    outputs.keep(stretch);
  });
  const begin = (): void => {
    outputs.clear();
    isOutOfRange = false;
    hash = crypto.sha256();
    scan.open();
  };
  return (isBegun: boolean): Refused | Starved => {
    if (!isBegun) begin();
    const state = scan.step();
    if (state === STARVED) return "starved";
    if (state === MALFORMED) return PSBT_MALFORMED;
    previous.id = sha256(crypto, hash.digest());
    return isOutOfRange ? fail("amount_out_of_range") : undefined;
  };
};

/** No coin is known yet. */
export const createCoins = (window: Window, table: InputTable, crypto: Crypto): Coins => {
  const previous: Previous = { outputs: createPreviousOutputs(), id: undefined };
  const settling = { table, previous, crypto };
  return {
    readPrevious: createPreviousReader(window, previous, crypto),
    settle: (input, witnessUtxo, hasOwnPrevious) =>
      settleCoin(settling, input, witnessUtxo, hasOwnPrevious),
  };
};
