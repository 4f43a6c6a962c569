/**
 * The global map: of version 0 the unsigned transaction (BIP-174), of version 2 the numbers that
 * it would begin and end with (BIP-370). The version may come last, so what belongs to the other
 * one is refused at the end.
 */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { uint32At } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { TransactionOutput } from "../transaction/transaction.ts";
import { FIELD, GLOBAL_RULES } from "./fields.ts";
import type { InputTable } from "./input-table.ts";
import type { MapReader } from "./map.ts";
import { PSBT_MALFORMED, type PsbtError, type Refused } from "./refusal.ts";
import {
  createWindow,
  pushBytes,
  readCompactSize,
  uint64At,
  type Window,
} from "../encoding/window.ts";
import { unsignedTransactionSteps, type UnsignedTransaction } from "./unsigned-transaction.ts";

/** What the global map comes to. */
export interface PsbtHead {
  readonly psbtVersion: 0 | 2;
  readonly version: number;
  /** Of version 2 the fallback. */
  readonly lockTime: number;
  readonly inputs: number;
  readonly outputs: number;
  /** What is paid, in version 0; version 2 says so later. */
  readonly paid: readonly TransactionOutput[] | undefined;
}

/** The global map, and what it comes to at its end. */
export interface GlobalMap extends MapReader {
  readonly settle: () => Outcome<PsbtHead, PsbtError>;
}

/** What version 0 must not have. */
const NUMBERS = [
  FIELD.global.transactionVersion,
  FIELD.global.fallbackLockTime,
  FIELD.global.inputCount,
  FIELD.global.outputCount,
  FIELD.global.modifiable,
] as const;

/** A compact size of 9 bytes begins so. */
const WIDEST = 0xff;

/** A compact size that is all of a value; beyond 2^53 rounded, and still above any limit. */
const readWhole = (value: Uint8Array): number | undefined => {
  const window = createWindow();
  pushBytes(window, value);
  if (value.length === 9 && value[0] === WIDEST) {
    const count = uint64At(window.view, 1);
    return count > 0xffff_ffff ? count : undefined;
  }
  const count = readCompactSize(window);
  return count < 0 || window.at < value.length ? undefined : count;
};

const withinLimits = (head: PsbtHead): Outcome<PsbtHead, PsbtError> => {
  const { inputs, outputs } = head;
  if (inputs > BITCOIN_LIMITS.inputs) return fail("too_many_inputs", { inputs });
  return outputs > BITCOIN_LIMITS.outputs ? fail("psbt_unsupported", { outputs }) : ok(head);
};

/** Reads the numbers of version 2; undefined where one of them is missing. */
const headOfNumbers = (numbers: ReadonlyMap<number, number>): PsbtHead | undefined => {
  const version = numbers.get(FIELD.global.transactionVersion);
  const inputs = numbers.get(FIELD.global.inputCount);
  const outputs = numbers.get(FIELD.global.outputCount);
  if (version === undefined || inputs === undefined || outputs === undefined) return undefined;
  const lockTime = numbers.get(FIELD.global.fallbackLockTime) ?? 0;
  return { psbtVersion: 2, version, lockTime, inputs, outputs, paid: undefined };
};

const headOfTransaction = (unsigned: UnsignedTransaction): PsbtHead => {
  const { version, lockTime, inputs, outputs } = unsigned;
  return { psbtVersion: 0, version, lockTime, inputs, outputs: outputs.length, paid: outputs };
};

/** Reads it; of version 0 the inputs go into the table. */
export const createGlobalMap = (window: Window, table: InputTable): GlobalMap => {
  const numbers = new Map<number, number>();
  const reading = unsignedTransactionSteps(window, table);
  let unsigned: UnsignedTransaction | undefined;

  const take = (type: number, value: Uint8Array): Refused => {
    const isCount = type === FIELD.global.inputCount || type === FIELD.global.outputCount;
    const number = isCount ? readWhole(value) : uint32At(value, 0);
    if (number === undefined) return PSBT_MALFORMED;
    numbers.set(type, number);
    return undefined;
  };
  const headOf = (psbtVersion: number): PsbtHead | undefined => {
    const hasNumbers = NUMBERS.some((type) => numbers.has(type));
    if (psbtVersion === 2) return unsigned === undefined ? headOfNumbers(numbers) : undefined;
    return unsigned === undefined || hasNumbers ? undefined : headOfTransaction(unsigned);
  };
  return {
    rules: GLOBAL_RULES,
    version: undefined,
    take,
    stream: () => {
      const step = reading.next();
      if (step.done !== true) return "starved";
      if (!step.value.ok) return step.value;
      unsigned = step.value.value;
      return undefined;
    },
    settle: () => {
      const psbtVersion = numbers.get(FIELD.global.version) ?? 0;
      if (psbtVersion !== 0 && psbtVersion !== 2) {
        return fail("psbt_unsupported", { version: psbtVersion });
      }
      const head = headOf(psbtVersion);
      return head === undefined ? fail("psbt_malformed") : withinLimits(head);
    },
  };
};
