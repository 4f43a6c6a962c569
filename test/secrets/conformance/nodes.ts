/** BIP-32: master nodes and private derivation. */
import { describe, expect, test } from "bun:test";
import { HDKey } from "@scure/bip32";
import { mnemonicToSeedSync } from "@scure/bip39";
import fc from "fast-check";
import type { Handle, Secrets } from "../../../firmware/hal.ts";
import { loadSeed, must, refusal, xpubOf } from "../oracles/loading.ts";
import { bytes, seeded } from "../oracles/seeded.ts";
import { field, hasNoVectors, listOf, readVectors, textField } from "../oracles/vectors.ts";

const HARDENED = 2 ** 31;

/** BIP-32, "Test Vectors" 1, 3 and 4: seed, path, xpub. 3 and 4 are about leading zeros. */
const PUBLISHED = [
  [
    "000102030405060708090a0b0c0d0e0f",
    "m",
    "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8",
  ],
  [
    "000102030405060708090a0b0c0d0e0f",
    "m/0h/1/2h/2/1000000000",
    "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTHy",
  ],
  [
    "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be",
    "m/0h",
    "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9MYo6oDaPPLPxSb7gwQN3ih19Zm4Y",
  ],
  [
    "3ddd5602285899a946114506157c7997e5444528f3003f6134712147db19b678",
    "m/0h/1h",
    "xpub6BJA1jSqiukeaesWfxe6sNK9CCGaujFFSJLomWHprUL9DePQ4JDkM5d88n49sMGJxrhpjazuXYWdMf17C9T5XnxkopaeS7jGk1GyyVziaMt",
  ],
] as const;

const pathOf = (text: string): readonly number[] =>
  text
    .split("/")
    .slice(1)
    .map((step) => Number.parseInt(step, 10) + (step.endsWith("h") ? HARDENED : 0));

const descendOutside = (root: HDKey, path: readonly number[]): HDKey =>
  path.reduce((node, index) => node.deriveChild(index), root);

const xpubAt = (secrets: Secrets, master: Handle<"node">, path: string): string => {
  const node = must(secrets.derive(master, pathOf(path)));
  const xpub = xpubOf(secrets.publicNode(node));
  secrets.wipe(node);
  return xpub;
};

/** The part of the suite about derivation. */
export const nodeConformance = (make: () => Secrets): void => {
  describe("BIP-32", () => {
    for (const [seed, path, xpub] of PUBLISHED) {
      test(`${seed.slice(0, 8)} ${path}`, async () => {
        const secrets = make();
        const master = secrets.master(await loadSeed(secrets, Uint8Array.fromHex(seed)));
        expect(xpubAt(secrets, master, path)).toBe(xpub);
      });
    }

    test("random seeds and paths as @scure/bip32 derives them", async () => {
      const secrets = make();
      const step = fc.oneof(
        fc.nat({ max: HARDENED - 1 }),
        fc.integer({ min: HARDENED, max: 2 ** 32 - 1 }),
      );
      const path = fc.array(step, { maxLength: 5 });
      const property = fc.asyncProperty(bytes(32), path, async (entropy, steps) => {
        const master = secrets.master(await loadSeed(secrets, entropy));
        const node = must(secrets.derive(master, steps));
        const outside = descendOutside(HDKey.fromMasterSeed(entropy), steps);
        expect(secrets.publicKey(node).toHex()).toBe(outside.publicKey?.toHex() ?? "");
        expect(xpubOf(secrets.publicNode(node))).toBe(outside.publicExtendedKey);
        secrets.wipeAll();
      });
      await fc.assert(property, seeded(20));
    });

    test("a path out of range is refused, and its parent stays", async () => {
      const secrets = make();
      const master = secrets.master(await loadSeed(secrets, new Uint8Array(16).fill(1)));
      for (const index of [-1, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(refusal(secrets.derive(master, [0, index, 1]))).toBe("index_out_of_range");
      }
      expect(secrets.publicNode(must(secrets.derive(master, [2 ** 32 - 1]))).depth).toBe(1);
    });

    test("depth ends at 255", async () => {
      const secrets = make();
      const master = secrets.master(await loadSeed(secrets, new Uint8Array(16).fill(1)));
      const deepest = must(
        secrets.derive(
          master,
          Array.from({ length: 255 }, () => HARDENED),
        ),
      );
      expect(secrets.publicNode(deepest).depth).toBe(255);
      expect(refusal(secrets.derive(deepest, [0]))).toBe("index_out_of_range");
    });

    test("an empty path gives a node of its own", async () => {
      const secrets = make();
      const master = secrets.master(await loadSeed(secrets, new Uint8Array(16).fill(1)));
      const same = must(secrets.derive(master, []));
      const xpub = xpubOf(secrets.publicNode(master));
      secrets.wipe(master);
      expect(xpubOf(secrets.publicNode(same))).toBe(xpub);
    });

    test.skipIf(hasNoVectors)("published derivations (needs MAYFLY_VECTORS)", async () => {
      const secrets = make();
      const entries = listOf(await readVectors("bip32.json"));
      expect(entries.length).toBe(24);
      for (const entry of entries) {
        const seed = mnemonicToSeedSync(textField(entry, "mnemonic"));
        const master = secrets.master(await loadSeed(secrets, seed));
        for (const vector of listOf(field(entry, "vectors"))) {
          const path = textField(vector, "path");
          expect([path, xpubAt(secrets, master, path)]).toEqual([path, textField(vector, "xpub")]);
        }
        secrets.wipeAll();
      }
    });

    test.skipIf(hasNoVectors)("BIP-39: seeds and master keys (needs MAYFLY_VECTORS)", async () => {
      const secrets = make();
      const vectors = listOf(field(await readVectors("bip39.json"), "english")).map(listOf);
      expect(vectors.length).toBe(24);
      for (const [, mnemonic, seed, xprv] of vectors) {
        const made = mnemonicToSeedSync(String(mnemonic), "TREZOR");
        expect(made.toHex()).toBe(String(seed));
        const xpub = HDKey.fromExtendedKey(String(xprv)).publicExtendedKey;
        const node = secrets.master(await loadSeed(secrets, made));
        expect(xpubOf(secrets.publicNode(node))).toBe(xpub);
        secrets.wipeAll();
      }
    });
  });
};
