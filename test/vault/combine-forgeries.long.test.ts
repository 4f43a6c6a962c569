/** Signatures that aren't what they say are refused by name, for every script a vault uses. */
import { describe, expect, test } from "bun:test";
import * as curve from "@bitcoinerlab/secp256k1";
import { hex } from "@scure/base";
import { Psbt } from "bitcoinjs-lib";
import { readPsbt } from "../../host/vault/index.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import { psbtByBitcoinjs, type Signed, signByBitcoinjs, signedIn } from "./by-bitcoinjs.ts";
import {
  type CoinKind,
  chosenOf,
  coinOf,
  isTaproot,
  KINDS,
  type LockedCoin,
  PEOPLE,
} from "./locked-coins.ts";
import { at, unwrap } from "./three-keys.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Two coins of a kind, of 2 of 3 keys where there may be several. */
const coinsOf = (kind: CoinKind, sighash?: number): readonly LockedCoin[] =>
  [0, 1].map((index) => coinOf({ kind, index, keys: 3, threshold: 2, isSorted: false, sighash }));

const signedOf = (psbt: Psbt, coins: readonly LockedCoin[]): readonly Signed[] =>
  signByBitcoinjs(psbt, coins, 0).data.inputs.flatMap((fields, input) =>
    signedIn(fields, at(coins, input), input),
  );

/** One signer's record of each input. */
const recordsBy = (all: readonly Signed[], fingerprint: string): readonly SignatureRecord[] =>
  all.flatMap((one) => (one.fingerprint === fingerprint ? [one.record] : []));

const withHighS = (signature: Uint8Array): Uint8Array => {
  const s = BigInt(`0x${hex.encode(signature.slice(32))}`);
  return Uint8Array.of(
    ...signature.slice(0, 32),
    ...hex.decode((ORDER - s).toString(16).padStart(64, "0")),
  );
};

const expectRefused = (
  bytes: Uint8Array,
  fingerprint: string,
  record: SignatureRecord,
  beside: SignatureRecord,
) => {
  const combiner = unwrap(readPsbt(bytes));
  expect(combiner.add(fingerprint, [beside, record])).toEqual({
    ok: false,
    error: "signature_invalid",
    details: { input: record.input },
  });
  expect(combiner.bytes()).toEqual(bytes);
  expect(combiner.add(fingerprint, [beside]).ok).toBeTrue();
};

describe.each(KINDS)("%s", (kind) => {
  const coins = coinsOf(kind);
  const psbt = psbtByBitcoinjs(coins);
  const bytes = Uint8Array.from(psbt.toBuffer());
  const signed = signedOf(psbt, coins);
  const [{ signer }] = [at(chosenOf(at(coins, 0), 0), 0)];
  const [zero, one] = [0, 1].map((input) => at(recordsBy(signed, signer.fingerprint), input));
  if (zero === undefined || one === undefined) throw new Error("it signed both");
  const refuse = (change: Partial<SignatureRecord>, fingerprint = signer.fingerprint) =>
    expectRefused(bytes, fingerprint, { ...zero, ...change }, one);

  test("a damaged signature", () => {
    for (const byte of [5, 40])
      refuse({ signature: zero.signature.map((value, i) => (i === byte ? value ^ 1 : value)) });
  });

  test("a signature for another input", () => {
    refuse({ signature: one.signature });
  });

  test("another key's signature", () => {
    const privateKey = at(PEOPLE, 3).master.privateKey ?? new Uint8Array(32);
    const digest = crypto.getRandomValues(new Uint8Array(32));
    const sign = isTaproot({ kind }) ? curve.signSchnorr : curve.sign;
    refuse({ signature: sign(digest, privateKey) });
    const others = signed.filter((other) => other.fingerprint !== signer.fingerprint);
    for (const other of others.slice(0, 1)) refuse({ signature: other.record.signature });
  });

  test("a signature of a master that isn't told to hold the key", () => {
    const combiner = unwrap(readPsbt(bytes));
    const refused = { ok: false, error: "signature_invalid", details: { input: 0 } } as const;
    expect(combiner.add(at(PEOPLE, 3).fingerprint, [zero, one])).toEqual(refused);
    expect(combiner.add("00000000", [zero, one])).toEqual(refused);
  });

  test("another sighash byte than was signed", () => {
    for (const sighash of [0, 1, 2, 3, 4, 0x80, 0x81, 0x83, 0xff])
      if (sighash !== zero.sighash) refuse({ sighash });
  });

  test("a leaf where there is none, and none where there is one", () => {
    expectRefused(bytes, signer.fingerprint, withLeaf(zero), one);
  });

  test.each([
    [undefined, 2],
    [undefined, 3],
    [undefined, 0x81],
    [2, 3],
    [1, 0x81],
    [3, 1],
    [0x83, 3],
  ])("asked for the sighash type %p, one of %p", (asked, given) => {
    const other = psbtByBitcoinjs(coinsOf(kind, given));
    const good = recordsBy(signedOf(other, coinsOf(kind, given)), signer.fingerprint);
    expect(unwrap(readPsbt(other.toBuffer())).add(signer.fingerprint, good).ok).toBeTrue();
    const askedPsbt = psbtByBitcoinjs(coinsOf(kind, asked));
    const proper = recordsBy(signedOf(askedPsbt, coinsOf(kind, asked)), signer.fingerprint);
    const before = Uint8Array.from(askedPsbt.toBuffer());
    expectRefused(before, signer.fingerprint, at(good, 0), at(proper, 1));
  });
});

