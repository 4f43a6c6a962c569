/** An input's map: read field by field into the table, and settled at its end. */
import { fail } from "../../../protocol/errors.ts";
import type { Crypto } from "../../hal.ts";
import { uint32At } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { TransactionOutput } from "../transaction/transaction.ts";
import type { Coins } from "./coins.ts";
import { FIELD, INPUT_RULES } from "./fields.ts";
import { pastLeafHashes, type Ways } from "./hints.ts";
import { areCommitted, isTaproot } from "./input-scripts.ts";
import { COIN_HASH_BYTES, INPUT_FLAG, type InputTable } from "./input-table.ts";
import type { LockTimes } from "./lock-times.ts";
import { type MapReader, PSBT_MALFORMED, type Refused } from "./map.ts";
import { claimTag, leafTag } from "./tap-claims.ts";
import { readUtxo } from "./utxo.ts";

/** What inputs are read with. */
export interface InputSinks {
  readonly table: InputTable;
  readonly coins: Coins;
  readonly ways: Ways;
  readonly locks: LockTimes;
  readonly crypto: Crypto;
  /** Told of each coin's script as it is serialised, in order; undefined where it is not known. */
  readonly onScript: (script: Uint8Array | undefined) => void;
}

/** Inputs' maps, one after another. */
export interface InputMaps extends MapReader {
  /** Begins an input. */
  readonly open: (input: number) => void;
  /** Ends it. */
  readonly settle: () => Refused;
}

const NOTHING = new Uint8Array(0);
/** Bits of the fields that version 2 demands. */
const HAS_ID = 1;
const HAS_OUTPUT = 2;
const FINAL_SEQUENCE = 0xffff_ffff;
const INDEX_END = 0x8000_0000;

/** What one map has said, until the next one begins. */
interface Said {
  witnessUtxo: TransactionOutput | undefined;
  redeemScript: Uint8Array | undefined;
  witnessScript: Uint8Array | undefined;
  internalKey: Uint8Array | undefined;
  merkleRoot: Uint8Array | undefined;
  hasPrevious: boolean;
  outpoint: number;
}

const nothingSaid = (): Said => ({
  witnessUtxo: undefined,
  redeemScript: undefined,
  witnessScript: undefined,
  internalKey: undefined,
  merkleRoot: undefined,
  hasPrevious: false,
  outpoint: 0,
});

/** Reads inputs of a version into the table. */
export const createInputMaps = (version: 0 | 2, sinks: InputSinks): InputMaps => {
  const { table, coins, ways, locks, crypto } = sinks;
  let input = 0;
  let said = nothingSaid();

  const takePlace = (hint: Uint8Array | undefined): Refused => {
    if (hint === undefined) return PSBT_MALFORMED;
    if ((table.flagsAt(input) & INPUT_FLAG.hasPlace) !== 0) return undefined;
    const place = ways.find(hint);
    if (place === undefined || place.index >= INDEX_END) return undefined;
    table.setPlace(input, place.way, place.index);
    table.addFlags(input, INPUT_FLAG.hasPlace);
    return undefined;
  };
  const takeUtxo = (value: Uint8Array): Refused => {
    said.witnessUtxo = readUtxo(value);
    if (said.witnessUtxo === undefined) return PSBT_MALFORMED;
    const { amountSats } = said.witnessUtxo;
    return amountSats > BITCOIN_LIMITS.amountSats ? fail("amount_out_of_range") : undefined;
  };
  const takeSighash = (type: number): Refused => {
    if (type > 0xff) return fail("sighash_refused");
    table.setSighash(input, type);
    table.addFlags(input, INPUT_FLAG.hasSighash);
    return undefined;
  };
  const takeLeaf = (value: Uint8Array): Refused => {
    const tag = leafTag(value.at(-1) ?? 0, value.subarray(0, -1), crypto);
    return table.addLeaf(input, tag) ? undefined : PSBT_MALFORMED;
  };
  const takeOutpoint = (value: Uint8Array, at: number, bit: number): Refused => {
    table.outpointAt(input).set(value, at);
    said.outpoint |= bit;
    return undefined;
  };
  const takeSequence = (value: Uint8Array): Refused => {
    table.setSequence(input, uint32At(value, 0));
    return undefined;
  };
  const keep = (name: "redeemScript" | "witnessScript" | "internalKey" | "merkleRoot") => {
    return (value: Uint8Array): Refused => {
      said[name] = value.slice();
      return undefined;
    };
  };
  const takers: Readonly<Record<number, (value: Uint8Array) => Refused>> = {
    [FIELD.input.witnessUtxo]: takeUtxo,
    [FIELD.input.sighashType]: (value) => takeSighash(uint32At(value, 0)),
    [FIELD.input.redeemScript]: keep("redeemScript"),
    [FIELD.input.witnessScript]: keep("witnessScript"),
    [FIELD.input.derivation]: takePlace,
    [FIELD.input.previousId]: (value) => takeOutpoint(value, 0, HAS_ID),
    [FIELD.input.outputIndex]: (value) => takeOutpoint(value, 32, HAS_OUTPUT),
    [FIELD.input.sequence]: takeSequence,
    [FIELD.input.timeLock]: (value) => locks.take("time", uint32At(value, 0)),
    [FIELD.input.heightLock]: (value) => locks.take("height", uint32At(value, 0)),
    [FIELD.input.tapLeafScript]: takeLeaf,
    [FIELD.input.tapDerivation]: (value) => takePlace(pastLeafHashes(value)),
    [FIELD.input.tapInternalKey]: keep("internalKey"),
    [FIELD.input.tapMerkleRoot]: keep("merkleRoot"),
  };
  const claim = (script: Uint8Array): void => {
    const { internalKey, merkleRoot } = said;
    if (!isTaproot(script) || (internalKey === undefined && merkleRoot === undefined)) return;
    const tag = claimTag(internalKey ?? NOTHING, merkleRoot ?? NOTHING, crypto);
    if (internalKey !== undefined) table.addFlags(input, INPUT_FLAG.hasInternalKey);
    if (merkleRoot !== undefined) table.addFlags(input, INPUT_FLAG.hasMerkleRoot);
    table.coinAt(input).set(tag, COIN_HASH_BYTES);
  };
  return {
    rules: INPUT_RULES,
    version,
    take: (type, value) => takers[type]?.(value),
    stream: (isBegun) => {
      said.hasPrevious = true;
      return coins.readPrevious(isBegun);
    },
    open: (next) => {
      input = next;
      said = nothingSaid();
      locks.open();
      if (version === 0) return;
      table.setSequence(input, FINAL_SEQUENCE);
      table.setNext(input, input);
    },
    settle: () => {
      if (version === 2 && said.outpoint !== (HAS_ID | HAS_OUTPUT)) return PSBT_MALFORMED;
      const coin = coins.settle(input, said.witnessUtxo, said.hasPrevious);
      if (!coin.ok) return coin;
      const { value: script } = coin;
      sinks.onScript(script);
      if (script === undefined) return undefined;
      claim(script);
      return areCommitted(script, said, crypto) ? undefined : fail("script_mismatch");
    },
  };
};
