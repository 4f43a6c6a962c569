/**
 * PSBTs of version 0 (BIP-174, BIP-371), written as bytes: the libraries take minutes to build as
 * many inputs as the bench needs. Every input has an address of its own and the previous
 * transaction of its own where its kind needs one.
 */
import type { Branch, DerivedScript, RegisteredWallet } from "../../../firmware/bitcoin/index.ts";
import type { Crypto } from "../../../firmware/hal.ts";
import { elementOf, unwrap } from "../../bitcoin/expect-value.ts";
import type { BenchedWallet } from "./wallets.ts";

/** What is spent. */
export interface Spend {
  readonly wallet: BenchedWallet;
  readonly inputs: number;
  /** Outputs of strangers in each previous transaction, before the coin: 50 make 1.7 kB. */
  readonly strangers: number;
}

const COIN_SATS = 1_000_000;
/** Of each input, for whoever mines it. */
const FEE_SATS = 1000;
const STRANGER = Uint8Array.fromHex("0014751e76e8199196d454941c45d1b3a323f1433bd6");
const SEQUENCE = 0xfffffffd;
const MAGIC = Uint8Array.fromHex("70736274ff");
const END = Uint8Array.of(0);
const TYPE = { previous: 0, witnessUtxo: 1, script: 5, path: 6, tapPath: 0x16, tapKey: 0x17 };
const OUTPUT_TYPE = { script: 1, path: 2, tapKey: 5, tapPath: 7 };

type Bytes = readonly (Uint8Array | readonly number[])[];

const join = (...parts: Bytes): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));

const uint32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
const uint64 = (value: number): Uint8Array =>
  new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
const size = (value: number): readonly number[] =>
  value < 0xfd ? [value] : [0xfd, value & 0xff, value >> 8];
/** A size that may be beyond 65,535. */
const wide = (value: number): Uint8Array =>
  value < 0x10000 ? Uint8Array.from(size(value)) : join([0xfe], uint32(value));
const sized = (bytes: Uint8Array): Uint8Array => join(size(bytes.length), bytes);
const entry = (type: number, keyData: Uint8Array, value: Uint8Array): Uint8Array =>
  join(size(1 + keyData.length), [type], keyData, size(value.length), value);

const NO_KEY = new Uint8Array(0);

const paid = (script: Uint8Array, sats: number): Uint8Array => join(uint64(sats), sized(script));

/** The transaction that made a coin, without and with its witness; the coin is its last output. */
const fundingOf = (script: Uint8Array, salt: number, strangers: number) => {
  const origin = join(new Uint8Array(28).fill(7), uint32(salt), uint32(0), [0], uint32(SEQUENCE));
  const others = Array.from({ length: strangers }, () => paid(STRANGER, COIN_SATS));
  const body = join([1], origin, size(strangers + 1), ...others, paid(script, COIN_SATS));
  const witness = join([2, 71], new Uint8Array(71).fill(salt), [33], new Uint8Array(33).fill(2));
  return {
    plain: join(uint32(2), body, uint32(0)),
    whole: join(uint32(2), [0, 1], body, witness, uint32(0)),
  };
};

interface Place {
  readonly script: DerivedScript;
  readonly hints: Uint8Array;
}

const withoutParity = (key: Uint8Array): Uint8Array => key.subarray(1);

/** By their keys, as the libraries write them: the key's size comes first in an entry. */
const inOrder = (entries: readonly Uint8Array[]): readonly Uint8Array[] =>
  entries.toSorted((one, other) => Buffer.compare(one.subarray(1), other.subarray(1)));

const hintsOf = (
  { policy }: RegisteredWallet,
  { publicKeys, taproot }: DerivedScript,
  types: typeof TYPE | typeof OUTPUT_TYPE,
  steps: readonly number[],
): Uint8Array => {
  const paths = publicKeys.map((key, i) => {
    const { fingerprint, originPath } = elementOf(policy.keys, i);
    const path = join(fingerprint, ...[...originPath, ...steps].map(uint32));
    return taproot === undefined
      ? entry(types.path, key, path)
      : entry(types.tapPath, withoutParity(key), join([0], path));
  });
  const own = taproot === undefined ? [] : [entry(types.tapKey, NO_KEY, taproot.internalKey)];
  return join(...inOrder([...paths, ...own]));
};

const placesOf = (wallet: RegisteredWallet, types: typeof TYPE | typeof OUTPUT_TYPE) => {
  const { deriver } = wallet;
  return (branch: Branch, index: number): Place => {
    const script = unwrap(deriver.derive(branch, index));
    const { witnessScript } = script;
    const inner = witnessScript === undefined ? [] : entry(types.script, NO_KEY, witnessScript);
    return { script, hints: join(inner, hintsOf(wallet, script, types, [branch, index])) };
  };
};

/** An input: where it stands in the transaction, and its map. */
const inputOf = (place: Place, salt: number, strangers: number, crypto: Crypto) => {
  const { scriptPubKey, taproot } = place.script;
  const { plain, whole } = fundingOf(scriptPubKey, salt, strangers);
  const id = crypto.sha256Of(crypto.sha256Of(plain));
  const utxo = entry(TYPE.witnessUtxo, NO_KEY, paid(scriptPubKey, COIN_SATS));
  // What spends taproot alone commits to all amounts, and needs no proof of them.
  const previous = taproot === undefined ? entry(TYPE.previous, NO_KEY, whole) : [];
  return {
    input: join(id, uint32(strangers), [0], uint32(SEQUENCE)),
    map: join(previous, utxo, place.hints, END),
  };
};

/** The PSBT: a half is paid to a stranger, and the rest comes back. */
export const psbtBytes = ({ wallet, inputs, strangers }: Spend, crypto: Crypto): Uint8Array => {
  const registered = wallet.register();
  const placeOf = placesOf(registered, TYPE);
  const spent = Array.from({ length: inputs }, (_, i) =>
    inputOf(placeOf(0, i), i, strangers, crypto),
  );
  const change = placesOf(registered, OUTPUT_TYPE)(1, 0);
  const half = (inputs * COIN_SATS) / 2;
  const outputs = [
    paid(STRANGER, half),
    paid(change.script.scriptPubKey, half - inputs * FEE_SATS),
  ];
  const unsigned = join(
    uint32(2),
    size(inputs),
    ...spent.map(({ input }) => input),
    [outputs.length],
    ...outputs,
    uint32(0),
  );
  const global = join([1, 0], wide(unsigned.length), unsigned, END);
  return join(MAGIC, global, ...spent.map(({ map }) => map), END, change.hints, END);
};
