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
import {
  field,
  hasNoVectors,
  listOf,
  readVectors,
  textField,
  textOf,
} from "../../secrets/oracles/vectors.ts";

/** Scripts with a time lock are no multisig's: a verifier without an interpreter cannot say. */
const expected = (type: string): string =>
  type.includes("time-lock") ? "signature_inconclusive" : "holds";

const verdict = (message: string, address: string, signature: string): string => {
  const verified = verifyMessage(message, address, signature);
  return verified.ok ? "holds" : verified.error;
};

const COUNTS = [
  ["bip322-basic.json", "simple", 6],
  ["bip322-generated.json", "simple", 4],
  ["bip322-generated.json", "full", 10],
  ["bip322-generated.json", "proof_of_funds", 3],
] as const;

/** A signature of the vectors, and what is to be said of it. */
const readSigned = async (file: string, form: string) =>
  listOf(field(await readVectors(file), form)).flatMap((entry) =>
    listOf(field(entry, "bip322_signatures")).map((signature) => ({
      message: textField(entry, "message"),
      address: textField(entry, "address"),
      signature: textOf(signature),
      verdict: expected(textField(entry, "type")),
    })),
  );

const rewritten = (signature: string): string => {
  const read = parseSignature(signature);
  return read === undefined ? "" : formatSignature(read);
};

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

  for (const [file, form, count] of COUNTS) {
    test(`${file}: ${count} ${form} signatures hold, and are written as read`, async () => {
      const entries = await readSigned(file, form);
      expect(entries.length).toBe(count);
      for (const { message, address, signature, verdict: right } of entries) {
        expect(verdict(message, address, signature)).toBe(right);
        expect(rewritten(signature)).toEndWith(signature);
      }
    });
  }

  for (const file of ["bip322-basic.json", "bip322-generated.json"]) {
    test(`${file}: every wrong signature is refused`, async () => {
      const entries = listOf(field(await readVectors(file), "error"));
      expect(entries.length).toBeGreaterThan(0);
      for (const entry of entries) {
        const [message, address] = [textField(entry, "message"), textField(entry, "address")];
        const said = verdict(message, address, textField(entry, "signature"));
        expect(said).toBeOneOf(["signature_invalid", "signature_inconclusive"]);
      }
    });
  }
});
