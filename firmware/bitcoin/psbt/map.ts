/**
 * One map of a PSBT as it comes: key-value pairs up to a zero byte (BIP-174, "Specification"). No
 * key may come twice; what is short is handed over as a whole, what may be long as it comes.
 */
import {
  has,
  isLost,
  MALFORMED,
  readCompactSize,
  skipSteps,
  STARVED,
  type Window,
} from "../encoding/window.ts";
import { type Failure, fail } from "../../../protocol/errors.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { Steps } from "../steps.ts";
import type { FieldRule, FieldRules } from "./fields.ts";

/** Why a PSBT is not read. */
export type PsbtError =
  | "psbt_malformed"
  | "psbt_unsupported"
  | "too_many_inputs"
  | "amount_out_of_range"
  | "previous_transaction_mismatch"
  | "amount_mismatch"
  | "script_mismatch"
  | "sighash_refused"
  | "input_repeated";

/** Nothing, or why not. */
export type Refused = Failure<PsbtError> | undefined;

/** What does not fit. */
export const PSBT_MALFORMED: Failure<"psbt_malformed"> = fail("psbt_malformed");

/** A pair's head, until the next one is read. */
interface Head {
  type: number;
  keyData: Uint8Array;
  valueBytes: number;
}

/** What is done with the entries of a map. */
export interface MapReader {
  readonly rules: FieldRules;
  /** The fields of another version are refused; undefined while the version is not known. */
  readonly version: 0 | 2 | undefined;
  /** The value of a field to be read; key data and value are views that are good for the call. */
  readonly take: (type: number, value: Uint8Array, keyData: Uint8Array) => Refused;
  /** Reads a value that may be long up to the window's boundary, if there are such fields. */
  readonly stream?: () => Steps<Refused>;
}

const END = -3;
const OK = 0;

/** Reads a key of some bytes and the size of its value into `head`. */
const readKey = (window: Window, keyBytes: number, head: Head): number => {
  const end = window.at + keyBytes;
  if (keyBytes > BITCOIN_LIMITS.keyBytes || isLost(window, keyBytes)) return MALFORMED;
  if (!has(window, keyBytes)) return STARVED;
  const type = readCompactSize(window);
  if (type < 0 || window.at > end) return MALFORMED;
  head.type = type;
  head.keyData = window.bytes.subarray(window.at, end);
  window.at = end;
  head.valueBytes = readCompactSize(window);
  return head.valueBytes < 0 ? head.valueBytes : OK;
};

/** Reads a head, `END` for the map's end; `STARVED` leaves the window where it was. */
const readHead = (window: Window, head: Head): number => {
  const start = window.at;
  const keyBytes = readCompactSize(window);
  const state = keyBytes > 0 ? readKey(window, keyBytes, head) : keyBytes;
  if (state === STARVED) window.at = start;
  return keyBytes === 0 ? END : state;
};

/** What no two keys share; most fields are singular, and their type says it all. */
const nameOf = ({ type, keyData }: Head): number | string =>
  keyData.length === 0 ? type : `${type}/${keyData.toHex()}`;

/** Whether an entry has the shape its type demands. */
const isLawful = (
  { key, valueBytes, only }: FieldRule,
  head: Head,
  version: 0 | 2 | undefined,
): boolean =>
  key(head.keyData) &&
  valueBytes(head.valueBytes) &&
  (only === undefined || version === undefined || only === version);

/** Hands a value over that is here; the window goes on behind it. */
const takeValue = (window: Window, { type, keyData, valueBytes }: Head, map: MapReader): Refused => {
  const end = window.at + valueBytes;
  const value = window.bytes.subarray(window.at, end);
  window.at = end;
  return map.take(type, value, keyData);
};

/** Reads a long value within its boundary. */
function* streamValue(
  window: Window,
  { valueBytes }: Head,
  stream: () => Steps<Refused>,
): Steps<Refused> {
  window.stop = window.at + valueBytes;
  const refused = yield* stream();
  const isWhole = window.at === window.stop;
  window.stop = Number.POSITIVE_INFINITY;
  return refused ?? (isWhole ? undefined : PSBT_MALFORMED);
}

/** A reader of maps, one after another, from one window. */
export const createMaps = (window: Window) => {
  const head: Head = { type: 0, keyData: new Uint8Array(0), valueBytes: 0 };
  const seen = new Set<number | string>();

  const isNew = (): boolean => {
    const name = nameOf(head);
    if (seen.has(name) || seen.size === BITCOIN_LIMITS.mapEntries) return false;
    seen.add(name);
    return true;
  };
  /** Reads one entry whose head was read; undefined where its value is still to come. */
  const readValue = (rule: FieldRule | undefined, map: MapReader): Refused | "starved" => {
    if (rule !== undefined && !isLawful(rule, head, map.version)) return PSBT_MALFORMED;
    if (rule?.use !== "read") return isNew() ? undefined : PSBT_MALFORMED;
    if (!has(window, head.valueBytes)) {
      return isLost(window, head.valueBytes) ? PSBT_MALFORMED : "starved";
    }
    return isNew() ? takeValue(window, head, map) : PSBT_MALFORMED;
  };
  /** A value that was not taken at once. */
  function* longValue(rule: FieldRule | undefined, { stream }: MapReader): Steps<Refused> {
    if (rule?.use === "stream" && stream !== undefined) {
      return yield* streamValue(window, head, stream);
    }
    return (yield* skipSteps(window, head.valueBytes)) ? undefined : PSBT_MALFORMED;
  }
  return {
    /**
     * Reads a map with its end.
     *
     * @yields while it has not come
     */
    *steps(map: MapReader): Steps<Refused> {
      seen.clear();
      for (;;) {
        const start = window.at;
        const state = readHead(window, head);
        if (state === END) return undefined;
        if (state === MALFORMED) return PSBT_MALFORMED;
        const rule = state === OK ? map.rules.get(head.type) : undefined;
        const refused = state === OK ? readValue(rule, map) : "starved";
        if (refused === "starved") {
          window.at = start;
          yield;
        } else {
          const isTaken = refused !== undefined || rule?.use === "read";
          const outcome = isTaken ? refused : yield* longValue(rule, map);
          if (outcome !== undefined) return outcome;
        }
      }
    },
  };
};
