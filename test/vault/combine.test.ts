import { describe, expect, test } from "bun:test";
import { base64, hex } from "@scure/base";
import { Transaction as OtherTransaction } from "@scure/btc-signer";
import * as curve from "@bitcoinerlab/secp256k1";
import { Psbt, script, Transaction } from "bitcoinjs-lib";
import fc from "fast-check";
import { inputDigests } from "../../host/vault/combine-digest.ts";
import { readPsbt, type Wallet } from "../../host/vault/index.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import {
  at,
  combinerOf,
  printedSeed,
  psbtIn,
  randomSigners,
  recordOf,
  signaturesOf,
  type TestSigner,
  unwrap,
  walletOf,
} from "./three-keys.ts";
import { addBy, draftFrom, people, signWith, wallet, withHighS } from "./signed-drafts.ts";

const [alice, bob, carol] = people;

const draftOf = (inputs: number, feeRate = 3, from: Wallet = wallet) =>
  draftFrom(from, inputs, feeRate);

describe("draft, sign, combine, finalise", () => {
  test.each([
    ["first and second", [alice, bob]],
    ["third and first", [carol, alice]],
    ["second and third", [bob, carol]],
  ])("with the %s signer", (_, pair) => {
    const { psbt, prevouts, vsize, feeSats } = draftOf(3);
    expect(combinerOf(psbt).finalise().ok).toBeFalse();
    const signed = signWith(psbt, pair);
    expect(signed.finalise().ok).toBeTrue();
    const before = signed.bytes();
    const { txHex, txid, signedBy } = unwrap(signed.finalise());
    expect(signed.bytes()).toEqual(before);
    expect(signedBy).toEqual(pair.map(({ fingerprint }) => fingerprint).toSorted());
    const other = OtherTransaction.fromRaw(hex.decode(txHex));
    expect([other.id, other.inputsLength, other.outputsLength]).toEqual([txid, 3, 2]);
    expect(other.vsize).toBeLessThanOrEqual(vsize);
    const inSats = prevouts.reduce((sum, { amountSats }) => sum + amountSats, 0);
    const outSats = [0, 1].reduce((sum, vout) => sum + Number(other.getOutput(vout).amount), 0);
    expect(inSats - outSats).toBe(feeSats);
  });

  test("makes the bytes that bitcoinjs-lib's own finaliser makes", () => {
    const signed = signWith(draftOf(4).psbt, [bob, alice]);
    const { txHex } = unwrap(signed.finalise());
    expect(psbtIn(signed).finalizeAllInputs().extractTransaction(true).toHex()).toBe(txHex);
  });

  test("from a PSBT that went through a file between the signers", () => {
    const { psbt } = draftOf(2);
    const once = unwrap(readPsbt(signWith(psbt, [carol]).bytes()));
    const text = base64.encode(addBy(once, alice).bytes());
    const twice = unwrap(readPsbt(new TextEncoder().encode(text)));
    expect(unwrap(twice.finalise()).signedBy).toEqual([alice.fingerprint, carol.fingerprint]);
  });

  test("with 1-of-2, 3-of-3 and 8-of-8, whose script is longer than 252 bytes", () => {
    for (const [threshold, count] of [
      [1, 2],
      [3, 3],
      [8, 8],
    ] as const) {
      const group = randomSigners(count);
      const { psbt, vsize } = draftOf(2, 3, walletOf(group, threshold));
      const { txHex } = unwrap(signWith(psbt, group).finalise());
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
        const { txHex } = unwrap(signWith(psbt, [alice, carol]).finalise());
        const actual = Transaction.fromHex(txHex).virtualSize();
        expect(actual).toBeLessThanOrEqual(vsize);
        expect(actual).toBeGreaterThanOrEqual(vsize - 3 * count);
        expect(feeSats / actual).toBeGreaterThanOrEqual(feeRate);
      }),
      { numRuns: 25, ...printedSeed("estimated size") },
    );
  });
});

