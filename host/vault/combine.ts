/**
 * Combining: signatures that came back from the signers go into the PSBT, and a PSBT with enough
 * of them becomes a transaction (BIP-174, "Combiner", "Input Finalizer", "Transaction
 * Extractor"). No signature is taken unverified; every other field stays as it came.
 */

import { hex } from "@scure/base";
import type { Transaction } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import { type FinalTransaction, finalise, type SignatureCheck } from "./combine-final.ts";
import { inputReader } from "./combine-input.ts";
import { modifiableAfter } from "./combine-modifiable.ts";
import { inputsBeside } from "./combine-origins.ts";
import type { PathKey, SpendPath } from "./combine-path.ts";
import { type PsbtField, type PsbtMaps, psbtField, withField, writeMaps } from "./psbt-map.ts";

/** A signature that was verified and stands in the PSBT, in hex. */
export interface AddedSignature {
  readonly input: number;
  /** 33 bytes; of taproot 32: a leaf's key, or for the key path the output key. */
  readonly pubkey: string;
  /** As in the transaction: DER or BIP-340, with its sighash byte. */
  readonly signature: string;
  /** Of a taproot script path: 32 bytes. */
  readonly leafHash?: string;
}

/** A PSBT that signatures are gathered in. */
export interface Combiner {
  readonly inputCount: number;
  /** The PSBT as it is now, in the version that it came in. */
  readonly bytes: () => Uint8Array;
  /**
   * Adds a signer's signatures: all of them, or none where one is refused. A key's signature
   * replaces the one it had.
   *
   * @param fingerprint of the signer's master key, 8 hex digits
   * @returns the signatures with the public keys they belong to; `signature_invalid` with
   * `details.input` where the input has no key of that master under which the signature verifies,
   * its s is high, or its sighash type is neither ALL nor DEFAULT nor the one the input asks for
   */
  readonly add: (
    fingerprint: string,
    records: readonly SignatureRecord[],
  ) => Outcome<readonly AddedSignature[], "signature_invalid">;
  /** How many inputs have a key of the same master and account as one of these inputs. */
  readonly countBeside: (fingerprint: string, inputs: ReadonlySet<number>) => number;
  /** The transaction, as `finalise` says; what `add` has verified isn't verified again. */
  readonly finalise: () => Outcome<FinalTransaction, "signature_invalid" | "signers_missing">;
}

interface Match {
  readonly path: SpendPath;
  readonly key: PathKey;
}

/** The key of that master under which the signature verifies, on the way that the record names. */
const findKey = (
  paths: readonly SpendPath[],
  fingerprint: string,
  record: SignatureRecord,
): Match | undefined => {
  for (const path of paths) {
    if ((path.leafHash === undefined) !== (record.leaf === undefined)) continue;
    const key = path.keys.find(
      (one) => one.fingerprint === fingerprint && path.isSignedBy(one, record),
    );
    if (key !== undefined) return { path, key };
  }
  return undefined;
};

interface Addition {
  readonly field: PsbtField;
  readonly sighash: number;
  readonly added: AddedSignature;
}

const additionOf = (record: SignatureRecord, { path, key }: Match): Addition => {
  const signature = path.encode(record);
  const [type = 0, ...keyData] = path.fieldKey(key);
  return {
    field: psbtField(type, signature, Uint8Array.from(keyData)),
    sighash: record.sighash,
    added: {
      input: record.input,
      pubkey: key.publicKey,
      signature: hex.encode(signature),
      ...(path.leafHash === undefined ? {} : { leafHash: hex.encode(path.leafHash) }),
    },
  };
};

/** Remembers which signatures were found good, by input, field and bytes. */
const createMemory = () => {
  const good = new Set<string>();
  const nameOf = (input: number, key: Uint8Array, value: Uint8Array): string =>
    `${input} ${hex.encode(key)} ${hex.encode(value)}`;
  const keep = (input: number, { key, value }: PsbtField): void => {
    good.add(nameOf(input, key, value));
  };
  const isGood: SignatureCheck = (input, path, key, signature) => {
    const name = nameOf(input, path.fieldKey(key), signature);
    if (good.has(name)) return true;
    const plain = path.decode(signature);
    const isSigned = plain !== undefined && path.isSignedBy(key, plain);
    if (isSigned) good.add(name);
    return isSigned;
  };
  return { keep, isGood };
};

/**
 * Opens a PSBT for combining.
 *
 * @param transaction the unsigned one of these maps
 */
export const createCombiner = (maps: PsbtMaps, transaction: Transaction): Combiner => {
  const inputs = [...maps.inputs];
  let { global } = maps;
  const pathsOf = inputReader(maps.inputs, transaction);
  const memory = createMemory();
  const put = ({ field, sighash, added: { input } }: Addition): void => {
    const map = inputs[input];
    if (map === undefined) return;
    inputs[input] = withField(map, field);
    if (maps.version === 2) global = modifiableAfter(global, sighash);
    memory.keep(input, field);
  };
  return {
    inputCount: inputs.length,
    bytes: () => writeMaps({ ...maps, global, inputs }),
    add: (fingerprint, records) => {
      const additions: Addition[] = [];
      for (const record of records) {
        const match = findKey(pathsOf(record.input), fingerprint.toLowerCase(), record);
        if (match === undefined) return fail("signature_invalid", { input: record.input });
        additions.push(additionOf(record, match));
      }
      for (const addition of additions) put(addition);
      return ok(additions.map(({ added }) => added));
    },
    countBeside: (fingerprint, signed) => inputsBeside(maps.inputs, fingerprint, signed),
    finalise: () => finalise({ transaction, inputs, pathsOf, isGood: memory.isGood }),
  };
};
