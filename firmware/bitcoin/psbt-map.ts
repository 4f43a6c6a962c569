/** One map of a PSBT: key-value pairs up to a zero byte (BIP-174, "Specification"). */
import { BITCOIN_LIMITS } from "./limits.ts";
import type { FIELD, FieldRules } from "./psbt-fields.ts";
import { type ByteReader, createReader } from "./reader.ts";

/** A pair: the key's type, the rest of the key, and the value. */
export interface MapEntry {
  readonly type: number;
  readonly keyData: Uint8Array;
  readonly value: Uint8Array;
}

/** Where a public key comes from, as a PSBT claims it. */
export interface Derivation {
  /** 33 or 65 bytes; its form was checked, not that it is a point. */
  readonly publicKey: Uint8Array;
  /** 4 bytes: the master key's. */
  readonly fingerprint: Uint8Array;
  /** Child numbers from the master key; hardened from 2^31. */
  readonly path: readonly number[];
}

/** A key of zero length would end the map, so there is always a type. */
const readEntry = (reader: ByteReader, key: Uint8Array): MapEntry => {
  const keyReader = createReader(key);
  const type = keyReader.compactSize();
  const keyData = keyReader.bytes(keyReader.remaining());
  if (keyReader.isFailed()) reader.refuse();
  return { type, keyData, value: reader.string() };
};

/** Whether an entry has the shape its type demands; an unknown type demands none. */
export const isLawful = (entry: MapEntry, rules: FieldRules): boolean => {
  const rule = rules.get(entry.type);
  return rule === undefined || (rule.key(entry.keyData) && rule.value(entry.value));
};

/** Reads one map with its end; the reader fails on a repeated key or one that breaks its rule. */
export const readMap = (reader: ByteReader, rules: FieldRules): readonly MapEntry[] => {
  const entries: MapEntry[] = [];
  const seen = new Set<string>();
  while (!reader.isFailed()) {
    const key = reader.string();
    if (key.length === 0) break;
    const name = key.toHex();
    const entry = readEntry(reader, key);
    if (seen.has(name) || entries.length === BITCOIN_LIMITS.mapEntries || !isLawful(entry, rules)) {
      reader.refuse();
    }
    seen.add(name);
    entries.push(entry);
  }
  return entries;
};

/** The value of a field that stands alone; undefined where the map has none. */
export const findValue = (entries: readonly MapEntry[], type: number): Uint8Array | undefined =>
  entries.find((entry) => entry.type === type)?.value;

const toDerivation = (entry: MapEntry): Derivation => {
  const reader = createReader(entry.value);
  const fingerprint = reader.bytes(4);
  const path: number[] = [];
  while (reader.remaining() > 0) path.push(reader.uint32());
  return { publicKey: entry.keyData, fingerprint, path };
};

/** The map's BIP-32 derivations, in its order. */
export const findDerivations = (
  entries: readonly MapEntry[],
  type: typeof FIELD.input.derivation | typeof FIELD.output.derivation,
): readonly Derivation[] => entries.filter((entry) => entry.type === type).map(toDerivation);
