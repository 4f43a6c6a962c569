/** Proof of funds: what the device takes for one, and a whole one made by the host. */
import { describe, expect, test } from "bun:test";
import { Psbt, Transaction as JsTransaction } from "bitcoinjs-lib";
import { checkProof } from "../../../firmware/bitcoin/message/proof.ts";
import type { Transaction } from "../../../firmware/bitcoin/transaction/transaction.ts";
import { challengeOutpoint } from "../../../firmware/bitcoin/message/virtual.ts";
import { signEcdsa } from "../../../hardware/secrets/portable/signing.ts";
import {
  draftProof,
  finaliseProof,
  formatSignature,
  type ProofSignature,
  verifyMessage,
} from "../../../host/vault/message/index.ts";
import type { Failure } from "../../../protocol/errors.ts";
import { fundingOf } from "../psbt-fixture.ts";
import { elementOf, errorOf, unwrap } from "../expect-value.ts";
import { crypto, HOT, hintsOf, placeOf } from "../wallet-fixture.ts";

const MESSAGE = "We own this";
const PLACE = placeOf(HOT, 0, 4);
const COINS = [
  { wallet: HOT, branch: 0, index: 5, amountSats: 1_000_000 },
  { wallet: HOT, branch: 1, index: 6, amountSats: 250_000 },
] as const;

/** The coins as the inputs of a PSBT. */
const funds = (): Psbt => {
  const psbt = new Psbt();
  for (const [salt, coin] of COINS.entries()) {
    const funding = fundingOf(coin, salt);
    const { scriptPubKey, witnessScript } = placeOf(HOT, coin.branch, coin.index);
    psbt.addInput({
      hash: funding.getId(),
      index: 1,
      nonWitnessUtxo: funding.toBuffer(),
      witnessUtxo: { script: scriptPubKey, value: BigInt(coin.amountSats) },
      witnessScript,
      bip32Derivation: hintsOf(HOT, coin.branch, coin.index),
    });
  }
  return psbt;
};

const SCRIPTS = { scriptPubKey: PLACE.scriptPubKey, witnessScript: PLACE.witnessScript };
const draft = (): Psbt => unwrap(draftProof(MESSAGE, SCRIPTS, funds()));
const unsignedOf = (psbt: Psbt): JsTransaction =>
  JsTransaction.fromBuffer(psbt.data.getTransaction());

/** A transaction as the device reads it. */
const readAs = ({ version, locktime, ins, outs }: JsTransaction): Transaction => ({
  version,
  lockTime: locktime,
  outpoints: Uint8Array.from(ins.flatMap(({ hash, index }) => [...hash, index, 0, 0, 0])),
  sequences: Uint32Array.from(ins, ({ sequence }) => sequence),
  outputs: outs.map(({ value, script }) => ({ amountSats: Number(value), script })),
});

const OUTPOINT = challengeOutpoint(new TextEncoder().encode(MESSAGE), PLACE.scriptPubKey, crypto);

/** The holder's signatures over every input of a proof of P2WSH coins. */
const signBy = (psbt: Psbt, holder: number): readonly ProofSignature[] => {
  const transaction = unsignedOf(psbt);
  const places = [{ branch: 0, index: 4, amountSats: 0 } as const, ...COINS];
  return places.map(({ branch, index, amountSats }, input) => {
    const { witnessScript } = placeOf(HOT, branch, index);
    const digest = transaction.hashForWitnessV0(input, witnessScript, BigInt(amountSats), 1);
    const node = elementOf(HOT.cosigners, holder).account.derive(branch).derive(index);
    const secret = Uint8Array.from(node.privateKey ?? []);
    const signature = signEcdsa(digest, secret, node.publicKey);
    return { input, isLeaf: false, signature };
  });
};

