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
const MARKS = 4;
const FIRST_TAGS = 16;

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

/** One row after another in one buffer. */
const rowAt = (column: Uint8Array, bytes: number, row: number): Uint8Array =>
  column.subarray(row * bytes, row * bytes + bytes);

/** A table without inputs. */
export const createInputTable = (): InputTable => {
  let count = 0;
  let outpoints = new Uint8Array(0);
  let coins = new Uint8Array(0);
  let amounts = new Float64Array(0);
  let sequences = new Uint32Array(0);
  let indices = new Uint32Array(0);
  let nexts = new Uint32Array(0);
  let marks = new Uint8Array(0);
  let tags = new Uint32Array(0);
  let tagCount = 0;

  /** Flags, sighash type, way, leaves. */
  const markAt = (input: number, mark: number): number => marks[MARKS * input + mark] ?? 0;
  const setMark = (input: number, mark: number, value: number): void => {
    marks[MARKS * input + mark] = value;
  };
  const addTag = (tag: number): void => {
    if (tagCount === tags.length) {
      const more = new Uint32Array(Math.max(FIRST_TAGS, tagCount + (tagCount >>> 1)));
      more.set(tags);
      tags = more;
    }
    tags[tagCount] = tag;
    tagCount += 1;
  };
  return {
    count: () => count,
    open: (wanted) => {
      count = wanted;
      outpoints = new Uint8Array(OUTPOINT_BYTES * wanted);
      coins = new Uint8Array(COIN_BYTES * wanted);
      amounts = new Float64Array(wanted);
      sequences = new Uint32Array(wanted);
      indices = new Uint32Array(wanted);
      nexts = new Uint32Array(wanted);
      marks = new Uint8Array(MARKS * wanted);
    },
    outpointAt: (input) => rowAt(outpoints, OUTPOINT_BYTES, input),
    idAt: (input) => outpoints.subarray(OUTPOINT_BYTES * input, OUTPOINT_BYTES * input + ID_BYTES),
    outputAt: (input) => uint32At(outpoints, OUTPOINT_BYTES * input + ID_BYTES),
    coinAt: (input) => rowAt(coins, COIN_BYTES, input),
    sequenceAt: (input) => sequences[input] ?? 0,
    setSequence: (input, sequence) => {
      sequences[input] = sequence;
    },
    amountAt: (input) => amounts[input] ?? 0,
    setAmount: (input, amountSats) => {
      amounts[input] = amountSats;
    },
    flagsAt: (input) => markAt(input, 0),
    addFlags: (input, flags) => setMark(input, 0, markAt(input, 0) | flags),
    sighashAt: (input) => markAt(input, 1),
    setSighash: (input, type) => setMark(input, 1, type),
    wayAt: (input) => markAt(input, 2),
    indexAt: (input) => indices[input] ?? 0,
    setPlace: (input, way, index) => {
      setMark(input, 2, way);
      indices[input] = index;
    },
    nextAt: (input) => nexts[input] ?? 0,
    setNext: (input, next) => {
      nexts[input] = next;
    },
    addLeaf: (input, tag) => {
      const named = markAt(input, 3);
      if (named === BITCOIN_LIMITS.namedLeaves) return false;
      setMark(input, 3, named + 1);
      addTag(tag);
      return true;
    },
    setSigner: (input, expression, leaf) => {
      setMark(input, 2, leaf === undefined ? 0 : leaf + 1);
      setMark(input, 3, expression);
    },
    expressionAt: (input) => markAt(input, 3),
    leafAt: (input) => {
      const mark = markAt(input, 2);
      return mark === 0 ? undefined : mark - 1;
    },
    leavesInTurn: () => {
      let input = 0;
      let at = 0;
      return () => {
        const from = at;
        at += markAt(input, 3);
        input += 1;
        return tags.subarray(from, at);
      };
    },
    outpoints: () => outpoints,
    sequences: () => sequences,
    amounts: () => amounts,
  };
};
