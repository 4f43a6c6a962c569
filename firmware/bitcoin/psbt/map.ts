/**
 * One map of a PSBT as it comes: key-value pairs up to a zero byte (BIP-174, "Specification"). No
 * key may come twice; what is short is handed over as a whole, what may be long as it comes.
 */
import { has, isLost, MALFORMED, STARVED, type Window } from "../encoding/window.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { Steps } from "../steps.ts";
import type { FieldRule, FieldRules, FieldUse } from "./fields.ts";
import { createHead, END, type Head, nameOf, OK, readHead } from "./head.ts";
import { PSBT_MALFORMED, type Refused, type Starved } from "./refusal.ts";
import { type Skip, skipOn } from "./transaction-items.ts";

/** What is done with the entries of a map. */
export interface MapReader {
  readonly rules: FieldRules;
  /** The fields of another version are refused; undefined while the version is not known. */
  readonly version: 0 | 2 | undefined;
  /** The value of a field to be read; key data and value are views that are good for the call. */
  readonly take: (type: number, value: Uint8Array, keyData: Uint8Array) => Refused;
  /** Reads a value that may be long, from its beginning or on, up to the window's boundary. */
  readonly stream?: (isBegun: boolean) => Refused | Starved;
}

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
const takeValue = (
  window: Window,
  { type, keyData, valueBytes }: Head,
  map: MapReader,
): Refused => {
  const end = window.at + valueBytes;
  const value = window.bytes.subarray(window.at, end);
  window.at = end;
  return map.take(type, value, keyData);
};

/** What the map's front is. */
interface Place extends Skip {
  readonly head: Head;
  readonly seen: Set<number | string>;
  /** A bit for each type below 32 that has come without key data, as most do. */
  single: number;
  entries: number;
  /** A long value was begun and goes on. */
  isStreaming: boolean;
}

const SINGLE_TYPES = 32;

const isNewName = ({ head, seen }: Place): boolean => {
  const name = nameOf(head);
  if (seen.has(name)) return false;
  seen.add(name);
  return true;
};

const isNew = (place: Place): boolean => {
  const { type, keyData } = place.head;
  place.entries += 1;
  if (place.entries > BITCOIN_LIMITS.mapEntries) return false;
  if (keyData.length > 0 || type >= SINGLE_TYPES) return isNewName(place);
  const bit = 1 << type;
  const isFirst = (place.single & bit) === 0;
  place.single |= bit;
  return isFirst;
};

/** Goes on with a long value; the boundary is its end. */
const streamOn = (window: Window, place: Place, map: MapReader, isBegun: boolean) => {
  const outcome = map.stream?.(isBegun);
  place.isStreaming = outcome === "starved";
  if (place.isStreaming) return outcome;
  const isWhole = window.at === window.stop;
  window.stop = Number.POSITIVE_INFINITY;
  return outcome ?? (isWhole ? undefined : PSBT_MALFORMED);
};

const skipValue = (window: Window, place: Place): Refused | Starved => {
  const state = skipOn(window, place);
  if (state === STARVED) return "starved";
  return state === MALFORMED ? PSBT_MALFORMED : undefined;
};

/** A value whose head was read: taken, or begun where it may be long. */
const beginValue = (
  window: Window,
  place: Place,
  map: MapReader,
  use: FieldUse,
): Refused | Starved => {
  const { valueBytes } = place.head;
  if (use === "read") return takeValue(window, place.head, map);
  if (use === "stream") {
    window.stop = window.at + valueBytes;
    return streamOn(window, place, map, false);
  }
  place.skipBytes = valueBytes;
  return skipValue(window, place);
};

/** Reads the value behind a head that began at `start`, if it is there or may be long. */
const readValue = (
  window: Window,
  place: Place,
  map: MapReader,
  start: number,
): Refused | Starved => {
  const { type, valueBytes } = place.head;
  const rule = map.rules.get(type);
  if (rule !== undefined && !isLawful(rule, place.head, map.version)) return PSBT_MALFORMED;
  if (rule?.use === "read" && !has(window, valueBytes)) {
    const isOver = isLost(window, valueBytes);
    window.at = start;
    return isOver ? PSBT_MALFORMED : "starved";
  }
  return isNew(place) ? beginValue(window, place, map, rule?.use ?? "pass") : PSBT_MALFORMED;
};

/** Reads one entry; `END` at the map's end. */
const readEntry = (
  window: Window,
  place: Place,
  map: MapReader,
): Refused | Starved | typeof END => {
  const start = window.at;
  switch (readHead(window, place.head)) {
    case OK:
      return readValue(window, place, map, start);
    case END:
      return END;
    case STARVED:
      return "starved";
    default:
      return PSBT_MALFORMED;
  }
};

/** Goes on with a value that was begun, or reads the next entry. */
const readOn = (window: Window, place: Place, map: MapReader): Refused | Starved | typeof END => {
  if (place.isStreaming) return streamOn(window, place, map, true);
  return place.skipBytes > 0 ? skipValue(window, place) : readEntry(window, place, map);
};

/** A reader of maps, one after another, from one window. */
export interface Maps {
  /** Begins a map. */
  readonly open: () => void;
  /** Goes on with it to its end; what it comes to, or that it needs more. */
  readonly read: (map: MapReader) => Refused | Starved;
}

/** No map is begun. */
export const createMaps = (window: Window): Maps => {
  const place: Place = {
    head: createHead(),
    seen: new Set(),
    single: 0,
    entries: 0,
    isStreaming: false,
    skipBytes: 0,
  };
  return {
    open: () => {
      if (place.seen.size > 0) place.seen.clear();
      place.single = 0;
      place.entries = 0;
    },
    read: (map) => {
      for (;;) {
        const outcome = readOn(window, place, map);
        if (outcome === END) return undefined;
        if (outcome !== undefined) return outcome;
      }
    },
  };
};

/**
 * Reads a map from its beginning to its end.
 *
 * @yields while it has not come
 */
export function* mapSteps(maps: Maps, map: MapReader): Steps<Refused> {
  maps.open();
  for (;;) {
    const outcome = maps.read(map);
    if (outcome !== "starved") return outcome;
    yield;
  }
}
