/** The unsigned transaction of a version 0 PSBT as it comes: no witnesses, no scripts (BIP-174). */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { uint32At } from "../encoding/bytes.ts";
import { has, STARVED, waitFor, type Window } from "../encoding/window.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { Steps } from "../steps.ts";
import { OUTPOINT_BYTES, type TransactionOutput } from "../transaction/transaction.ts";
import type { InputTable } from "./input-table.ts";
import { createLinker } from "./links.ts";
import type { PsbtError } from "./refusal.ts";
import {
  BARE_INPUT_BYTES,
  BARE_OUTPUT_BYTES,
  DONE,
  readCount,
  LEFT_OUT,
  type OutputTaker,
  takeOutput,
} from "./transaction-items.ts";

/** What is kept of it besides its inputs. */
export interface UnsignedTransaction {
  /** As 4 bytes stand for it, unsigned. */
  readonly version: number;
  readonly lockTime: number;
  readonly inputs: number;
  readonly outputs: readonly TransactionOutput[];
}

/**
 * Four bytes, little-endian; undefined where they do not come.
 *
 * @yields while they have not come
 */
function* uint32Steps(window: Window): Steps<number | undefined> {
  if (!(yield* waitFor(window, 4))) return undefined;
  window.at += 4;
  return uint32At(window.bytes, window.at - 4);
}

/** One input, which is here as a whole; whether its script is empty. */
const takeInput = (window: Window, table: InputTable, input: number): boolean => {
  const { at, bytes, view } = window;
  if (bytes[at + OUTPOINT_BYTES] !== 0) return false;
  table.outpointAt(input).set(bytes.subarray(at, at + OUTPOINT_BYTES));
  table.setSequence(input, view.getUint32(at + OUTPOINT_BYTES + 1, true));
  window.at += BARE_INPUT_BYTES;
  return true;
};

/**
 * How many of something follow; negative where they would not fit.
 *
 * @yields while the number has not come
 */
function* countSteps(window: Window, bytesEach: number): Steps<number> {
  for (;;) {
    const count = readCount(window, bytesEach);
    if (count !== STARVED) return count;
    yield;
  }
}

function* inputsSteps(window: Window, table: InputTable): Steps<Outcome<number, PsbtError>> {
  const count = yield* countSteps(window, BARE_INPUT_BYTES);
  if (count < 0) return fail("psbt_malformed");
  if (count > BITCOIN_LIMITS.inputs) return fail("too_many_inputs", { inputs: count });
  table.open(count);
  // As they come: a pass over all of them would let bytes pile up meanwhile.
  const link = createLinker(table);
  for (let input = 0; input < count; input += 1) {
    const isHere = has(window, BARE_INPUT_BYTES) || (yield* waitFor(window, BARE_INPUT_BYTES));
    if (!isHere || !takeInput(window, table, input)) return fail("psbt_malformed", { input });
    if (!link(input)) return fail("input_repeated", { input });
  }
  return ok(count);
}

function* outputsSteps(window: Window): Steps<Outcome<readonly TransactionOutput[], PsbtError>> {
  const count = yield* countSteps(window, BARE_OUTPUT_BYTES);
  if (count < 0) return fail("psbt_malformed");
  if (count > BITCOIN_LIMITS.outputs) return fail("psbt_unsupported", { outputs: count });
  const outputs: TransactionOutput[] = [];
  /** Passed over like any other that is too long: never, the transaction is refused before. */
  const skip = { skipBytes: 0 };
  let isLong = false;
  const take: OutputTaker = (amountSats, from, to) => {
    isLong ||= from === LEFT_OUT;
    if (!isLong) outputs.push({ amountSats, script: window.bytes.slice(from, to) });
  };
  while (outputs.length < count) {
    const state = takeOutput(window, skip, take);
    if (isLong || (state !== DONE && state !== STARVED)) {
      return fail("psbt_malformed", { output: outputs.length });
    }
    if (state === STARVED) yield;
  }
  const foreign = outputs.findIndex(({ amountSats }) => amountSats > BITCOIN_LIMITS.amountSats);
  return foreign < 0 ? ok(outputs) : fail("amount_out_of_range", { output: foreign });
}

/**
 * Reads it up to the window's boundary, its inputs into the table.
 *
 * @yields while it has not come
 */
export function* unsignedTransactionSteps(
  window: Window,
  table: InputTable,
): Steps<Outcome<UnsignedTransaction, PsbtError>> {
  const version = yield* uint32Steps(window);
  if (version === undefined) return fail("psbt_malformed");
  const inputs = yield* inputsSteps(window, table);
  if (!inputs.ok) return inputs;
  const outputs = yield* outputsSteps(window);
  if (!outputs.ok) return outputs;
  const lockTime = yield* uint32Steps(window);
  if (lockTime === undefined || window.at !== window.stop) return fail("psbt_malformed");
  return ok({ version, inputs: inputs.value, outputs: outputs.value, lockTime });
}
