/**
 * What is kept of a PSBT's inputs: columns of fixed width, 92 bytes an input and 4 for each leaf
 * that it names, so that 20,000 of them take less than 2 MB. Two columns serve twice: an input's
 * outpoint gives its place to the key that signs, and what is known of its coin's script to what
 * is signed.
 */

import { uint32At } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import { OUTPOINT_BYTES } from "../transaction/transaction.ts";

const ID_BYTES = 32;
const COIN_BYTES = 32;
/** Of a coin's script hash: 224 bits leave no second script to be found. */
export const COIN_HASH_BYTES = 28;
/** Bytes of marks. */
const MARKS = 4;
const FIRST_TAGS = 16;
const NO_TAGS = new Uint32Array(0);

/** What is known of an input, as bits. */
export const INPUT_FLAG = {
  /** Its coin is known, from whatever source. */
  hasCoin: 1,
  /** The coin was read from the previous transaction itself. */
  isProved: 2,
  /** A hint of this device's key names a place. */
  hasPlace: 4,
  /** The PSBT names a sighash type. */
  hasSighash: 8,
  /** The PSBT claims an internal key; there is a tag of it and of the root. */
  hasInternalKey: 16,
  /** The PSBT claims a merkle root. */
  hasMerkleRoot: 32,
  /** It is the wallet's, and signed; its place is on the change branch. */
  isOwn: 64,
  isChange: 128,
} as const;

/** Inputs by their number. */
export interface InputTable {
  readonly count: () => number;
  /** Makes room for so many, all zeros. */
  readonly open: (count: number) => void;
  /** 36 bytes, a view to be read or written: the outpoint, later the key that signs. */
  readonly outpointAt: (input: number) => Uint8Array;
  /** 32 bytes, a view: the previous transaction's id, in hash order. */
  readonly idAt: (input: number) => Uint8Array;
  /** Which of the previous transaction's outputs. */
  readonly outputAt: (input: number) => number;
  /** 32 bytes, a view: 28 of the coin's script hash and 4 of a tag, later what is signed. */
  readonly coinAt: (input: number) => Uint8Array;
  readonly sequenceAt: (input: number) => number;
  readonly setSequence: (input: number, sequence: number) => void;
  readonly amountAt: (input: number) => number;
  readonly setAmount: (input: number, amountSats: number) => void;
  readonly flagsAt: (input: number) => number;
  readonly addFlags: (input: number, flags: number) => void;
  /** As the PSBT says; 0 without a word of it. */
  readonly sighashAt: (input: number) => number;
  readonly setSighash: (input: number, type: number) => void;
  /** Number of the hint's way to the branch, among the ways that the PSBT names. */
  readonly wayAt: (input: number) => number;
  /** The hint's last step: an index below 2^31. */
  readonly indexAt: (input: number) => number;
  readonly setPlace: (input: number, way: number, index: number) => void;
  /** The next input of the same previous transaction, in a ring. */
  readonly nextAt: (input: number) => number;
  readonly setNext: (input: number, next: number) => void;
  /** Adds a tag of a leaf to the input that is being read; false where there are too many. */
  readonly addLeaf: (input: number, tag: number) => boolean;
  /** Which of the wallet's key expressions signs an input of the wallet's, and which leaf. */
  readonly setSigner: (input: number, expression: number, leaf: number | undefined) => void;
  readonly expressionAt: (input: number) => number;
  readonly leafAt: (input: number) => number | undefined;
  /** The tags of one input after another, from the first one on. */
  readonly leavesInTurn: () => () => Uint32Array;
  /** All outpoints, in order: 36 bytes each. */
  readonly outpoints: () => Uint8Array;
  readonly sequences: () => Uint32Array;
  readonly amounts: () => Float64Array;
}

/** The columns; each is made anew for a number of inputs. */
const createColumns = (count: number) => ({
  count,
  outpoints: new Uint8Array(OUTPOINT_BYTES * count),
  coins: new Uint8Array(COIN_BYTES * count),
  amounts: new Float64Array(count),
  sequences: new Uint32Array(count),
  indices: new Uint32Array(count),
  nexts: new Uint32Array(count),
  marks: new Uint8Array(MARKS * count),
});

type Columns = ReturnType<typeof createColumns>;

/** A row's marks: bits, numbers, and what only the wallet's inputs have. */
const MARK = { flags: 0, sighash: 1, way: 2, leaves: 3 } as const;

