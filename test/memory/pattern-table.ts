/**
 * A table of up to about a million patterns of 8 bytes, and the search for all of them at every
 * offset of a buffer. A bitmap over a hash turns away nearly all offsets; what it lets through is
 * looked up in an open-addressing table of typed arrays. Words are little-endian halves of 32
 * bits: no BigInt, no object and no allocation between two hits.
 */

/** How long a pattern is. */
export const PATTERN_BYTES = 8;

/** Patterns that fit, with room to spare for their places. */
export const MAX_PATTERNS: number = 1 << 20;

/** Bits of the filter for each pattern, of which it sets two: one random window in 256 passes. */
const BITS_A_PATTERN = 32;
/** Slots for each pattern, so that chains of taken slots stay short. */
const SLOTS_A_PATTERN = 2;
/** Smallest sizes, as powers of two: a table of nothing works too. */
const LEAST_POWER = 8;

/** Odd constants of well-known multiplicative hashes, for the two halves and for the slot. */
const [LOW_FACTOR, HIGH_FACTOR, SLOT_FACTOR] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d];

const NONE = -1;

/** A pattern of the table stands at this offset of the buffer. */
export type OnPattern = (offset: number, pattern: number) => void;

/** The table. */
export interface PatternTable {
  /** Different patterns that it holds. */
  readonly size: number;
  /** Adds the 8 bytes at `offset`, with what they stand for; throws where the table is full. */
  readonly add: (bytes: Uint8Array, offset: number, place: number) => void;
  /** Everything that a pattern of a hit was added for. */
  readonly placesOf: (pattern: number) => readonly number[];
  /** Calls `onHit` for each offset of the first `length` bytes at which a pattern begins. */
  readonly search: (buffer: Uint8Array, length: number, onHit: OnPattern) => void;
}

/** A power of two, as its exponent. */
const powerFor = (count: number): number =>
  Math.max(LEAST_POWER, Math.ceil(Math.log2(Math.max(1, count))));

const readWord = (bytes: Uint8Array, offset: number): number =>
  (bytes[offset] ?? 0) |
  ((bytes[offset + 1] ?? 0) << 8) |
  ((bytes[offset + 2] ?? 0) << 16) |
  ((bytes[offset + 3] ?? 0) << 24);

const hashOf = (low: number, high: number): number =>
  Math.imul(low, LOW_FACTOR) ^ Math.imul(high, HIGH_FACTOR);

const slotHash = (hash: number): number => Math.imul(hash ^ (hash >>> 15), SLOT_FACTOR);

/** Places of each pattern, as chains: a place is added to the front of its pattern's. */
const createChains = () => {
  const places: number[] = [];
  const next: number[] = [];
  return {
    push: (place: number, head: number): number => {
      next.push(head);
      return places.push(place) - 1;
    },
    read: (head: number): readonly number[] => {
      const found: number[] = [];
      for (let at = head; at !== NONE; at = next[at] ?? NONE) found.push(places[at] ?? NONE);
      return found.toReversed();
    },
  };
};

const createSlots = (maxPatterns: number) => {
  const power = powerFor(maxPatterns * SLOTS_A_PATTERN);
  const shift = 32 - power;
  const mask = 2 ** power - 1;
  const lows = new Int32Array(mask + 1);
  const highs = new Int32Array(mask + 1);
  const heads = new Int32Array(mask + 1).fill(NONE);
  return {
    heads,
    lows,
    highs,
    /** The slot that holds a pattern, or the free one where it would be. */
    find: (low: number, high: number, hash: number): number => {
      let slot = slotHash(hash) >>> shift;
      while (heads[slot] !== NONE && (lows[slot] !== low || highs[slot] !== high)) {
        slot = (slot + 1) & mask;
      }
      return slot;
    },
  };
};

/**
 * Words of 32 bits: the hash's upper bits choose one, its lower ten two bits in it, and both must
 * be set. JavaScript shifts by a number's lowest five bits.
 */
const createFilter = (maxPatterns: number) => {
  const power = powerFor(maxPatterns * BITS_A_PATTERN);
  const shift = 32 - (power - 5);
  const words = new Int32Array(2 ** (power - 5));
  const set = (hash: number): void => {
    words[hash >>> shift] = (words[hash >>> shift] ?? 0) | (1 << hash) | (1 << (hash >>> 5));
  };
  return { words, shift, set };
};

type Slots = ReturnType<typeof createSlots>;
type Filter = ReturnType<typeof createFilter>;

/** A function of its own for each table, so that the optimiser sees constants and one caller. */
const createSearch =
  ({ words, shift }: Filter, { find, heads }: Slots): PatternTable["search"] =>
  (buffer, length, onHit) => {
    // one byte before the first window: the loop takes in its last byte
    let low = readWord(buffer, 0) << 8;
    let high = readWord(buffer, 3);
    for (let at = PATTERN_BYTES - 1; at < length; at += 1) {
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) | ((buffer[at] ?? 0) << 24);
      const hash = hashOf(low, high);
      const word = words[hash >>> shift] ?? 0;
      if (((word >>> hash) & (word >>> (hash >>> 5)) & 1) === 0) continue;
      const slot = find(low, high, hash);
      if (heads[slot] !== NONE) onHit(at - PATTERN_BYTES + 1, slot);
    }
  };

/** An empty table for so many patterns. */
export const createPatternTable = (maxPatterns: number = MAX_PATTERNS): PatternTable => {
  if (maxPatterns > MAX_PATTERNS) throw new Error(`a table holds ${MAX_PATTERNS} patterns at most`);
  const filter = createFilter(maxPatterns);
  const slots = createSlots(maxPatterns);
  const chains = createChains();
  let size = 0;
  return {
    get size() {
      return size;
    },
    add: (bytes, offset, place) => {
      const low = readWord(bytes, offset);
      const high = readWord(bytes, offset + 4);
      const hash = hashOf(low, high);
      const slot = slots.find(low, high, hash);
      const head = slots.heads[slot] ?? NONE;
      if (head === NONE) {
        if (size === maxPatterns) throw new Error(`more than ${maxPatterns} patterns`);
        size += 1;
        slots.lows[slot] = low;
        slots.highs[slot] = high;
        filter.set(hash);
      }
      slots.heads[slot] = chains.push(place, head);
    },
    placesOf: (pattern) => chains.read(slots.heads[pattern] ?? NONE),
    search: createSearch(filter, slots),
  };
};
