/** SLIP-39: what `recombine` makes of the shares it is given. */
import { describe, expect, test } from "bun:test";
import { HDKey } from "@scure/bip32";
import slip39 from "slip39";
import type { Secrets, Share, ShareHeader } from "../../../firmware/hal.ts";
import { loadShare, must, refusal, seedXpub } from "../oracles/loading.ts";
import { shareOf } from "../oracles/slip39-words.ts";
import { hasNoVectors, listOf, readVectors, textOf } from "../oracles/vectors.ts";

const NOTHING = new Uint8Array(0);

const loadWords = (secrets: Secrets, words: readonly string[]): Promise<readonly Share[]> =>
  Promise.all(words.map((mnemonic) => loadShare(secrets, shareOf(mnemonic))));

/** The engine's answer on words; a mnemonic that is none counts as refused. */
const verdict = async (secrets: Secrets, words: readonly string[]): Promise<string> => {
  try {
    const recombined = secrets.recombine(await loadWords(secrets, words));
    return recombined.ok ? seedXpub(secrets, recombined.value) : recombined.error;
  } catch {
    return "words_wrong";
  }
};

const recoverOutside = (words: readonly string[]): string => {
  const seed = new Uint8Array(slip39.recoverSecret(words, ""));
  return HDKey.fromMasterSeed(seed).publicExtendedKey;
};

const threeOf = (secrets: Secrets): readonly [Share, Share, Share] => {
  const seed = must(secrets.generateSeed(NOTHING));
  const plan = { groupThreshold: 1, groups: [{ threshold: 2, count: 3 }] };
  const [one, two, three] = must(secrets.split(seed, plan));
  if (one === undefined || two === undefined || three === undefined) throw new Error("3 shares");
  return [one, two, three];
};

const changed = (share: Share, change: Partial<ShareHeader>): Share => ({
  header: { ...share.header, ...change },
  value: share.value,
});

/** The part of the suite about recombining. */
export const shareConformance = (make: () => Secrets): void => {
  describe("SLIP-39 recombine", () => {
    test("shares of the slip39 package recombine here, extendable and not", async () => {
      for (const extendableBackupFlag of [0, 1]) {
        const secrets = make();
        const seed = crypto.getRandomValues(new Uint8Array(32));
        const groups = [
          [2, 3, "a"],
          [1, 1, "b"],
        ] as const;
        const settings = { threshold: 2, groups, extendableBackupFlag, iterationExponent: 1 };
        const words = slip39.fromArray([...seed], settings).root.mnemonics;
        const chosen = words.filter((_, at) => at !== 1);
        const expected = HDKey.fromMasterSeed(seed).publicExtendedKey;
        expect(await verdict(secrets, chosen)).toBe(expected);
      }
    });

    test("shares of different sets, settings or lengths are shares_mixed", () => {
      const secrets = make();
      const [one, two] = threeOf(secrets);
      const [stranger] = threeOf(secrets);
      const { identifier } = one.header;
      const others: readonly Share[] = [
        changed(stranger, { identifier: identifier ^ 1, memberIndex: 1 }),
        changed(two, { identifier: identifier ^ 1 }),
        changed(two, { extendable: false }),
        changed(two, { iterationExponent: 1 }),
        changed(two, { groupCount: 2 }),
        changed(two, { groupCount: 2, groupThreshold: 2 }),
        changed(two, { memberThreshold: 3 }),
      ];
      for (const other of others) {
        expect(refusal(secrets.recombine([one, other]))).toBe("shares_mixed");
        expect(refusal(secrets.recombine([other, one]))).toBe("shares_mixed");
      }
    });

    test("values of different lengths are shares_mixed", async () => {
      const secrets = make();
      const { header } = threeOf(secrets)[0];
      const short = await loadShare(secrets, { header, value: new Uint8Array(16) });
      const long = await loadShare(secrets, {
        header: { ...header, memberIndex: 1 },
        value: new Uint8Array(32),
      });
      expect(refusal(secrets.recombine([short, long]))).toBe("shares_mixed");
    });

    test("an index that stands twice is share_repeated", () => {
      const secrets = make();
      const [one, two, three] = threeOf(secrets);
      expect(refusal(secrets.recombine([one, one]))).toBe("share_repeated");
      const posing = changed(two, { memberIndex: one.header.memberIndex });
      expect(refusal(secrets.recombine([one, posing, three]))).toBe("share_repeated");
    });

    test("a wrong value or index is shares_wrong, also beyond the threshold", () => {
      const secrets = make();
      const [one, two, three] = threeOf(secrets);
      const [stranger] = threeOf(secrets);
      const bad = changed(stranger, { identifier: one.header.identifier, memberIndex: 1 });
      expect(refusal(secrets.recombine([one, bad]))).toBe("shares_wrong");
      expect(refusal(secrets.recombine([one, bad, three]))).toBe("shares_wrong");
      expect(refusal(secrets.recombine([one, changed(two, { memberIndex: 2 })]))).toBe(
        "shares_wrong",
      );
      expect(secrets.recombine([one, two, three]).ok).toBe(true);
    });

    test("a complete group that is wrong spoils a set that would do without it", () => {
      const secrets = make();
      const seed = must(secrets.generateSeed(NOTHING));
      const groups = [2, 2].map((count) => ({ threshold: 2, count }));
      const [one, two, three, four] = must(secrets.split(seed, { groupThreshold: 1, groups }));
      if (!(one && two && three && four)) throw new Error("4 shares");
      const bent = [changed(three, { memberIndex: 1 }), changed(four, { memberIndex: 0 })];
      expect(refusal(secrets.recombine([one, two, ...bent]))).toBe("shares_wrong");
      expect(secrets.recombine([one, two, three, four]).ok).toBe(true);
    });

    test("no shares, too few, and headers out of range are shares_wrong", () => {
      const secrets = make();
      const [one, two] = threeOf(secrets);
      expect(refusal(secrets.recombine([]))).toBe("shares_wrong");
      expect(refusal(secrets.recombine([one]))).toBe("shares_wrong");
      const impossible: readonly Partial<ShareHeader>[] = [
        { identifier: -1 },
        { identifier: 2 ** 15 },
        { iterationExponent: 16 },
        { iterationExponent: 0.5 },
        { groupIndex: 1 },
        { groupThreshold: 0 },
        { groupThreshold: 2 },
        { groupCount: 17 },
        { memberIndex: 16 },
        { memberIndex: -1 },
        { memberThreshold: 0 },
        { memberThreshold: 17 },
        { memberThreshold: Number.NaN },
      ];
      for (const change of impossible) {
        const set = [one, two].map((share) => changed(share, change));
        expect(refusal(secrets.recombine(set))).toBe("shares_wrong");
      }
    });

    test.skipIf(hasNoVectors)(
      "the official mnemonics with an empty passphrase (needs MAYFLY_VECTORS)",
      async () => {
        const secrets = make();
        const vectors = listOf(await readVectors("slip39.json")).map(listOf);
        expect(vectors.length).toBe(45);
        for (const [title, list, secret] of vectors) {
          const words = listOf(list).map(textOf);
          const answer = await verdict(secrets, words);
          const label = textOf(title);
          if (secret === "") expect([label, answer.startsWith("xpub")]).toEqual([label, false]);
          else expect([label, answer]).toEqual([label, recoverOutside(words)]);
        }
      },
    );
  });
};
