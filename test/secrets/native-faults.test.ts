/** The native engine on libraries that fail: what is wrong never leaves, and never starts. */
import { describe, expect, test } from "bun:test";
import { openNativeSecrets } from "../../hardware/secrets/index.ts";
import { type Libraries, openLibraries } from "../../hardware/secrets/native/libraries.ts";
import { selfTest } from "../../hardware/secrets/self-test/self-test.ts";
import { brokenCurve, brokenLibc, brokenSsl } from "./oracles/broken-libraries.ts";
import { hasNoLibraries } from "./oracles/engines.ts";
import { must, refusal } from "./oracles/loading.ts";

const SEED = new Uint8Array(32).fill(7);
const DIGEST = new Uint8Array(32).fill(9);
const libraries = (): Libraries => must(openLibraries());

const signing = (broken: Libraries) => {
  const secrets = must(openNativeSecrets({ libraries: broken }));
  const node = secrets.master(secrets.importSeed(SEED));
  return { secrets, node };
};

describe.skipIf(hasNoLibraries)("a bit that flips", () => {
  for (const bit of [0, 7, 100, 255, 256, 300, 511]) {
    test(`bit ${bit} of an ECDSA signature as it is written down: it does not leave`, () => {
      const { secrets, node } = signing(brokenCurve(libraries(), { compactBit: bit }));
      expect(() => secrets.signEcdsa(node, DIGEST)).toThrow("broken invariant");
    });

    test(`bit ${bit} of a BIP-340 signature: it does not leave`, () => {
      const { secrets, node } = signing(brokenCurve(libraries(), { schnorrBit: bit }));
      expect(() => secrets.signSchnorr(node, DIGEST, DIGEST)).toThrow("broken invariant");
    });
  }

  test("in the library's own form of an ECDSA signature: it does not leave", () => {
    const { secrets, node } = signing(brokenCurve(libraries(), { opaqueBit: 40 }));
    expect(() => secrets.signEcdsa(node, DIGEST)).toThrow("broken invariant");
  });

  test("a verification that says yes to everything does not hide it from the self-test", () => {
    const broken = brokenCurve(libraries(), { compactBit: 300, verifiesAll: true });
    const tested = selfTest(must(openNativeSecrets({ libraries: broken })));
    expect(tested).toMatchObject({ error: "self_test_failed", details: { test: "signing" } });
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

  test("whose clock stands still: rng_failed at the start", () => {
    const broken = brokenLibc(libraries(), { clock: "stuck" });
    expect(refusal(openNativeSecrets({ libraries: broken }))).toBe("rng_failed");
  });

  for (const fault of ["stuck", "failing"]) {
    test(`${fault} later: rng_failed at the draw, and ever after`, () => {
      const state = { getrandom: "healthy" };
      const secrets = must(openNativeSecrets({ libraries: brokenLibc(libraries(), state) }));
      must(secrets.generateSeed(new Uint8Array(0)));
      state.getrandom = fault;
      expect(refusal(secrets.generateSeed(new Uint8Array(0)))).toBe("rng_failed");
      state.getrandom = "healthy";
      expect(refusal(secrets.generateAgreement())).toBe("rng_failed");
    });
  }
});
