import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { Transaction as OtherTransaction } from "@scure/btc-signer";
import * as curve from "@bitcoinerlab/secp256k1";
import { Psbt, script, Transaction } from "bitcoinjs-lib";
import fc from "fast-check";
import { inputDigests } from "../../host/vault/combine-digest.ts";
import {
  addSignatures,
  draftPsbt,
  finalise,
  madeUpCoins,
  readPsbt,
  type Wallet,
} from "../../host/vault/index.ts";
import {
  at,
  printedSeed,
  randomSigners,
  signaturesOf,
  type TestSigner,
  unwrap,
  walletOf,
} from "./three-keys.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const signers = randomSigners(3).toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
const [alice, bob, carol] = [at(signers, 0), at(signers, 1), at(signers, 2)];
const wallet = walletOf(signers);

const draftOf = (inputs: number, feeRate = 3, from: Wallet = wallet) =>
  unwrap(
    draftPsbt({
      wallet: from,
      coins: madeUpCoins({
        wallet: from,
        amountsSats: Array.from({ length: inputs }, () => 10_000_000),
        seedLabel: "combine",
      }),
      payments: [{ address: from.address({ branch: 0, index: 99 }).address, amountSats: 50_000 }],
      change: { branch: 1, index: 0 },
      feeRate,
      minimumInputs: inputs,
    }),
  );

const signWith = (psbt: Psbt, by: readonly TestSigner[]): Psbt => {
  for (const signer of by)
    unwrap(addSignatures(psbt, signer.fingerprint, signaturesOf(psbt, signer)));
  return psbt;
};

/** The same signature with s on the other side of the curve's order: valid ECDSA, high S. */
const withHighS = (signature: Uint8Array): Uint8Array => {
  const rLength = at([...signature], 3);
  const sStart = 4 + rLength + 2;
  const r = signature.slice(4, 4 + rLength);
  const s = BigInt(`0x${hex.encode(signature.slice(sStart, -1))}`);
  const high = hex.decode(`00${(ORDER - s).toString(16).padStart(64, "0")}`);
  const body = [2, r.length, ...r, 2, high.length, ...high];
  return Uint8Array.from([0x30, body.length, ...body, 1]);
};

describe("draft, sign, combine, finalise", () => {
  test.each([
    ["first and second", [alice, bob]],
    ["third and first", [carol, alice]],
    ["second and third", [bob, carol]],
  ])("with the %s signer", (_, pair) => {
    const { psbt, prevouts, vsize, feeSats } = draftOf(3);
    expect(finalise(psbt).ok).toBeFalse();
    signWith(psbt, pair);
    expect(finalise(psbt).ok).toBeTrue();
    const before = psbt.toBase64();
    const { txHex, txid, signedBy } = unwrap(finalise(psbt));
    expect(psbt.toBase64()).toBe(before);
    expect(signedBy).toEqual(pair.map(({ fingerprint }) => fingerprint).toSorted());
    const other = OtherTransaction.fromRaw(hex.decode(txHex));
    expect([other.id, other.inputsLength, other.outputsLength]).toEqual([txid, 3, 2]);
    expect(other.vsize).toBeLessThanOrEqual(vsize);
    const inSats = prevouts.reduce((sum, { amountSats }) => sum + amountSats, 0);
    const outSats = [0, 1].reduce((sum, vout) => sum + Number(other.getOutput(vout).amount), 0);
    expect(inSats - outSats).toBe(feeSats);
  });

  test("makes the bytes that bitcoinjs-lib's own finaliser makes", () => {
    const psbt = signWith(draftOf(4).psbt, [bob, alice]);
    const { txHex } = unwrap(finalise(psbt));
    expect(psbt.clone().finalizeAllInputs().extractTransaction(true).toHex()).toBe(txHex);
  });

  test("from a PSBT that went through a file between the signers", () => {
    const { psbt } = draftOf(2);
    const once = unwrap(readPsbt(signWith(psbt, [carol]).toBuffer()));
    const twice = unwrap(readPsbt(new TextEncoder().encode(signWith(once, [alice]).toBase64())));
    expect(unwrap(finalise(twice)).signedBy).toEqual([alice.fingerprint, carol.fingerprint]);
  });

  test("with 1-of-2, 3-of-3 and 8-of-8, whose script is longer than 252 bytes", () => {
    for (const [threshold, count] of [
      [1, 2],
      [3, 3],
      [8, 8],
    ] as const) {
      const group = randomSigners(count);
      const { psbt, vsize } = draftOf(2, 3, walletOf(group, threshold));
      const { txHex } = unwrap(finalise(signWith(psbt, group)));
      const actual = Transaction.fromHex(txHex).virtualSize();
      expect(actual).toBeLessThanOrEqual(vsize);
      expect(actual).toBeGreaterThanOrEqual(vsize - 2 * 3 * threshold);
    }
  });

  test("is at most as large as estimated, and within 3 vB per input", () => {
    const inputs = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(inputs, fc.double({ min: 0.5, max: 500, noNaN: true }), (count, feeRate) => {
        const { psbt, vsize, feeSats } = draftOf(count, feeRate);
        const { txHex } = unwrap(finalise(signWith(psbt, [alice, carol])));
        const actual = Transaction.fromHex(txHex).virtualSize();
        expect(actual).toBeLessThanOrEqual(vsize);
        expect(actual).toBeGreaterThanOrEqual(vsize - 3 * count);
        expect(feeSats / actual).toBeGreaterThanOrEqual(feeRate);
      }),
      { numRuns: 25, ...printedSeed("estimated size") },
    );
  });
});