/** The same record on the other way to spend: a leaf's for the key path or the reverse. */
const withLeaf = ({ leaf, ...record }: SignatureRecord): SignatureRecord =>
  leaf === undefined ? { ...record, leaf: 0 } : record;

describe.each(KINDS.filter((kind) => !isTaproot({ kind })))("%s", (kind) => {
  test("a high s", () => {
    const coins = coinsOf(kind);
    const psbt = psbtByBitcoinjs(coins);
    const { fingerprint } = at(chosenOf(at(coins, 0), 0), 0).signer;
    const [zero, one] = recordsBy(signedOf(psbt, coins), fingerprint);
    if (zero === undefined || one === undefined) throw new Error("it signed both");
    const high = { ...zero, signature: withHighS(zero.signature) };
    expectRefused(Uint8Array.from(psbt.toBuffer()), fingerprint, high, one);
  });
});

describe("taproot", () => {
  const coins = coinsOf("tr-tree");
  const psbt = psbtByBitcoinjs(coins);
  const signed = signedOf(psbt, coins);
  const { fingerprint } = at(chosenOf(at(coins, 0), 0), 0).signer;
  const good = recordsBy(signed, fingerprint);
  const add = (changed: Psbt) =>
    unwrap(readPsbt(Uint8Array.from(changed.toBuffer()))).add(fingerprint, good);
  /** The first input with other leaves. */
  const withLeaves = (
    change: (leaf: { script: Uint8Array; controlBlock: Uint8Array; leafVersion: number }) => object,
  ): Psbt => {
    const changed = Psbt.fromBuffer(psbt.toBuffer());
    const [first] = changed.data.inputs;
    if (first === undefined) throw new Error("it has inputs");
    first.tapLeafScript = (first.tapLeafScript ?? []).map((leaf) => ({ ...leaf, ...change(leaf) }));
    return changed;
  };
  const refused = { ok: false, error: "signature_invalid", details: { input: 0 } } as const;

  test("takes what the leaves of the tree sign", () => {
    expect(add(withLeaves(() => ({}))).ok).toBeTrue();
  });

  test("refuses a leaf that the output key doesn't commit to", () => {
    const flip = (byte: number) =>
      withLeaves(({ controlBlock }) => ({
        controlBlock: controlBlock.map((value, i) => (i === byte ? value ^ 1 : value)),
      }));
    // The parity, the internal key, the other leaf's hash.
    for (const byte of [0, 1, 40]) expect(add(flip(byte))).toEqual(refused);
    for (const length of [0, 32, 33, 64]) {
      const short = withLeaves(({ controlBlock }) => ({
        controlBlock: controlBlock.slice(0, length),
      }));
      short.data.inputs[0]?.tapLeafScript?.splice(1);
      const read = readPsbt(Uint8Array.from(short.toBuffer()));
      // Without its tree's other leaf it is a control block still; otherwise it is none.
      if (length === 33) expect(unwrap(read).add(fingerprint, good)).toEqual(refused);
      else expect(read).toEqual({ ok: false, error: "not_a_psbt" });
    }
  });

  test("refuses a signature on a leaf that the PSBT doesn't list", () => {
    const changed = Psbt.fromBuffer(psbt.toBuffer());
    const [first] = changed.data.inputs;
    first?.tapLeafScript?.splice(0);
    expect(add(changed)).toEqual(refused);
  });

  test("refuses a signature where another input's coin isn't known: the digest needs all", () => {
    const changed = Psbt.fromBuffer(psbt.toBuffer());
    delete changed.data.inputs[1]?.witnessUtxo;
    expect(add(changed)).toEqual(refused);
  });

  test("finalise refuses a signature on a leaf that isn't listed, and one that is wrong", () => {
    const full = Psbt.fromBuffer(signByBitcoinjs(psbt, coins, 0).toBuffer());
    expect(unwrap(readPsbt(full.toBuffer())).finalise().ok).toBeTrue();
    const [own] = full.data.inputs[0]?.tapScriptSig ?? [];
    if (own === undefined) throw new Error("it is signed");
    own.leafHash = new Uint8Array(32).fill(1);
    expect(unwrap(readPsbt(full.toBuffer())).finalise()).toEqual(refused);
    own.leafHash = full.data.inputs[0]?.tapScriptSig?.[1]?.leafHash ?? own.leafHash;
    own.signature = new Uint8Array(64).fill(1);
    expect(unwrap(readPsbt(full.toBuffer())).finalise()).toEqual(refused);
  });
});