describe("add", () => {
  test("returns input, public key and signature in hex", () => {
    const { psbt } = draftOf(2);
    const signatures = signaturesOf(psbt, bob);
    const added = unwrap(combinerOf(psbt).add(bob.fingerprint.toUpperCase(), signatures));
    for (const [input, one] of added.entries()) {
      const path = `m/48'/1'/0'/2'/0/${input}`;
      expect(one).toEqual({
        input,
        pubkey: hex.encode(bob.master.derivePath(path).publicKey),
        signature: hex.encode(script.signature.encode(at(signatures, input).signature, 1)),
      });
    }
  });

  test("adds a signature once, however often it comes", () => {
    const { psbt } = draftOf(1);
    const signatures = signaturesOf(psbt, bob);
    const combiner = combinerOf(psbt);
    unwrap(combiner.add(bob.fingerprint, [...signatures, ...signatures]));
    unwrap(combiner.add(bob.fingerprint, signatures));
    expect(psbtIn(combiner).data.inputs.map(({ partialSig }) => partialSig?.length)).toEqual([1]);
    expect(combiner.finalise().ok).toBeFalse();
  });

  const { psbt } = draftOf(2);
  const [good, next] = [at(signaturesOf(psbt, alice), 0), at(signaturesOf(psbt, alice), 1)];
  const { signature } = good;
  const flip = (position: number): Uint8Array =>
    signature.map((byte, index) => (index === position ? byte ^ 1 : byte));
  const withSighash = (sighash: number): SignatureRecord => {
    const copy = psbt.clone().updateInput(0, { sighashType: sighash });
    copy.signInputHD(0, alice.master, [sighash]);
    return recordOf(0, at(copy.data.inputs[0]?.partialSig ?? [], 0).signature);
  };

  test.each<[string, TestSigner, Partial<SignatureRecord>]>([
    ["a damaged r", alice, { signature: flip(10) }],
    ["a damaged s", alice, { signature: flip(60) }],
    ["another signer's signature", alice, at(signaturesOf(psbt, bob), 0)],
    ["a signature under another fingerprint", bob, {}],
    ["a key that isn't the wallet's", at(randomSigners(1), 0), {}],
    ["another input's signature", alice, { signature: next.signature }],
    ["a high S", alice, { signature: withHighS(signature) }],
    ["SIGHASH_NONE", alice, withSighash(2)],
    ["SIGHASH_SINGLE", alice, withSighash(3)],
    ["SIGHASH_ALL with ANYONECANPAY", alice, withSighash(0x81)],
    ["a sighash byte that isn't what was signed", alice, { sighash: 2 }],
    ["the same with ANYONECANPAY", alice, { sighash: 0x81 }],
    ["a sighash byte that is none", alice, { sighash: 0 }],
    ["a leaf, where there are none", alice, { leaf: 0 }],
    ["a signature of 63 bytes", alice, { signature: signature.slice(0, -1) }],
    ["a signature of 65 bytes", alice, { signature: Uint8Array.of(...signature, 1) }],
    ["an empty signature", alice, { signature: new Uint8Array(0) }],
    ["an input that isn't there", alice, { input: 2 }],
    ["a negative input", alice, { input: -1 }],
  ])("refuses %s", (_, signer, change) => {
    const target = combinerOf(psbt);
    const changed = { ...good, ...change };
    const added = target.add(signer.fingerprint, [next, changed]);
    const blamed = signer === alice ? changed.input : 1;
    expect(added).toEqual({ ok: false, error: "signature_invalid", details: { input: blamed } });
    expect(target.bytes()).toEqual(Uint8Array.from(psbt.toBuffer()));
  });

  test("refuses the high S for nothing else: it is valid ECDSA", () => {
    const digest = inputDigests(Transaction.fromBuffer(psbt.data.getTransaction()));
    const { witnessScript, publicKeys } = wallet.address({ branch: 0, index: 0 });
    const position = publicKeys.findIndex((key) => key.fingerprint === alice.fingerprint);
    const { publicKey } = at(publicKeys, position);
    const compact = withHighS(signature);
    const message = digest(0, witnessScript ?? new Uint8Array(), 10_000_000n) ?? new Uint8Array();
    expect(curve.verify(message, publicKey, compact, false)).toBeTrue();
    expect(curve.verify(message, publicKey, compact, true)).toBeFalse();
    expect(combinerOf(psbt).add(alice.fingerprint, [good]).ok).toBeTrue();
  });

  /** Other fields in the first input; what is undefined is taken out. */
  const changeFirst = (target: Psbt, change: object) => {
    const changed = Object.entries({ ...at(target.data.inputs, 0), ...change });
    target.data.inputs[0] = Object.fromEntries(changed.filter(([, value]) => value !== undefined));
  };

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
      changeFirst(target, change);
      const added = combinerOf(target).add(alice.fingerprint, [good]);
      expect(added).toMatchObject({ error: "signature_invalid", details: { input: 0 } });
    }
    const target = Psbt.fromBuffer(psbt.toBuffer());
    changeFirst(target, { nonWitnessUtxo: undefined });
    expect(combinerOf(target).add(alice.fingerprint, [good]).ok).toBeTrue();
  });
});