describe("addSignatures", () => {
  test("returns input, public key and signature in hex", () => {
    const { psbt } = draftOf(2);
    const signatures = signaturesOf(psbt, bob);
    const added = unwrap(addSignatures(psbt, bob.fingerprint.toUpperCase(), signatures));
    for (const [input, one] of added.entries()) {
      const path = `m/48'/1'/0'/2'/0/${input}`;
      expect(one).toEqual({
        input,
        pubkey: hex.encode(bob.master.derivePath(path).publicKey),
        signature: hex.encode(at(signatures, input).signature),
      });
    }
  });

  test("adds a signature once, however often it comes", () => {
    const { psbt } = draftOf(1);
    const signatures = signaturesOf(psbt, bob);
    unwrap(addSignatures(psbt, bob.fingerprint, [...signatures, ...signatures]));
    unwrap(addSignatures(psbt, bob.fingerprint, signatures));
    expect(psbt.data.inputs.map(({ partialSig }) => partialSig?.length)).toEqual([1]);
    expect(finalise(psbt).ok).toBeFalse();
  });

  const { psbt } = draftOf(2);
  const [good, next] = [at(signaturesOf(psbt, alice), 0), at(signaturesOf(psbt, alice), 1)];
  const { signature } = good;
  const flip = (position: number): Uint8Array =>
    signature.map((byte, index) => (index === position ? byte ^ 1 : byte));
  const withByte = (sighash: number): Uint8Array =>
    Uint8Array.from([...signature.slice(0, -1), sighash]);
  const withSighash = (sighash: number): Uint8Array => {
    const copy = psbt.clone().updateInput(0, { sighashType: sighash });
    copy.signInputHD(0, alice.master, [sighash]);
    return at(copy.data.inputs[0]?.partialSig ?? [], 0).signature;
  };

  test.each<[string, TestSigner, number, Uint8Array]>([
    ["a damaged r", alice, 0, flip(10)],
    ["a damaged s", alice, 0, flip(signature.length - 5)],
    ["damaged DER", alice, 0, flip(1)],
    ["another signer's signature", alice, 0, at(signaturesOf(psbt, bob), 0).signature],
    ["a signature under another fingerprint", bob, 0, signature],
    ["a key that isn't the wallet's", at(randomSigners(1), 0), 0, signature],
    ["another input's signature", alice, 0, next.signature],
    ["a high S", alice, 0, withHighS(signature)],
    ["SIGHASH_NONE", alice, 0, withSighash(2)],
    ["SIGHASH_SINGLE", alice, 0, withSighash(3)],
    ["SIGHASH_ALL with ANYONECANPAY", alice, 0, withSighash(0x81)],
    ["a sighash byte that isn't what was signed", alice, 0, withByte(2)],
    ["the same with ANYONECANPAY", alice, 0, withByte(0x81)],
    ["a sighash byte that is none", alice, 0, flip(signature.length - 1)],
    ["no sighash byte", alice, 0, signature.slice(0, -1)],
    ["an empty signature", alice, 0, new Uint8Array(0)],
    ["an input that isn't there", alice, 2, signature],
    ["a negative input", alice, -1, signature],
  ])("refuses %s", (_, signer, input, bytes) => {
    const target = psbt.clone();
    const added = addSignatures(target, signer.fingerprint, [
      { input: 1, signature: next.signature },
      { input, signature: bytes },
    ]);
    const blamed = signer === alice ? input : 1;
    expect(added).toEqual({ ok: false, error: "signature_invalid", details: { input: blamed } });
    expect(target.data.inputs.flatMap(({ partialSig }) => partialSig ?? [])).toEqual([]);
  });

  test("refuses the high S for nothing else: it is valid ECDSA", () => {
    const digest = inputDigests(Transaction.fromBuffer(psbt.data.getTransaction()));
    const { witnessScript, publicKeys } = wallet.address({ branch: 0, index: 0 });
    const position = publicKeys.findIndex((key) => key.fingerprint === alice.fingerprint);
    const { publicKey } = at(publicKeys, position);
    const { signature: compact } = script.signature.decode(withHighS(signature));
    const message = digest(0, witnessScript ?? new Uint8Array(), 10_000_000n) ?? new Uint8Array();
    expect(curve.verify(message, publicKey, compact, false)).toBeTrue();
    expect(curve.verify(message, publicKey, compact, true)).toBeFalse();
    expect(addSignatures(psbt.clone(), alice.fingerprint, [good]).ok).toBeTrue();
  });

  test("refuses an input whose fields don't fit together", () => {
    const [own, other] = [at(psbt.data.inputs, 0), at(draftOf(3).psbt.data.inputs, 2)];
    const previous = Transaction.fromBuffer(own.nonWitnessUtxo ?? new Uint8Array());
    previous.locktime += 1;
    const changes = [
      { witnessScript: other.witnessScript },
      { witnessUtxo: other.witnessUtxo },
      { nonWitnessUtxo: other.nonWitnessUtxo },
      { nonWitnessUtxo: previous.toBuffer() },
      {
        nonWitnessUtxo: undefined,
        witnessUtxo: { script: new Uint8Array(34), value: 10_000_000n },
      },
      { nonWitnessUtxo: undefined, witnessUtxo: undefined },
      { bip32Derivation: [] },
    ] as const;
    for (const change of changes) {
      const target = Psbt.fromBuffer(psbt.toBuffer());
      Object.assign(at(target.data.inputs, 0), change);
      const added = addSignatures(target, alice.fingerprint, [good]);
      expect(added).toMatchObject({ error: "signature_invalid", details: { input: 0 } });
    }
    const target = Psbt.fromBuffer(psbt.toBuffer());
    Object.assign(at(target.data.inputs, 0), { nonWitnessUtxo: undefined });
    expect(addSignatures(target, alice.fingerprint, [good]).ok).toBeTrue();
  });
});