const markAt = ({ marks }: Columns, input: number, mark: number): number =>
  marks[MARKS * input + mark] ?? 0;

const setMark = ({ marks }: Columns, input: number, mark: number, value: number): void => {
  marks[MARKS * input + mark] = value;
};

type Rows = Pick<
  InputTable,
  | "outpointAt"
  | "idAt"
  | "outputAt"
  | "coinAt"
  | "sequenceAt"
  | "setSequence"
  | "amountAt"
  | "setAmount"
  | "nextAt"
  | "setNext"
>;

const rowsOf = (columns: Columns): Rows => ({
  outpointAt: (input) =>
    columns.outpoints.subarray(OUTPOINT_BYTES * input, OUTPOINT_BYTES * (input + 1)),
  idAt: (input) =>
    columns.outpoints.subarray(OUTPOINT_BYTES * input, OUTPOINT_BYTES * input + ID_BYTES),
  outputAt: (input) => uint32At(columns.outpoints, OUTPOINT_BYTES * input + ID_BYTES),
  coinAt: (input) => columns.coins.subarray(COIN_BYTES * input, COIN_BYTES * (input + 1)),
  sequenceAt: (input) => columns.sequences[input] ?? 0,
  setSequence: (input, sequence) => {
    columns.sequences[input] = sequence;
  },
  amountAt: (input) => columns.amounts[input] ?? 0,
  setAmount: (input, amountSats) => {
    columns.amounts[input] = amountSats;
  },
  nextAt: (input) => columns.nexts[input] ?? 0,
  setNext: (input, next) => {
    columns.nexts[input] = next;
  },
});

type Marks = Pick<
  InputTable,
  | "flagsAt"
  | "addFlags"
  | "sighashAt"
  | "setSighash"
  | "wayAt"
  | "indexAt"
  | "setPlace"
  | "setSigner"
  | "expressionAt"
  | "leafAt"
>;

const marksOf = (columns: Columns): Marks => ({
  flagsAt: (input) => markAt(columns, input, MARK.flags),
  addFlags: (input, flags) =>
    setMark(columns, input, MARK.flags, markAt(columns, input, MARK.flags) | flags),
  sighashAt: (input) => markAt(columns, input, MARK.sighash),
  setSighash: (input, type) => setMark(columns, input, MARK.sighash, type),
  wayAt: (input) => markAt(columns, input, MARK.way),
  indexAt: (input) => columns.indices[input] ?? 0,
  setPlace: (input, way, index) => {
    setMark(columns, input, MARK.way, way);
    columns.indices[input] = index;
  },
  setSigner: (input, expression, leaf) => {
    setMark(columns, input, MARK.way, leaf === undefined ? 0 : leaf + 1);
    setMark(columns, input, MARK.leaves, expression);
  },
  expressionAt: (input) => markAt(columns, input, MARK.leaves),
  leafAt: (input) => {
    const mark = markAt(columns, input, MARK.way);
    return mark === 0 ? undefined : mark - 1;
  },
});

/** Tags of leaves, those of one input after those of the one before. */
const leavesOf = (columns: Columns): Pick<InputTable, "addLeaf" | "leavesInTurn"> => {
  let tags = new Uint32Array(0);
  let count = 0;
  const addTag = (tag: number): void => {
    if (count === tags.length) {
      const more = new Uint32Array(Math.max(FIRST_TAGS, count + (count >>> 1)));
      more.set(tags);
      tags = more;
    }
    tags[count] = tag;
    count += 1;
  };
  return {
    addLeaf: (input, tag) => {
      const named = markAt(columns, input, MARK.leaves);
      if (named === BITCOIN_LIMITS.namedLeaves) return false;
      setMark(columns, input, MARK.leaves, named + 1);
      addTag(tag);
      return true;
    },
    leavesInTurn: () => {
      let input = 0;
      let at = 0;
      return () => {
        const from = at;
        at += markAt(columns, input, MARK.leaves);
        input += 1;
        return at === from ? NO_TAGS : tags.subarray(from, at);
      };
    },
  };
};

/** A table without inputs. */
export const createInputTable = (): InputTable => {
  const columns = createColumns(0);
  return {
    count: () => columns.count,
    open: (count) => {
      Object.assign(columns, createColumns(count));
    },
    ...rowsOf(columns),
    ...marksOf(columns),
    ...leavesOf(columns),
    outpoints: () => columns.outpoints,
    sequences: () => columns.sequences,
    amounts: () => columns.amounts,
  };
};
