/** An input's map: read field by field into the table, and settled at its end. */
import { fail } from "../../../protocol/errors.ts";
import type { Crypto } from "../../hal.ts";
import { uint32At } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import { OUTPOINT_BYTES, type TransactionOutput } from "../transaction/transaction.ts";
import type { Coins } from "./coins.ts";
import { FIELD, INPUT_RULES } from "./fields.ts";
import { pastLeafHashes, type Ways } from "./hints.ts";
import { areCommitted, isTaproot } from "./input-scripts.ts";
import { COIN_HASH_BYTES, INPUT_FLAG, type InputTable } from "./input-table.ts";
import { createLinker, type Linker } from "./links.ts";
import type { LockTimes } from "./lock-times.ts";
import type { MapReader } from "./map.ts";
import { PSBT_MALFORMED, type Refused } from "./refusal.ts";
import { claimTag, createProofs, joinClaims, leafTag, type TapClaims } from "./tap-claims.ts";
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
  claims: TapClaims;
  hasPrevious: boolean;
  outpoint: number;
}

const nothingSaid = (): Said => ({
  witnessUtxo: undefined,
  redeemScript: undefined,
  witnessScript: undefined,
  claims: {},
  hasPrevious: false,
  outpoint: 0,
});

/** The input that is being read. */
interface Reading extends InputSinks {
  readonly version: 0 | 2;
  readonly proofOf: ReturnType<typeof createProofs>;
  /** Of version 2, whose outpoints come with the inputs. */
  readonly link: Linker;
  input: number;
  said: Said;
}

type Taker = (reading: Reading, value: Uint8Array, keyData: Uint8Array) => Refused;

const takePlace = ({ table, ways, input }: Reading, hint: Uint8Array | undefined): Refused => {
  if (hint === undefined) return PSBT_MALFORMED;
  if ((table.flagsAt(input) & INPUT_FLAG.hasPlace) !== 0) return undefined;
  const place = ways.find(hint);
  if (place === undefined || place.index >= INDEX_END) return undefined;
  table.setPlace(input, place.way, place.index);
  table.addFlags(input, INPUT_FLAG.hasPlace);
  return undefined;
};

const takeUtxo: Taker = ({ said }, value) => {
  said.witnessUtxo = readUtxo(value);
  if (said.witnessUtxo === undefined) return PSBT_MALFORMED;
  const { amountSats } = said.witnessUtxo;
  return amountSats > BITCOIN_LIMITS.amountSats ? fail("amount_out_of_range") : undefined;
};

const takeSighash: Taker = ({ table, input }, value) => {
  const type = uint32At(value, 0);
  if (type > 0xff) return fail("sighash_refused", { sighash: type });
  table.setSighash(input, type);
  table.addFlags(input, INPUT_FLAG.hasSighash);
  return undefined;
};

const takeClaims = ({ said }: Reading, claims: TapClaims): Refused => {
  said.claims = joinClaims(said.claims, claims);
  return undefined;
};

/** A leaf, and the proof that the coin commits to it. */
const takeLeaf: Taker = (reading, value, controlBlock) => {
  const { table, input, crypto, proofOf } = reading;
  const version = value.at(-1) ?? 0;
  const script = value.subarray(0, -1);
  if (!table.addLeaf(input, leafTag(version, script, crypto))) return PSBT_MALFORMED;
  return takeClaims(reading, proofOf(controlBlock, version, script));
};

const takeSequence: Taker = ({ table, input }, value) => {
  table.setSequence(input, uint32At(value, 0));
  return undefined;
};

/** A part of the outpoint, at its place. */
const part =
  (at: number, bit: number): Taker =>
  ({ table, input, said }, value) => {
    table.outpointAt(input).set(value, at);
    said.outpoint |= bit;
    return undefined;
  };

const kept =
  (name: "redeemScript" | "witnessScript"): Taker =>
  ({ said }, value) => {
    said[name] = value.slice();
    return undefined;
  };

const TAKERS: Readonly<Record<number, Taker>> = {
  [FIELD.input.witnessUtxo]: takeUtxo,
  [FIELD.input.sighashType]: takeSighash,
  [FIELD.input.redeemScript]: kept("redeemScript"),
  [FIELD.input.witnessScript]: kept("witnessScript"),
  [FIELD.input.derivation]: takePlace,
  [FIELD.input.previousId]: part(0, HAS_ID),
  [FIELD.input.outputIndex]: part(OUTPOINT_BYTES - 4, HAS_OUTPUT),
  [FIELD.input.sequence]: takeSequence,
  [FIELD.input.timeLock]: ({ locks }, value) => locks.take("time", uint32At(value, 0)),
  [FIELD.input.heightLock]: ({ locks }, value) => locks.take("height", uint32At(value, 0)),
  [FIELD.input.tapLeafScript]: takeLeaf,
  [FIELD.input.tapDerivation]: (reading, value) => takePlace(reading, pastLeafHashes(value)),
  [FIELD.input.tapInternalKey]: (reading, value) =>
    takeClaims(reading, { internalKey: value.slice() }),
  [FIELD.input.tapMerkleRoot]: (reading, value) =>
    takeClaims(reading, { merkleRoot: value.slice() }),
};

/** Keeps a tag of what is claimed of a taproot coin. */
const keepClaims = ({ table, input, said, crypto }: Reading, script: Uint8Array): void => {
  const { internalKey, merkleRoot } = said.claims;
  if (!isTaproot(script) || (internalKey === undefined && merkleRoot === undefined)) return;
  if (internalKey !== undefined) table.addFlags(input, INPUT_FLAG.hasInternalKey);
  if (merkleRoot !== undefined) table.addFlags(input, INPUT_FLAG.hasMerkleRoot);
  table.coinAt(input).set(claimTag(said.claims, crypto), COIN_HASH_BYTES);
};

const settle = (reading: Reading): Refused => {
  const { version, input, said, coins, onScript, crypto } = reading;
  if (version === 2 && said.outpoint !== (HAS_ID | HAS_OUTPUT)) return PSBT_MALFORMED;
  const coin = coins.settle(input, said.witnessUtxo, said.hasPrevious);
  if (!coin.ok) return coin;
  // Not before: each input would go through all those of its ring that came before it.
  if (version === 2 && !reading.link(input)) return fail("input_repeated");
  const { value: script } = coin;
  onScript(script);
  if (script === undefined) return undefined;
  keepClaims(reading, script);
  return areCommitted(script, said, crypto) ? undefined : fail("script_mismatch");
};

/** Reads inputs of a version into the table. */
export const createInputMaps = (version: 0 | 2, sinks: InputSinks): InputMaps => {
  const proofOf = createProofs(sinks.crypto);
  const link = createLinker(sinks.table);
  const reading: Reading = { ...sinks, version, proofOf, link, input: 0, said: nothingSaid() };
  return {
    rules: INPUT_RULES,
    version,
    take: (type, value, keyData) => TAKERS[type]?.(reading, value, keyData),
    stream: (isBegun) => {
      reading.said.hasPrevious = true;
      return sinks.coins.readPrevious(isBegun);
    },
    open: (input) => {
      reading.input = input;
      reading.said = nothingSaid();
      sinks.locks.open();
      if (version === 0) return;
      sinks.table.setSequence(input, FINAL_SEQUENCE);
      sinks.table.setNext(input, input);
    },
    settle: () => settle(reading),
  };
};
