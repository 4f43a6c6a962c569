/** No copy of a secret where none may be: real signers, searched from outside. */
import { describe, expect, test } from "bun:test";
import { openLibraries } from "../../../hardware/secrets/native/libraries.ts";
import { scanStages, type Stage, WHOLE } from "./stages.ts";
import { type Subject, SUBJECTS } from "./subject.ts";
import { nativeProblems, portableProblems } from "./verdict.ts";

const cannot = process.platform !== "linux" || process.getuid?.() !== 0;
const hasNoLibraries = !openLibraries().ok;
const TIMEOUT_MS = 180_000;

const isWhole = (stages: readonly Stage[]): boolean => {
  const kinds = new Set(stages.map(({ kind }) => kind));
  return kinds.size === 3 && stages.every(({ search }) => search.scannedBytes > 2 ** 20);
};

describe("memory, read from outside (needs root)", () => {
  for (const subject of SUBJECTS.filter(({ engine }) => engine === "native")) {
    test.skipIf(cannot || hasNoLibraries)(
      `${subject.name}: at most the one live copy while ready, none after wiping`,
      async () => {
        const stages = await scanStages(subject, WHOLE);
        expect(isWhole(stages)).toBe(true);
        expect(nativeProblems(stages)).toEqual([]);
      },
      TIMEOUT_MS,
    );
  }

  const portable: Subject = { name: "portable", engine: "portable", plainPages: false };
  test.skipIf(cannot)(
    "portable: copies while ready and after wiping, or the search is broken",
    async () => {
      const stages = await scanStages(portable, WHOLE);
      expect(isWhole(stages)).toBe(true);
      expect(portableProblems(stages)).toEqual([]);
      // What portable leaves, the native engine's verdict would not let pass.
      expect(nativeProblems(stages).length).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
