/** The portable engine: the suite of every engine, and what is its own. */
import { describe, expect, test } from "bun:test";
import { HDKey } from "@scure/bip32";
import { createPortableSecrets } from "../../hardware/secrets/index.ts";
import { secretsConformance } from "./conformance.ts";
import { must, refusal, seedXpub } from "./oracles/loading.ts";
import { failingRng, seededRng } from "./oracles/seeded.ts";

const NOTHING = new Uint8Array(0);
const PLAN = { groupThreshold: 2, groups: [3, 3].map((count) => ({ threshold: 2, count })) };

secretsConformance("portable", () => createPortableSecrets(seededRng("portable")));

describe("the portable engine", () => {
  test("says what it is, with the version that is installed", async () => {
    const secrets = createPortableSecrets(seededRng("status"));
    const installed = new URL("../../node_modules/@noble/secp256k1/package.json", import.meta.url);
    const { version } = await Bun.file(installed).json();
    expect(secrets.engine).toBe("portable");
    expect(secrets.volatile).toBe(false);
    expect(secrets.protections).toEqual([]);
    expect(secrets.library).toBe(`@noble/secp256k1 ${version}`);
  });

  test("importSeed takes a copy and refuses other lengths as our mistake", () => {
    const secrets = createPortableSecrets(seededRng("import"));
    const bytes = new Uint8Array(64).fill(9);
    const expected = HDKey.fromMasterSeed(bytes).publicExtendedKey;
    const seed = secrets.importSeed(bytes);
    bytes.fill(0);
    expect(seedXpub(secrets, seed)).toBe(expected);
    for (const length of [0, 15, 17, 66]) {
      expect(() => secrets.importSeed(new Uint8Array(length))).toThrow("broken invariant");
    }
  });

  test("a handle of one engine opens nothing in another", () => {
    const one = createPortableSecrets(seededRng("one"));
    const other = createPortableSecrets(seededRng("other"));
    const foreign = must(one.generateSeed(NOTHING));
    must(other.generateSeed(NOTHING));
    expect(() => other.master(foreign)).toThrow("broken invariant");
    expect(() => other.wipe(foreign)).toThrow("broken invariant");
  });

  test("a failing generator is rng_failed wherever it is asked", () => {
    const failed = createPortableSecrets(failingRng(0));
    expect(refusal(failed.generateSeed(NOTHING))).toBe("rng_failed");
    expect(refusal(failed.generateAgreement())).toBe("rng_failed");
    // A split asks for the identifier, a digest's salt for each of three polynomials, and no more.
    for (let times = 0; times < 4; times += 1) {
      const secrets = createPortableSecrets(failingRng(times));
      const seed = secrets.importSeed(new Uint8Array(32).fill(1));
      expect(refusal(secrets.split(seed, PLAN))).toBe("rng_failed");
    }
    const enough = createPortableSecrets(failingRng(4));
    const shares = must(enough.split(enough.importSeed(new Uint8Array(32).fill(1)), PLAN));
    const [share] = shares;
    const context = { info: NOTHING, associatedData: NOTHING };
    const sealed = share && enough.seal(share.value, new Uint8Array(32).fill(9), context);
    expect(sealed).toEqual({ ok: false, error: "rng_failed" });
  });

  test("what the host adds changes the seed; the same generator and extra give the same", () => {
    const xpubs = [NOTHING, new Uint8Array(1), new Uint8Array(2), NOTHING].map((extra) => {
      const secrets = createPortableSecrets(seededRng("extra"));
      return seedXpub(secrets, must(secrets.generateSeed(extra)));
    });
    expect(new Set(xpubs).size).toBe(3);
    expect(xpubs[0]).toBe(xpubs[3]);
  });
});