describe("finalise", () => {
  test("says which input lacks signatures", () => {
    const { psbt } = draftOf(2);
    const missing = { error: "signers_missing", details: { input: 0, have: 0, need: 2 } };
    expect(finalise(psbt)).toMatchObject(missing);
    signWith(psbt, [alice]);
    unwrap(addSignatures(psbt, bob.fingerprint, signaturesOf(psbt, bob).slice(0, 1)));
    expect(finalise(psbt).ok).toBeFalse();
    expect(finalise(psbt)).toMatchObject({ details: { input: 1, have: 1, need: 2 } });
  });

  test("trims a third signature, whatever the order they came in", () => {
    const { psbt } = draftOf(5);
    const pair = unwrap(finalise(signWith(psbt.clone(), [alice, bob])));
    for (const order of [signers, signers.toReversed(), [bob, carol, alice]])
      expect(unwrap(finalise(signWith(psbt.clone(), order)))).toEqual(pair);
    expect(pair.signedBy).toEqual([alice.fingerprint, bob.fingerprint]);
  });

  test("prefers the signers of most inputs where one stopped half way", () => {
    const { psbt } = draftOf(4);
    const half = signaturesOf(psbt, alice).slice(0, 2);
    unwrap(addSignatures(psbt, alice.fingerprint, half));
    signWith(psbt, [bob, carol]);
    const { signedBy } = unwrap(finalise(psbt));
    expect(signedBy).toEqual([bob.fingerprint, carol.fingerprint]);
  });

  test("refuses a signature that got into the PSBT without being verified", () => {
    const { psbt } = draftOf(2);
    signWith(psbt, [alice, bob]);
    const [first, second] = [at(psbt.data.inputs, 0), at(psbt.data.inputs, 1)];
    const swapped = psbt.clone();
    Object.assign(at(swapped.data.inputs, 1), {
      partialSig: (second.partialSig ?? []).map(({ pubkey }, position) => ({
        pubkey,
        signature: at(first.partialSig ?? [], position).signature,
      })),
    });
    expect(finalise(swapped)).toMatchObject({ error: "signature_invalid", details: { input: 1 } });
    const foreign = psbt.clone();
    at(foreign.data.inputs, 0).partialSig?.push(...(second.partialSig ?? []));
    expect(finalise(foreign)).toMatchObject({ error: "signature_invalid", details: { input: 0 } });
  });

  test("makes nothing of a PSBT without inputs", () => {
    expect(finalise(new Psbt())).toMatchObject({ ok: false, error: "signers_missing" });
    expect(addSignatures(new Psbt(), alice.fingerprint, [])).toEqual({ ok: true, value: [] });
  });
});
