/** One map of a PSBT: key-value pairs up to a zero byte (BIP-174, "Specification"). */
import { uint32At } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { FIELD, FieldRules } from "./psbt-fields.ts";
import type { ByteReader } from "../encoding/reader.ts";

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

/** Reads a pair whose key has `keyBytes` bytes, at least one: its type, and what is left of it. */
const readEntry = (reader: ByteReader, keyBytes: number): MapEntry => {
  const end = reader.position() + keyBytes;
  const type = reader.compactSize();
  const keyData = reader.bytes(end - reader.position());
  return { type, keyData, value: reader.string() };
};

/** What no two keys share; most fields are singular, and their type says it all. */
const nameOf = ({ type, keyData }: MapEntry): number | string =>
  keyData.length === 0 ? type : `${type}/${keyData.toHex()}`;

/** Whether an entry has the shape its type demands; an unknown type demands none. */
export const isLawful = (entry: MapEntry, rules: FieldRules): boolean => {
  const rule = rules.get(entry.type);
  return rule === undefined || (rule.key(entry.keyData) && rule.value(entry.value));
};

/** Reads one map with its end; the reader fails on a repeated key or one that breaks its rule. */
export const readMap = (reader: ByteReader, rules: FieldRules): readonly MapEntry[] => {
  const entries: MapEntry[] = [];
  const seen = new Set<number | string>();
  while (!reader.isFailed()) {
    const keyBytes = reader.compactSize();
    if (keyBytes === 0) break;
    const entry = readEntry(reader, keyBytes);
    const name = nameOf(entry);
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

const toDerivation = ({ keyData, value }: MapEntry): Derivation => {
  const path: number[] = [];
  for (let at = 4; at < value.length; at += 4) path.push(uint32At(value, at));
  return { publicKey: keyData, fingerprint: value.subarray(0, 4), path };
};

/** The map's BIP-32 derivations, in its order. */
export const findDerivations = (
  entries: readonly MapEntry[],
  type: typeof FIELD.input.derivation | typeof FIELD.output.derivation,
): readonly Derivation[] => entries.filter((entry) => entry.type === type).map(toDerivation);
