/** The self-test's known answers, asked of others; and that a broken engine does not pass. */
import { describe, expect, test } from "bun:test";
import { createHmac, hkdfSync } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { HDKey } from "@scure/bip32";
import Slip39 from "slip39";
import { systemRng } from "./oracles/system-rng.ts";
import { createPortableSecrets, type ImportingSecrets } from "../../hardware/secrets/index.ts";
import {
  ANSWERS,
  AUXILIARY,
  LABEL,
  MESSAGE,
  SEALED,
  SEED,
} from "../../hardware/secrets/self-test/known-answers.ts";
import { selfTest } from "../../hardware/secrets/self-test/self-test.ts";
import { ok } from "../../protocol/errors.ts";
import { oracleOpen } from "./oracles/hpke.ts";
import { tweakedKey } from "./oracles/taproot.ts";
import { wordsOf } from "./oracles/slip39-words.ts";

const engine = () => createPortableSecrets(systemRng());
const derived = new Uint8Array(hkdfSync("sha256", SEED, new Uint8Array(0), LABEL, 32));

describe("known answers", () => {
  test("BIP-32 and signatures, by @scure/bip32 and @noble/curves", () => {
    const { privateKey, publicKey, chainCode } =
      HDKey.fromMasterSeed(SEED).derive("m/0'/1/2'/2/1000000000");
    expect(publicKey?.toHex()).toBe(ANSWERS.publicKey.toHex());
    expect(chainCode?.toHex()).toBe(ANSWERS.chainCode.toHex());
    const key = privateKey ?? new Uint8Array(32);
    const extraEntropy = (attempt: number) => Uint8Array.of(attempt, ...new Uint8Array(31));
    const made = [false as const, extraEntropy(1), extraEntropy(2), extraEntropy(3)].map((extra) =>
      secp256k1.sign(MESSAGE, key, { prehash: false, lowS: true, extraEntropy: extra }),
    );
    expect((made[0]?.[0] ?? 0) >= 0x80).toBe(true);
    expect(made.find(([first = 0xff]) => first < 0x80)?.toHex()).toBe(ANSWERS.ecdsa.toHex());
    expect(schnorr.sign(MESSAGE, key, AUXILIARY).toHex()).toBe(ANSWERS.schnorr.toHex());
    const master = HDKey.fromMasterSeed(SEED);
    expect(master.publicKey?.[0]).toBe(3);
    const tweaked = tweakedKey(master.privateKey ?? key, MESSAGE);
    expect(schnorr.getPublicKey(tweaked).toHex()).toBe(ANSWERS.tweakedKey.toHex());
    expect(schnorr.sign(MESSAGE, tweaked, AUXILIARY).toHex()).toBe(ANSWERS.tweaked.toHex());
  });

  test("HKDF, HMAC and X25519, by node:crypto and @noble/curves", () => {
    const mac = createHmac("sha256", derived).update(MESSAGE).digest("hex");
    expect(mac).toBe(ANSWERS.mac.toHex());
    expect(x25519.getPublicKey(derived).toHex()).toBe(ANSWERS.agreementKey.toHex());
  });

  test("HPKE by @hpke/core and SLIP-39 by slip39", async () => {
    const values = await Promise.all(
      SEALED.map(({ envelope, associatedData }) =>
        oracleOpen(derived, envelope, { info: MESSAGE, associatedData }),
      ),
    );
    for (const [i, value] of values.entries()) {
      const mac = createHmac("sha256", value).update(MESSAGE).digest("hex");
      expect(mac).toBe(SEALED[i]?.mac.toHex() ?? "");
    }
    const shares = SEALED.map(({ header }, i) => ({ header, value: values[i] ?? derived }));
    const seed = Uint8Array.from(Slip39.recoverSecret(shares.map(wordsOf), ""));
    const { publicKey } = HDKey.fromMasterSeed(seed);
    expect(publicKey?.toHex()).toBe(ANSWERS.recombined.toHex());
  });
});

describe("an engine", () => {
  test("passes as it is, and holds nothing afterwards", () => {
    const secrets = engine();
    let wiped = 0;
    const watched = {
      ...secrets,
      wipeAll: () => {
        wiped += 1;
        secrets.wipeAll();
      },
    };
    expect(selfTest(watched)).toEqual({ ok: true, value: undefined });
    expect(wiped).toBe(1);
  });

  const secrets = engine();
  const flip = (bytes: Uint8Array): Uint8Array => bytes.with(7, (bytes[7] ?? 0) ^ 4);
  const broken: Readonly<Record<string, Partial<ImportingSecrets>>> = {
    "BIP-32": {
      publicNode: (node) => ({ ...secrets.publicNode(node), chainCode: new Uint8Array(32) }),
    },
    signing: { signSchnorr: (...all) => flip(secrets.signSchnorr(...all)) },
    HKDF: { deriveSymmetric: (seed) => secrets.deriveSymmetric(seed, "another") },
    X25519: { agree: () => ok(new Uint8Array(32)) },
    HPKE: {
      open: (secret, envelope) =>
        secrets.open(secret, envelope, { info: MESSAGE, associatedData: MESSAGE }),
    },
    "SLIP-39": { recombine: (shares) => secrets.recombine(shares.slice(1)) },
    generation: { generateSeed: () => ok(secrets.importSeed(new Uint8Array(32))) },
  };
  test("deaf to a tweak: refused, as signing", () => {
    const signSchnorr: ImportingSecrets["signSchnorr"] = (node, message, { auxiliary }) =>
      secrets.signSchnorr(node, message, {
        auxiliary,
        publicKey: secrets.publicKey(node).slice(1),
      });
    const outcome = selfTest({ ...secrets, signSchnorr });
    expect(outcome).toMatchObject({ error: "self_test_failed", details: { test: "signing" } });
  });

  for (const [name, part] of Object.entries(broken)) {
    test(`broken at ${name}: refused by that name`, () => {
      const outcome = selfTest({ ...secrets, ...part });
      expect(outcome).toMatchObject({ error: "self_test_failed", details: { test: name } });
    });
  }
});
