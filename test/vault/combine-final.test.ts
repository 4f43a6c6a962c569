/** From signatures to the transaction: what `finalise` makes, trims and refuses. */
import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { Psbt, script } from "bitcoinjs-lib";
import { readPsbt } from "../../host/vault/index.ts";
import { at, combinerOf, psbtIn, signaturesOf, unwrap } from "./three-keys.ts";
import { draftFrom, people, signWith, wallet, withHighS } from "./signed-drafts.ts";

const [alice, bob, carol] = people;
const draftOf = (inputs: number) => draftFrom(wallet, inputs);

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
    for (const order of [people, people.toReversed(), [bob, carol, alice]])
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
    ["a damaged r", (der: Uint8Array) => der.map((byte, i) => (i === 10 ? byte ^ 1 : byte))],
    ["damaged DER", (der: Uint8Array) => der.map((byte, i) => (i === 1 ? byte ^ 1 : byte))],
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
