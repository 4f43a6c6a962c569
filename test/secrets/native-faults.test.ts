/** The native engine on libraries that fail: what is wrong never leaves, and never starts. */
import { describe, expect, test } from "bun:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { HDKey } from "@scure/bip32";
import type { Rng } from "../../firmware/hal.ts";
import { openNativeSecrets } from "../../hardware/secrets/index.ts";
import { type Libraries, openLibraries } from "../../hardware/secrets/native/libraries.ts";
import { selfTest } from "../../hardware/secrets/self-test/self-test.ts";
import { ok } from "../../protocol/errors.ts";
import { brokenCurve, brokenLibc, brokenSsl } from "./oracles/broken-libraries.ts";
import { hasNoLibraries } from "./oracles/engines.ts";
import { must, refusal } from "./oracles/loading.ts";
import { taprootOf } from "./oracles/taproot.ts";

const SEED = new Uint8Array(32).fill(7);
const DIGEST = new Uint8Array(32).fill(9);
const libraries = (): Libraries => must(openLibraries());

const signing = (broken: Libraries) => {
  const secrets = must(openNativeSecrets({ libraries: broken }));
  const node = secrets.master(secrets.importSeed(SEED));
  const master = HDKey.fromMasterSeed(SEED);
  const publicKey = secp256k1.getPublicKey(master.privateKey ?? SEED);
  const settings = { auxiliary: DIGEST, publicKey: publicKey.slice(1) };
  return { secrets, node, publicKey, settings };
};

describe.skipIf(hasNoLibraries)("a bit that flips", () => {
  for (const bit of [0, 7, 100, 255, 256, 300, 511]) {
    test(`bit ${bit} of an ECDSA signature as it is written down: it does not leave`, () => {
      const { secrets, node, publicKey } = signing(brokenCurve(libraries(), { compactBit: bit }));
      expect(() => secrets.signEcdsa(node, DIGEST, publicKey)).toThrow("broken invariant");
    });

    test(`bit ${bit} of a BIP-340 signature: it does not leave`, () => {
      const { secrets, node, settings } = signing(brokenCurve(libraries(), { schnorrBit: bit }));
      expect(() => secrets.signSchnorr(node, DIGEST, settings)).toThrow("broken invariant");
    });

    test(`bit ${bit} of a BIP-340 signature of a tweaked key: it does not leave`, () => {
      const { secrets, node, settings } = signing(brokenCurve(libraries(), { schnorrBit: bit }));
      const { tweak, outputKey } = taprootOf(settings.publicKey);
      const tweaked = { ...settings, publicKey: outputKey, tweak };
      expect(() => secrets.signSchnorr(node, DIGEST, tweaked)).toThrow("broken invariant");
    });
  }

  test("in the library's own form of an ECDSA signature: it does not leave", () => {
    const { secrets, node, publicKey } = signing(brokenCurve(libraries(), { opaqueBit: 40 }));
    expect(() => secrets.signEcdsa(node, DIGEST, publicKey)).toThrow("broken invariant");
  });

  test("a verification that says yes to everything does not hide it from the self-test", () => {
    const broken = brokenCurve(libraries(), { compactBit: 300, verifiesAll: true });
    const tested = selfTest(must(openNativeSecrets({ libraries: broken })));
    expect(tested).toMatchObject({ error: "self_test_failed", details: { test: "signing" } });
  });

  test("in a key when it signs: neither kind of signature leaves", () => {
    const broken = brokenCurve(libraries(), { keyAfterFirst: true });
    const { secrets, node, publicKey, settings } = signing(broken);
    expect(secrets.publicKey(node)).toEqual(publicKey);
    expect(() => secrets.signEcdsa(node, DIGEST, publicKey)).toThrow("broken invariant");
    expect(() => secrets.signSchnorr(node, DIGEST, settings)).toThrow("broken invariant");
  });

  test("in HMAC: the generator's known answer fails, and nothing starts", () => {
    expect(refusal(openNativeSecrets({ libraries: brokenSsl(libraries()) }))).toBe(
      "self_test_failed",
    );
  });
});

describe.skipIf(hasNoLibraries)("a generator", () => {
  for (const fault of ["stuck", "failing", "repeating 16", "repeating 100", "repeating 700"]) {
    test(`${fault}: rng_failed at the start`, () => {
      const broken = brokenLibc(libraries(), { getrandom: fault });
      expect(refusal(openNativeSecrets({ libraries: broken }))).toBe("rng_failed");
    });
  }

  test("the same at every draw: rng_failed at the start", () => {
    const broken = brokenLibc(libraries(), { getrandom: "the same" });
    const opened = openNativeSecrets({ libraries: broken });
    // The start sees one draw only; the first that is asked for begins as that one did.
    expect(refusal(opened.ok ? opened.value.generateSeed(new Uint8Array(0)) : opened)).toBe(
      "rng_failed",
    );
  });

  test("that gives after a wipe what it gave at the start: another seed, or none", () => {
    const state = { getrandom: "healthy" };
    const secrets = must(openNativeSecrets({ libraries: brokenLibc(libraries(), state) }));
    const keyOf = () => {
      secrets.wipeAll();
      const seed = secrets.generateSeed(new Uint8Array(0));
      return seed.ok ? secrets.publicKey(secrets.master(seed.value)).toHex() : seed.error;
    };
    const keys = [keyOf(), keyOf(), keyOf()];
    expect(new Set(keys).size).toBe(3);
  });

  test("of one repeating source, never twice the same seed", () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => Math.imul(i + 7, 0x9e3779b1) >>> 13);
    let at = 0;
    const insecureRng: Rng = {
      fill: (target) => {
        for (let i = 0; i < target.length; i += 1, at += 1) target[i] = bytes[at % 5000] ?? 0;
        return ok(undefined);
      },
    };
    const opened = openNativeSecrets({ insecureRng });
    const seeds = Array.from({ length: 300 }, () => {
      const seed = opened.ok ? opened.value.generateSeed(new Uint8Array(0)) : opened;
      if (!opened.ok || !seed.ok) return undefined;
      const key = opened.value.publicKey(opened.value.master(seed.value)).toHex();
      opened.value.wipe(seed.value);
      return key;
    }).filter((key) => key !== undefined);
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  test("whose clock stands still: rng_failed at the start", () => {
    const broken = brokenLibc(libraries(), { clock: "stuck" });
    expect(refusal(openNativeSecrets({ libraries: broken }))).toBe("rng_failed");
  });

  for (const fault of ["stuck", "failing", "the same each time", "repeating 48"]) {
    test(`${fault} later: rng_failed at the draw, and ever after`, () => {
      const state = { getrandom: "healthy" };
      const secrets = must(openNativeSecrets({ libraries: brokenLibc(libraries(), state) }));
      must(secrets.generateSeed(new Uint8Array(0)));
      state.getrandom = fault;
      // A draw is held against the one before it, so a repetition has to come first.
      const draws = [1, 2].map(() => secrets.generateSeed(new Uint8Array(0)));
      expect(draws.some((draw) => !draw.ok && draw.error === "rng_failed")).toBe(true);
      state.getrandom = "healthy";
      expect(refusal(secrets.generateAgreement())).toBe("rng_failed");
    });
  }
});
