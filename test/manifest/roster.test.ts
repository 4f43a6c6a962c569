/** The roster's rules: who would hold too much, and who could load a seed under an old version. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { manifestProblems, rosterProblems } from "../../host/manifest/index.ts";
import type { Manifest, ShareGroup } from "../../protocol/manifest/manifest.ts";
import { SEED } from "../protocol/random.ts";
import { DRAFT } from "./lineages.ts";
import { NAMES, personOf } from "./people.ts";

const withGroups = (...groups: readonly ShareGroup[]): Manifest => ({
  ...DRAFT,
  keys: DRAFT.keys.map((key, i) => (i === 0 ? { ...key, groups } : key)),
});

const group = (name: string, threshold: number, ...members: readonly string[]): ShareGroup => ({
  name,
  threshold,
  members,
});

const problemsOf = (manifest: Manifest): readonly string[] => {
  // Otherwise the roster's rules would be asked about a document that means nothing.
  expect(manifestProblems(manifest)).toEqual([]);
  return rosterProblems(manifest).map(({ pointer, means }) => `${pointer} ${means}`);
};

describe("the roster", () => {
  test("3 of 5 people at three sites, three boxes apart: nothing to say", () => {
    expect(problemsOf(DRAFT)).toEqual([]);
  });

  test("a group that one person satisfies", () => {
    expect(problemsOf(withGroups(group("main", 3, ...NAMES), group("spare", 1, "Ben")))).toContain(
      "/keys/0/groups/1/threshold One person alone satisfies group spare of key A.",
    );
  });

  test("the same person in two seats", () => {
    const manifest = withGroups(
      group("main", 3, "Ada", "Ben", "Cleo"),
      group("east", 2, "Ada", "Eve"),
    );
    expect(problemsOf(manifest)).toContain(
      "/keys/0/groups/1/members/0 Ada sits in groups main and east of key A.",
    );
  });

  test("one person signs manifests alone", () => {
    const quorum = { threshold: 1, members: NAMES };
    expect(problemsOf({ ...DRAFT, quorum })).toContain(
      "/quorum/threshold One person alone could sign the next manifest.",
    );
  });

  test("people who can provision without having seen what others signed", () => {
    const quorum = { threshold: 2, members: NAMES };
    expect(problemsOf({ ...DRAFT, quorum })).toEqual(
      ["A", "B", "C"].map(
        (id, i) =>
          `/keys/${i}/groups Ada, Ben, Cleo can provision key ${id} ` +
          `without having seen what Dan, Eve signed.`,
      ),
    );
  });

  test("people outside the quorum who can provision", () => {
    const people = [...DRAFT.people, ...["Fay", "Gus"].map(personOf)];
    const manifest = { ...withGroups(group("main", 2, "Fay", "Gus")), people };
    expect(problemsOf(manifest)).toContain(
      "/keys/0/groups Fay, Gus can provision key A without having seen what Ada, Ben, Cleo signed.",
    );
  });

  test("two people who reach two keys", () => {
    const keys = DRAFT.keys.map((key) => ({ ...key, groups: [group("main", 2, ...NAMES)] }));
    const quorum = { threshold: 4, members: NAMES };
    expect(problemsOf({ ...DRAFT, keys, quorum })).toEqual([
      "/keys Ada, Ben together reach keys A, B, C: it must take 3 people at least.",
      "/keys Site Zurich reaches keys A, B, C: their boxes and people are there.",
      "/keys Site Oslo reaches keys B, A, C: their boxes and people are there.",
    ]);
  });

  test("two boxes at one site", () => {
    const keys = DRAFT.keys.map((key, i) => (i === 1 ? { ...key, site: "Zurich" } : key));
    expect(problemsOf({ ...DRAFT, keys })).toEqual([
      "/keys Site Zurich reaches keys A, B: their boxes stand there.",
    ]);
  });

  test("a site whose people provision one key, beside the box of another", () => {
    const people = DRAFT.people.map((one) => ({ ...one, site: "Zurich" }));
    expect(problemsOf({ ...DRAFT, people })).toEqual([
      "/keys Site Zurich reaches keys A, B, C: their boxes and people are there.",
    ]);
  });
});

/** All subsets of a set of names. */
const subsets = (names: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: 1 << names.length }, (_, bits) =>
    names.filter((_name, i) => (bits & (1 << i)) !== 0),
  );

describe("that whoever provisions knows what was signed", () => {
  const SIX = [...NAMES, "Fay"];
  const people = SIX.map(personOf);
  const some = fc.subarray(SIX, { minLength: 2 });

  test("is judged as by looking at every pair of sets", () => {
    const rosters = fc.record({
      signers: some,
      signing: fc.integer({ min: 2, max: 6 }),
      cut: fc.integer({ min: 1, max: 4 }),
      thresholds: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
      both: fc.boolean(),
      order: fc.shuffledSubarray(SIX, { minLength: 4, maxLength: 6 }),
    });
    fc.assert(
      fc.property(rosters, ({ signers, signing, cut, thresholds, both, order }) => {
        const [left, right] = [order.slice(0, cut), order.slice(cut)];
        const bounded = (threshold: number, of: readonly string[]): number =>
          Math.min(threshold, of.length);
        const groups = [
          group("left", bounded(thresholds[0], left), ...left),
          group("right", bounded(thresholds[1], right), ...right),
        ].filter(({ members }) => members.length > 0);
        const groupThreshold = both ? groups.length : 1;
        const keys = DRAFT.keys.slice(0, 1).map((key) => ({ ...key, groups, groupThreshold }));
        const quorum = { threshold: Math.min(signing, signers.length), members: signers };
        const said = rosterProblems({ ...DRAFT, people, keys, quorum }).some(({ means }) =>
          means.includes("without having seen"),
        );
        const provisioners = subsets(SIX).filter(
          (set) =>
            groups.filter(
              ({ members, threshold }) =>
                members.filter((name) => set.includes(name)).length >= threshold,
            ).length >= groupThreshold,
        );
        const apart = provisioners.some(
          (set) => signers.filter((name) => !set.includes(name)).length >= quorum.threshold,
        );
        expect(said).toBe(apart);
      }),
      { numRuns: 300, seed: SEED },
    );
  });
});
