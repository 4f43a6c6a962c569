/** Device and tools on lineages of chance, and on changed bytes; a thousand in `agreement`. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { unsoundPart } from "../../../firmware/manifest/soundness.ts";
import { manifestProblems } from "../../../host/manifest/index.ts";
import { MANIFEST } from "../../../protocol/manifest/manifest.ts";
import { DRAFT, FIRST, signedBy } from "../../manifest/lineages.ts";
import { SEED } from "../../protocol/random.ts";
import { agreeOnLineages, CHANGES, ofDevice, ofTools } from "./agreement.ts";

describe("device and tools", () => {
  test("give one verdict on every lineage", () => {
    expect(agreeOnLineages(300).size).toBeGreaterThan(4);
  });

  test("a changed byte anywhere is refused by both", () => {
    const [draft, first] = [signedBy(DRAFT), signedBy(FIRST)];
    const places = fc.nat({ max: first.manifest.length - 1 });
    fc.assert(
      fc.property(places, fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const manifest = first.manifest.with(at, (first.manifest[at] ?? 0) ^ flip);
        const forged = [draft, { ...first, manifest }];
        expect(ofDevice(forged)).not.toMatch(/^[0-9a-f]{64}$/);
        expect(ofTools(forged)).not.toMatch(/^[0-9a-f]{64}$/);
      }),
      { numRuns: 200, seed: SEED },
    );
  });

  test("what the tools find sound the device finds sound", () => {
    for (const alter of CHANGES) {
      for (const manifest of [alter(DRAFT), alter(FIRST)]) {
        const isSound = MANIFEST.check(manifest) && manifestProblems(manifest).length === 0;
        if (isSound) expect(unsoundPart(manifest)).toBeUndefined();
      }
    }
  });
});