describe("a proof that the host drafts", () => {
  test("is one to the device, with every coin in it", () => {
    const transaction = unsignedOf(draft());
    expect(checkProof(readAs(transaction), OUTPOINT)).toEqual({ ok: true, value: undefined });
    expect(transaction.ins.length).toBe(1 + COINS.length);
    expect(elementOf(draft().data.inputs, 1).bip32Derivation).toHaveLength(3);
  });

  test("is complete with two holders' signatures, and holds", () => {
    const psbt = draft();
    const signatures = [2, 0].flatMap((holder) => signBy(psbt, holder));
    const final = unwrap(finaliseProof(psbt, PLACE.scriptPubKey, signatures));
    const text = formatSignature({ form: "funds", psbt: final });
    expect(text).toStartWith("pofcHNidP");
    const verified = unwrap(verifyMessage(MESSAGE, PLACE.address, text));
    expect(verified).toMatchObject({ form: "funds", lockTime: 0, sequence: 0 });
    expect(verified.coins.map(({ amountSats, vout }) => [amountSats, vout])).toEqual([
      [1_000_000, 1],
      [250_000, 1],
    ]);
    expect(errorOf(verifyMessage("We own that", PLACE.address, text))).toBe("signature_invalid");
    const other = placeOf(HOT, 0, 9).address;
    expect(errorOf(verifyMessage(MESSAGE, other, text))).toBe("signature_invalid");
  });

  test("is not complete without, and takes no signature of another input", () => {
    const psbt = draft();
    const one = signBy(psbt, 0);
    expect(finaliseProof(psbt, PLACE.scriptPubKey, one)).toMatchObject({
      error: "signers_missing",
      details: { have: 1, need: 2, input: 0 },
    });
    const swapped = one.map((signature) => ({ ...signature, input: (signature.input + 1) % 3 }));
    expect(errorOf(finaliseProof(psbt, PLACE.scriptPubKey, swapped))).toBe("signature_invalid");
  });

  test("tells no amount that is not signed", () => {
    const psbt = draft();
    const signatures = [0, 1].flatMap((holder) => signBy(psbt, holder));
    const final = unwrap(finaliseProof(psbt, PLACE.scriptPubKey, signatures));
    const coin = elementOf(final.data.inputs, 1);
    coin.witnessUtxo = { script: placeOf(HOT, 0, 5).scriptPubKey, value: 9_000_000n };
    const text = formatSignature({ form: "funds", psbt: final });
    expect(errorOf(verifyMessage(MESSAGE, PLACE.address, text))).toBe("signature_invalid");
  });

  test("of no coins is refused", () => {
    expect(errorOf(draftProof(MESSAGE, SCRIPTS, new Psbt()))).toBe("not_a_psbt");
  });
});

const changed = (change: (transaction: JsTransaction) => void): Transaction => {
  const transaction = unsignedOf(draft());
  change(transaction);
  return readAs(transaction);
};

const ATTACKS = [
  ["no message input", (one: JsTransaction) => void one.ins.shift(), "does not spend the message"],
  [
    "the message input elsewhere",
    (one: JsTransaction) => void one.ins.push(...one.ins.splice(0, 1)),
    "does not spend",
  ],
  [
    "another output of to_spend",
    (one: JsTransaction) => void Object.assign(one.ins[0] ?? {}, { index: 1 }),
    "does not spend",
  ],
  ["no coin", (one: JsTransaction) => void one.ins.splice(1), "no coin"],
  [
    "a payment besides",
    (one: JsTransaction) => void one.addOutput(PLACE.scriptPubKey, 1n),
    "another output",
  ],
  [
    "an amount",
    (one: JsTransaction) => void Object.assign(one.outs[0] ?? {}, { value: 1n }),
    "another output",
  ],
  [
    "another script",
    (one: JsTransaction) =>
      void Object.assign(one.outs[0] ?? {}, { script: Uint8Array.of(0x6a, 0) }),
    "another output",
  ],
  ["no output", (one: JsTransaction) => void one.outs.splice(0), "another output"],
  ["version 1", (one: JsTransaction) => void Object.assign(one, { version: 1 }), "version"],
  ["a lock time", (one: JsTransaction) => void Object.assign(one, { locktime: 1 }), "time lock"],
  [
    "a sequence",
    (one: JsTransaction) => void Object.assign(one.ins[0] ?? {}, { sequence: 1 }),
    "time lock",
  ],
] as const;

describe("what is no proof", () => {
  for (const [claim, change, why] of ATTACKS) {
    test(claim, () => {
      const checked: Failure | { ok: true } = checkProof(changed(change), OUTPOINT);
      expect(checked).toMatchObject({ error: "proof_malformed" });
      expect(JSON.stringify(checked)).toContain(why);
    });
  }

  test("another message's", () => {
    const other = challengeOutpoint(new Uint8Array(0), PLACE.scriptPubKey, crypto);
    expect(errorOf(checkProof(readAs(unsignedOf(draft())), other))).toBe("proof_malformed");
  });
});
