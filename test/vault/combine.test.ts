import { describe, expect, test } from "bun:test";
import { base64, hex } from "@scure/base";
import { Transaction as OtherTransaction } from "@scure/btc-signer";
import * as curve from "@bitcoinerlab/secp256k1";
import { Psbt, script, Transaction } from "bitcoinjs-lib";
import fc from "fast-check";
import { inputDigests } from "../../host/vault/combine-digest.ts";
import {
  type Combiner,
  draftPsbt,
  madeUpCoins,
  readPsbt,
  readRecords,
  type Wallet,
} from "../../host/vault/index.ts";
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

const addBy = (combiner: Combiner, signer: TestSigner): Combiner => {
  unwrap(combiner.add(signer.fingerprint, signaturesOf(psbtIn(combiner), signer)));
  return combiner;
};

const signWith = (psbt: Psbt, by: readonly TestSigner[]): Combiner =>
  by.reduce(addBy, combinerOf(psbt));

/** The same signature with s on the other side of the curve's order: valid ECDSA, high S. */
const withHighS = (signature: Uint8Array): Uint8Array => {
  const s = BigInt(`0x${hex.encode(signature.slice(32))}`);
  const high = hex.decode((ORDER - s).toString(16).padStart(64, "0"));
  return Uint8Array.from([...signature.slice(0, 32), ...high]);
};

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

  test("with 1-of-1, 3-of-3 and 8-of-8, whose script is longer than 252 bytes", () => {
    for (const [threshold, count] of [
      [1, 1],
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
    const message = digest(0, witnessScript, 10_000_000n) ?? new Uint8Array();
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

describe("readRecords", () => {
  const { psbt } = draftOf(1);
  const [good] = signaturesOf(psbt, alice);
  const der = script.signature.encode(good?.signature ?? new Uint8Array(64), 1);

  test("reads strict DER with its sighash byte", () => {
    const signatures = [{ input: 7, key: 2, signature: der }];
    expect(unwrap(readRecords(signatures))).toEqual([
      { input: 7, key: 2, sighash: 1, signature: good?.signature ?? der },
    ]);
  });

  test.each([
    ["damaged DER", der.map((byte, index) => (index === 1 ? byte ^ 1 : byte))],
    ["no sighash byte", der.slice(0, -1)],
    ["a sighash byte that is none", Uint8Array.of(...der.slice(0, -1), 0)],
    ["an empty signature", new Uint8Array(0)],
  ])("refuses %s", (_, signature) => {
    const refused = { ok: false, error: "signature_invalid", details: { input: 3 } } as const;
    expect(readRecords([{ input: 3, key: 0, signature }])).toEqual(refused);
  });
});

describe("finalise", () => {
  test("says which input lacks signatures", () => {
    const { psbt } = draftOf(2);
    const missing = { error: "signers_missing", details: { input: 0, have: 0, need: 2 } };
    expect(combinerOf(psbt).finalise()).toMatchObject(missing);
    const signed = signWith(psbt, [alice]);
    unwrap(signed.add(bob.fingerprint, signaturesOf(psbt, bob).slice(0, 1)));
    expect(signed.finalise().ok).toBeFalse();
    expect(signed.finalise()).toMatchObject({ details: { input: 1, have: 1, need: 2 } });
  });

  test("trims a third signature, whatever the order they came in", () => {
    const { psbt } = draftOf(5);
    const pair = unwrap(signWith(psbt, [alice, bob]).finalise());
    for (const order of [signers, signers.toReversed(), [bob, carol, alice]])
      expect(unwrap(signWith(psbt, order).finalise())).toEqual(pair);
    expect(pair.signedBy).toEqual([alice.fingerprint, bob.fingerprint]);
  });

  test("prefers the signers of most inputs where one stopped half way", () => {
    const { psbt } = draftOf(4);
    const half = signaturesOf(psbt, alice).slice(0, 2);
    const signed = signWith(psbt, [bob, carol]);
    unwrap(signed.add(alice.fingerprint, half));
    const { signedBy } = unwrap(signed.finalise());
    expect(signedBy).toEqual([bob.fingerprint, carol.fingerprint]);
  });

  test("refuses a signature that got into the PSBT without being verified", () => {
    const psbt = psbtIn(signWith(draftOf(2).psbt, [alice, bob]));
    const [first, second] = [at(psbt.data.inputs, 0), at(psbt.data.inputs, 1)];
    const swapped = psbt.clone();
    Object.assign(at(swapped.data.inputs, 1), {
      partialSig: (second.partialSig ?? []).map(({ pubkey }, position) => ({
        pubkey,
        signature: at(first.partialSig ?? [], position).signature,
      })),
    });
    expect(combinerOf(swapped).finalise()).toMatchObject({
      error: "signature_invalid",
      details: { input: 1 },
    });
    const foreign = psbt.clone();
    at(foreign.data.inputs, 0).partialSig?.push(...(second.partialSig ?? []));
    expect(combinerOf(foreign).finalise()).toMatchObject({
      error: "signature_invalid",
      details: { input: 0 },
    });
  });

  test.each([
    ["a damaged r", (der: Uint8Array) => der.map((byte, at) => (at === 10 ? byte ^ 1 : byte))],
    ["damaged DER", (der: Uint8Array) => der.map((byte, at) => (at === 1 ? byte ^ 1 : byte))],
    [
      "a high S",
      (der: Uint8Array) => {
        const { signature, hashType } = script.signature.decode(der);
        return script.signature.encode(withHighS(signature), hashType);
      },
    ],
    ["another sighash byte", (der: Uint8Array) => Uint8Array.of(...der.slice(0, -1), 2)],
    ["no sighash byte", (der: Uint8Array) => der.slice(0, -1)],
  ])("refuses %s that stands in the PSBT", (_, damage) => {
    const psbt = psbtIn(signWith(draftOf(2).psbt, [alice, bob]));
    const [, second] = psbt.data.inputs;
    const [one, other] = second?.partialSig ?? [];
    if (one === undefined || other === undefined) throw new Error("two signed it");
    // Written past bitcoinjs-lib, which checks the form of what it writes.
    const [bytes, damaged] = [hex.encode(psbt.toBuffer()), damage(other.signature)];
    const lengths = [other.signature.length, damaged.length].map((n) => n.toString(16));
    const changed = bytes.replaceAll(
      `${lengths[0]}${hex.encode(other.signature)}`,
      `${lengths[1]}${hex.encode(damaged)}`,
    );
    expect(changed).not.toBe(bytes);
    expect(unwrap(readPsbt(hex.decode(changed))).finalise()).toMatchObject({
      error: "signature_invalid",
      details: { input: 1 },
    });
  });

  test("makes nothing of a PSBT without inputs", () => {
    expect(readPsbt(new Psbt().toBuffer())).toEqual({ ok: false, error: "not_a_psbt" });
  });
});
