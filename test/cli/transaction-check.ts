/**
 * The demo's transaction judged by code of its own: @scure/btc-signer reads it, and BIP-143's
 * digest, the witness scripts and the signatures are checked here, from the printed facts alone.
 */
import { expect } from "bun:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { hex } from "@scure/base";
import { HDKey } from "@scure/bip32";
import { p2ms, p2wsh, Transaction } from "@scure/btc-signer";
import { type JsonEvent, textOf } from "./mayfly.ts";

const TESTNET = { private: 0x04358394, public: 0x043587cf };
const HALF_ORDER = secp256k1.Point.CURVE().n >> 1n;
const SIGHASH_ALL = 1;

/** A coin as the demo prints it. */
export interface Prevout {
  readonly txid: string;
  readonly vout: number;
  readonly amountSats: number;
  readonly scriptHex: string;
  readonly path: string;
}

const isPrevout = (value: unknown): value is Prevout =>
  typeof value === "object" &&
  value !== null &&
  "txid" in value &&
  "vout" in value &&
  "amountSats" in value &&
  "scriptHex" in value &&
  "path" in value;

/** The coins of the last line. */
export const prevoutsOf = ({ prevouts }: JsonEvent): readonly Prevout[] => {
  if (!Array.isArray(prevouts)) throw new Error("no prevouts");
  return prevouts.filter(isPrevout);
};

/** A compact size and what follows it. */
const sized = (bytes: Uint8Array): Uint8Array => {
  const length = bytes.length;
  const head = length < 0xfd ? [length] : [0xfd, length & 0xff, length >> 8];
  return Uint8Array.of(...head, ...bytes);
};

const little = (value: number | bigint, bytes: 4 | 8): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(value), true);
  return new Uint8Array(view.buffer, 0, bytes);
};

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const hash256 = (bytes: Uint8Array): Uint8Array => sha256(sha256(bytes));

const inputsOf = (transaction: Transaction) =>
  Array.from({ length: transaction.inputsLength }, (_, i) => transaction.getInput(i));

const outpoint = ({ txid, index }: { txid?: Uint8Array; index?: number }): Uint8Array =>
  join((txid ?? new Uint8Array(32)).toReversed(), little(index ?? 0, 4));

/** BIP-143, "Specification", for SIGHASH_ALL. */
const digestOf = (
  transaction: Transaction,
  position: number,
  witnessScript: Uint8Array,
  amountSats: number,
): Uint8Array => {
  const inputs = inputsOf(transaction);
  const own = inputs[position] ?? {};
  const outputs = Array.from({ length: transaction.outputsLength }, (_, i) => {
    const { amount = 0n, script = new Uint8Array(0) } = transaction.getOutput(i);
    return join(little(amount, 8), sized(script));
  });
  return hash256(
    join(
      little(transaction.version, 4),
      hash256(join(...inputs.map(outpoint))),
      hash256(join(...inputs.map(({ sequence = 0 }) => little(sequence, 4)))),
      outpoint(own),
      sized(witnessScript),
      little(amountSats, 8),
      little(own.sequence ?? 0, 4),
      hash256(join(...outputs)),
      little(transaction.lockTime, 4),
      little(SIGHASH_ALL, 4),
    ),
  );
};

/** Which of the keys made the signature; -1 for none. Strict about low S and the sighash byte. */
const signerOf = (signature: Uint8Array, digest: Uint8Array, keys: readonly Uint8Array[]) => {
  expect(signature.at(-1)).toBe(SIGHASH_ALL);
  const der = signature.subarray(0, -1);
  expect(secp256k1.Signature.fromBytes(der, "der").s <= HALF_ORDER).toBe(true);
  return keys.findIndex((key) =>
    secp256k1.verify(der, digest, key, { prehash: false, lowS: true, format: "der" }),
  );
};

/** The wallet's keys in a descriptor `wsh(sortedmulti(2,[…]tpub…/<0;1>/*,…))#…`. */
const descriptorKeys = (descriptor: string): readonly HDKey[] =>
  [...descriptor.matchAll(/\](tpub\w+)\/<0;1>\/\*/g)].map(([, xpub = ""]) =>
    HDKey.fromExtendedKey(xpub, TESTNET),
  );

const placeOf = (keys: readonly HDKey[], path: string) => {
  const publicKeys = keys
    .map((key) => key.derive(`m/${path}`).publicKey ?? new Uint8Array(33))
    .toSorted((a, b) => Buffer.compare(a, b));
  return { publicKeys, ...p2wsh(p2ms(2, publicKeys)) };
};

/** Every input: its script from descriptor and path, its witness, two signers' signatures. */
export const expectSpend = (done: JsonEvent): Transaction => {
  const bytes = hex.decode(textOf(done, "txHex"));
  const transaction = Transaction.fromRaw(bytes, { allowUnknownOutputs: true });
  const keys = descriptorKeys(textOf(done, "descriptor"));
  expect(keys).toHaveLength(3);
  expect(transaction.id).toBe(textOf(done, "txid"));
  const prevouts = prevoutsOf(done);
  expect(transaction.inputsLength).toBe(prevouts.length);
  for (const [position, input] of inputsOf(transaction).entries()) {
    const prevout = prevouts[position];
    if (prevout === undefined) throw new Error(`no prevout ${position}`);
    const { publicKeys, script, witnessScript } = placeOf(keys, prevout.path);
    expect(hex.encode(input.txid ?? new Uint8Array(0))).toBe(prevout.txid);
    expect(input.index).toBe(prevout.vout);
    expect(hex.encode(script)).toBe(prevout.scriptHex);
    const [none, first, second, last, ...more] = input.finalScriptWitness ?? [];
    expect([none?.length, more.length]).toEqual([0, 0]);
    if (first === undefined || second === undefined || last === undefined) {
      throw new Error(`input ${position} has no 2-of-3 witness`);
    }
    expect(hex.encode(last)).toBe(hex.encode(witnessScript));
    expect(`0020${hex.encode(sha256(last))}`).toBe(prevout.scriptHex);
    const digest = digestOf(transaction, position, last, prevout.amountSats);
    const signers = [first, second].map((one) => signerOf(one, digest, publicKeys));
    expect(signers).not.toContain(-1);
    expect(new Set(signers).size).toBe(2);
  }
  return transaction;
};
