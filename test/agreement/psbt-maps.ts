/** PSBTs as maps of keys and values, of either version: to write what no library would. */
import { Transaction } from "bitcoinjs-lib";

/** A pair of a map: the whole key with its type, and the value. */
export interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** One map. */
export type PairMap = readonly Pair[];

/** A PSBT. */
export interface PsbtMaps {
  readonly global: PairMap;
  readonly inputs: readonly PairMap[];
  readonly outputs: readonly PairMap[];
}

/** Types of the fields that change between versions, and of those that attacks change. */
export const GLOBAL = {
  unsignedTransaction: 0x00,
  transactionVersion: 0x02,
  fallbackLockTime: 0x03,
  inputCount: 0x04,
  outputCount: 0x05,
  version: 0xfb,
} as const;

/** Of inputs. */
export const INPUT = {
  previousTransaction: 0x00,
  witnessUtxo: 0x01,
  sighashType: 0x03,
  redeemScript: 0x04,
  witnessScript: 0x05,
  derivation: 0x06,
  txid: 0x0e,
  vout: 0x0f,
  sequence: 0x10,
  timeLock: 0x11,
  heightLock: 0x12,
  leafScript: 0x15,
  taprootDerivation: 0x16,
  internalKey: 0x17,
  merkleRoot: 0x18,
} as const;

/** Of outputs. */
export const OUTPUT = {
  redeemScript: 0x00,
  witnessScript: 0x01,
  derivation: 0x02,
  amount: 0x03,
  script: 0x04,
  internalKey: 0x05,
  tree: 0x06,
  taprootDerivation: 0x07,
} as const;

const MAGIC = Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff);
const LOCK_TIME_THRESHOLD = 500_000_000;

/** A whole number of so many bytes, little-endian. */
export const littleEndian = (value: number, bytes: 4 | 8): Uint8Array => {
  const made = new DataView(new ArrayBuffer(bytes));
  if (bytes === 4) made.setUint32(0, value, true);
  else made.setBigUint64(0, BigInt(value), true);
  return new Uint8Array(made.buffer);
};

/** A number as Bitcoin's compact size. */
export const compactSize = (value: number): Uint8Array => {
  if (value < 0xfd) return Uint8Array.of(value);
  if (value <= 0xffff) return Uint8Array.of(0xfd, value & 255, value >> 8);
  return Uint8Array.of(0xfe, ...littleEndian(value, 4));
};

/** A pair whose key is a type alone. */
export const pair = (type: number, value: Uint8Array): Pair => ({
  key: Uint8Array.of(type),
  value,
});

const createReader = (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = MAGIC.length;
  const take = (length: number): Uint8Array => {
    at += length;
    return bytes.slice(at - length, at);
  };
  const size = (): number => {
    const first = view.getUint8(at);
    at += 1;
    if (first < 0xfd) return first;
    at += first === 0xfd ? 2 : 4;
    return first === 0xfd ? view.getUint16(at - 2, true) : view.getUint32(at - 4, true);
  };
  return (): PairMap => {
    const pairs: Pair[] = [];
    for (let length = size(); length > 0; length = size()) {
      const key = take(length);
      pairs.push({ key, value: take(size()) });
    }
    return pairs;
  };
};

/** The value of the pair whose key is a type alone. */
export const fieldOf = (map: PairMap, type: number): Uint8Array | undefined =>
  map.find(({ key }) => key.length === 1 && key[0] === type)?.value;

/** The unsigned transaction of a PSBT of version 0. */
export const unsignedOf = ({ global }: PsbtMaps): Transaction =>
  Transaction.fromBuffer(fieldOf(global, GLOBAL.unsignedTransaction) ?? new Uint8Array());

/** Reads a PSBT of version 0 that some library wrote. */
export const readMaps = (bytes: Uint8Array): PsbtMaps => {
  const next = createReader(bytes);
  const global = next();
  const { ins, outs } = unsignedOf({ global, inputs: [], outputs: [] });
  return { global, inputs: ins.map(next), outputs: outs.map(next) };
};

const mapParts = (map: PairMap): readonly Uint8Array[] => [
  ...map.flatMap(({ key, value }) => [
    compactSize(key.length),
    key,
    compactSize(value.length),
    value,
  ]),
  Uint8Array.of(0),
];

/** Writes a PSBT as it is, right or wrong. */
export const writeMaps = ({ global, inputs, outputs }: PsbtMaps): Uint8Array =>
  new Uint8Array(Buffer.concat([MAGIC, ...[global, ...inputs, ...outputs].flatMap(mapParts)]));

/** A map with the pairs of a type replaced. */
export const replace = (map: PairMap, type: number, ...pairs: readonly Pair[]): PairMap => [
  ...map.filter(({ key }) => key[0] !== type),
  ...pairs,
];

/** A PSBT of version 0 with another unsigned transaction. */
export const withTransaction = (maps: PsbtMaps, transaction: Transaction): PsbtMaps => {
  const bytes = transaction.toBuffer();
  const global = replace(maps.global, GLOBAL.unsignedTransaction, pair(0, bytes));
  return { ...maps, global };
};

/** Where a transaction's lock comes from in version 2 (BIP-370, "Determining Lock Time"). */
export type LockSource = "fallback" | "first input";

/** The same PSBT in version 2 (BIP-370). */
export const toVersion2 = (maps: PsbtMaps, lockSource: LockSource = "fallback"): PsbtMaps => {
  const { version, locktime, ins, outs } = unsignedOf(maps);
  const byInput = lockSource === "first input" && locktime > 0;
  const lockType = locktime < LOCK_TIME_THRESHOLD ? INPUT.heightLock : INPUT.timeLock;
  const lock = pair(lockType, littleEndian(locktime, 4));
  const global = [
    ...maps.global.filter(({ key }) => key[0] !== GLOBAL.unsignedTransaction),
    pair(GLOBAL.transactionVersion, littleEndian(version, 4)),
    ...(byInput || locktime === 0
      ? []
      : [pair(GLOBAL.fallbackLockTime, littleEndian(locktime, 4))]),
    pair(GLOBAL.inputCount, compactSize(ins.length)),
    pair(GLOBAL.outputCount, compactSize(outs.length)),
    pair(GLOBAL.version, littleEndian(2, 4)),
  ];
  const inputs = ins.map(({ hash, index, sequence }, at) => [
    ...(maps.inputs[at] ?? []),
    pair(INPUT.txid, hash),
    pair(INPUT.vout, littleEndian(index, 4)),
    ...(sequence === 0xffffffff ? [] : [pair(INPUT.sequence, littleEndian(sequence, 4))]),
    ...(byInput && at === 0 ? [lock] : []),
  ]);
  const outputs = outs.map(({ script, value }, at) => [
    ...(maps.outputs[at] ?? []),
    pair(OUTPUT.amount, littleEndian(Number(value), 8)),
    pair(OUTPUT.script, script),
  ]);
  return { global, inputs, outputs };
};
