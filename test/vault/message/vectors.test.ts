/** BIP-322's published vectors, verified, taken apart and put together again by the host. */
import { describe, expect, test } from "bun:test";
import {
  formatSignature,
  parseSignature,
  scriptOf,
  toSignOf,
  toSpendOf,
  messageHash,
  verifyMessage,
} from "../../../host/vault/message/index.ts";
import { field, hasNoVectors, listOf, readVectors, textField, textOf } from "../../secrets/oracles/vectors.ts";

/** Scripts with a time lock are no multisig's: a verifier without an interpreter cannot say. */
const expected = (type: string): string => (type.includes("time-lock") ? "signature_inconclusive" : "holds");

const verdict = (message: string, address: string, signature: string): string => {
  const verified = verifyMessage(message, address, signature);
  return verified.ok ? "holds" : verified.error;
};


const FILES = hasNoVectors ? [] : ["bip322-basic.json", "bip322-generated.json"];

describe.skipIf(hasNoVectors)("BIP-322 vectors", () => {
  test("hashes of messages and of both transactions", async () => {
    const entries = listOf(field(await readVectors("bip322-basic.json"), "tx_hashes"));
    expect(entries.length).toBe(3);
    for (const entry of entries) {
      const message = textField(entry, "message");
      const script = scriptOf(textField(entry, "address")) ?? new Uint8Array(0);
      expect(messageHash(message).toHex()).toBe(textField(entry, "message_hash"));
      expect(toSpendOf(message, script).getId()).toBe(textField(entry, "to_spend_tx_hash"));
      expect(toSignOf(message, script).getId()).toBe(textField(entry, "to_sign_tx_hash"));
    }
  });

  for (const file of FILES) {
    for (const form of ["simple", "full", "proof_of_funds"] as const) {
      test(`${file}: ${form} signatures hold, and are written as they were read`, async () => {
        const vectors = await readVectors(file);
        const entries = listOf(field(vectors, form) ?? []);
        let judged = 0;
        for (const entry of entries) {
          const [message, address] = [textField(entry, "message"), textField(entry, "address")];
          for (const signature of listOf(field(entry, "bip322_signatures")).map(textOf)) {
            expect(verdict(message, address, signature)).toBe(expected(textField(entry, "type")));
            expect(verdict(`${message}.`, address, signature)).toBe("signature_invalid");
            const read = parseSignature(signature);
            const text = read === undefined ? "" : formatSignature(read);
            expect(text.endsWith(signature)).toBe(true);
            judged += 1;
          }
        }
        console.log(`${file} ${form}: ${judged}`);
      });
    }

    test(`${file}: every wrong signature is refused`, async () => {
      const entries = listOf(field(await readVectors(file), "error"));
      expect(entries.length).toBeGreaterThan(0);
      for (const entry of entries) {
        const [message, address] = [textField(entry, "message"), textField(entry, "address")];
        expect(verdict(message, address, textField(entry, "signature"))).toStartWith("signature_in");
      }
    });
  }
});
