/** BIP-322's published vectors, as far as the device's kinds of script go. */
import { describe, expect, test } from "bun:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { WIF } from "@scure/btc-signer";
import { payments, script as scripts, Transaction as JsTransaction } from "bitcoinjs-lib";
import type { ScriptKind } from "../../../firmware/bitcoin/index.ts";
import { createMessageDigest } from "../../../firmware/bitcoin/message/challenge.ts";
import {
  challengeOutpoint,
  messageHash,
  toSign,
  toSpendId,
} from "../../../firmware/bitcoin/message/virtual.ts";
import { finish } from "../../../firmware/bitcoin/steps.ts";
import { transactionIdSteps } from "../../../firmware/bitcoin/transaction/transaction-id.ts";
import { signEcdsa } from "../../../hardware/secrets/portable/signing.ts";
import { parseSignature, scriptOf, toSpendOf } from "../../../host/vault/message/index.ts";
import {
  bytesField,
  field,
  hasNoVectors,
  listOf,
  readVectors,
  textField,
  textOf,
} from "../../secrets/oracles/vectors.ts";
import { elementOf } from "../expect-value.ts";
import { crypto } from "../wallet-fixture.ts";

const FILES = ["bip322-basic.json", "bip322-generated.json"] as const;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const reversed = (hash: Uint8Array): string => hash.toReversed().toHex();
const scriptAt = (entry: unknown): Uint8Array =>
  scriptOf(textField(entry, "address")) ?? new Uint8Array(0);
const secretsOf = (entry: unknown): readonly Uint8Array[] =>
  listOf(field(entry, "private_keys")).map((key) => WIF().decode(textOf(key)));

describe("message hashes", () => {
  /** BIP-322, "Message hashing". */
  const TABLE = [
    ["", "c90c269c4f8fcbe6880f72a721ddfbf1914268a794cbb21cfafee13770ae19f1"],
    ["Hello World", "f0eb03b1a75ac6d9847f55c624a99169b5dccba2a31f5b23bea77ba270de0a7a"],
  ] as const;
  for (const [message, hash] of TABLE) {
    test(JSON.stringify(message), () =>
      expect(messageHash(bytesOf(message), crypto).toHex()).toBe(hash),
    );
  }

  test("to_spend is bitcoinjs-lib's, for scripts and messages of any length", () => {
    for (const length of [0, 1, 252, 253, 1024]) {
      const [message, script] = [
        "ä".repeat(length / 2),
        new Uint8Array(Math.max(1, length)).fill(81),
      ];
      const id = toSpendId(bytesOf(message), script, crypto);
      expect(id).toEqual(Uint8Array.from(toSpendOf(message, script).getHash()));
    }
  });
});

/** The transaction that a full signature or a proof of funds holds. */
const transactionIn = (signature: string): JsTransaction => {
  const read = parseSignature(signature);
  if (read?.form === "full") return read.transaction;
  if (read?.form === "funds") return JsTransaction.fromBuffer(read.psbt.data.getTransaction());
  throw new Error("neither full nor of funds");
};

/** Simple signatures of kinds that wallets here have. */
interface SimpleVector {
  readonly kind: ScriptKind;
  readonly message: Uint8Array;
  readonly scriptPubKey: Uint8Array;
  readonly scriptCode: Uint8Array;
  readonly secrets: readonly Uint8Array[];
  /** One list of witness items in hex for each signature. */
  readonly witnesses: readonly (readonly string[])[];
}

const witnessOf = (signature: unknown): readonly string[] => {
  const read = parseSignature(textOf(signature));
  return read?.form === "simple" ? read.witness.map((item) => item.toHex()) : [];
};

const kindOf = (type: string): ScriptKind => {
  if (type === "p2wpkh") return "wpkh";
  return type === "p2tr" ? "tr" : "wsh";
};

const readSimple = async (file: string): Promise<readonly SimpleVector[]> =>
  listOf(field(await readVectors(file), "simple")).map((entry) => {
    const scriptPubKey = scriptAt(entry);
    const kind = kindOf(textField(entry, "type"));
    const byHash = payments.p2pkh({ hash: scriptPubKey.slice(2, 22) }).output ?? scriptPubKey;
    const scriptCode = kind === "wpkh" ? byHash : bytesField(entry, "witness_script");
    return {
      kind,
      message: bytesOf(textField(entry, "message")),
      scriptPubKey,
      scriptCode,
      secrets: secretsOf(entry),
      witnesses: listOf(field(entry, "bip322_signatures")).map(witnessOf),
    };
  });

const derOf = (compact: Uint8Array): string =>
  scripts.signature.encode(compact, JsTransaction.SIGHASH_ALL).toHex();

const PLAIN = { prehash: false, lowS: true, extraEntropy: false } as const;

describe.skipIf(hasNoVectors)("BIP-322 vectors", () => {
  test("ids of to_spend and to_sign", async () => {
    for (const entry of listOf(field(await readVectors("bip322-basic.json"), "tx_hashes"))) {
      const [message, script] = [bytesOf(textField(entry, "message")), scriptAt(entry)];
      const id = finish(transactionIdSteps(toSign(message, script, crypto), crypto));
      expect(messageHash(message, crypto).toHex()).toBe(textField(entry, "message_hash"));
      expect(reversed(toSpendId(message, script, crypto))).toBe(
        textField(entry, "to_spend_tx_hash"),
      );
      expect(reversed(id)).toBe(textField(entry, "to_sign_tx_hash"));
    }
  });

  for (const form of ["full", "proof_of_funds"]) {
    test(`${form}: the first input spends to_spend, of every kind of script`, async () => {
      const entries = listOf(field(await readVectors("bip322-generated.json"), form));
      for (const entry of entries) {
        const { ins } = transactionIn(textOf(listOf(field(entry, "bip322_signatures"))[0]));
        const outpoint = challengeOutpoint(
          bytesOf(textField(entry, "message")),
          scriptAt(entry),
          crypto,
        );
        const { hash, index } = elementOf(ins, 0);
        expect(outpoint).toEqual(Uint8Array.of(...hash, index, 0, 0, 0));
      }
      expect(entries.length).toBe(form === "full" ? 10 : 3);
    });
  }

  for (const file of FILES) {
    test(`${file}: simple signatures, byte for byte where they follow from the key`, async () => {
      for (const vector of await readSimple(file)) {
        const { kind, message, secrets, witnesses } = vector;
        const digest = createMessageDigest(message, vector, crypto)();
        if (kind === "tr") {
          // Its nonces are the publisher's own.
          const signature = Uint8Array.fromHex(witnesses[0]?.[0] ?? "");
          const outputKey = vector.scriptPubKey.slice(2);
          expect(crypto.verifySchnorr(signature, digest, outputKey)).toBe(true);
          continue;
        }
        const made = secrets.map((secret) => derOf(secp256k1.sign(digest, secret, PLAIN)));
        expect(witnesses.at(-1)).toEqual(expect.arrayContaining(made));
      }
    });
  }

  test("the engine's low R gives the first of the two that the BIP names", async () => {
    const [empty, hello] = await readSimple("bip322-basic.json");
    for (const vector of [empty, hello]) {
      if (vector === undefined) throw new Error("two vectors");
      const secret = elementOf(vector.secrets, 0);
      const digest = createMessageDigest(vector.message, vector, crypto)();
      const signature = signEcdsa(digest, secret, secp256k1.getPublicKey(secret));
      expect(vector.witnesses[0]).toContain(derOf(signature));
    }
  });
});
