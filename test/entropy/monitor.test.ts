/** Which of the tests finds which broken source. */
import { describe, expect, test } from "bun:test";
import {
  createHealthTest,
  createKernelSource,
  cutoffsOf,
  type EntropySource,
  watch,
} from "../../hardware/entropy/index.ts";
import { biased, changing, repeating, seededBytes, sourceOf } from "./made-sources.ts";

const BITS = 40;
const SAMPLES = 20_000;

/** What the two tests of the standard say alone, and after how many samples. */
const standardAlone = (next: () => number, entropy: number) => {
  const health = createHealthTest(cutoffsOf(entropy, BITS));
  let [previous, first] = [-1, -1];
  for (let i = 1; i <= SAMPLES; i += 1) {
    const sample = next();
    if (health.startsWindow()) first = sample;
    if (!health.take(sample === previous, sample === first)) return health.failure();
    previous = sample;
  }
  return "nothing";
};

const watched = (source: EntropySource) => {
  const monitor = watch(source, BITS);
  for (let drawn = 0; drawn < SAMPLES; drawn += 1000) {
    const fault = (drawn % 4000 === 0 ? monitor.renew() : undefined) ?? monitor.draw(piece);
    if (fault !== undefined) return fault;
  }
  return "nothing";
};
const piece = new Uint8Array(1000);

const seeded = () => seededBytes("monitor");
const BROKEN = [
  ["stuck", () => () => 7, 8, "repetition", "repetition"],
  ["nine of ten one value", () => biased(seeded()), 8, "repetition", "repetition"],
  ["period 16", () => repeating(seeded(), 16), 8, "proportion", "recurrence"],
  ["period 512", () => repeating(seeded(), 512), 8, "nothing", "recurrence"],
  ["period 3001", () => repeating(seeded(), 3001), 8, "nothing", "recurrence"],
  ["a counter", () => repeating(counting(), 256), 8, "nothing", "recurrence"],
  ["sound", seeded, 8, "nothing", "nothing"],
  ["stuck", () => () => 7, 0.5, "repetition", "repetition"],
  ["nine of ten one value", () => biased(seeded()), 0.5, "proportion", "proportion"],
  ["period 16", () => repeating(seeded(), 16), 0.5, "nothing", "recurrence"],
  ["period 512", () => repeating(seeded(), 512), 0.5, "nothing", "recurrence"],
] as const;

const counting = (): (() => number) => {
  let i = 0;
  return () => {
    i += 1;
    return i & 0xff;
  };
};

describe("found by the standard's two tests, and by those with recurrence", () => {
  test.each([...BROKEN])("%s (%p, claim %p): %s, %s", (_, next, claim, standard, all) => {
    expect(standardAlone(next(), claim)).toBe(standard);
    expect(watched(sourceOf("made", next(), claim))).toBe(all);
  });
});

describe("a watched source", () => {
  test("the kernel gives a million bytes without a false alarm", () => {
    const monitor = watch(createKernelSource(), BITS);
    const target = new Uint8Array(4000);
    for (let i = 0; i < 250; i += 1) {
      expect(monitor.renew()).toBeUndefined();
      expect(monitor.draw(target)).toBeUndefined();
    }
  });

  test("says nothing, throws, or writes nothing: silent, or found by its zeros", () => {
    const silent = { name: "s", claimedEntropy: 8, fill: () => false };
    const throwing = {
      ...silent,
      fill: () => {
        throw new Error("gone");
      },
    };
    expect(watched(silent)).toBe("silent");
    expect(watched(throwing)).toBe("silent");
    const target = Uint8Array.from({ length: 100 }, (_, i) => i);
    expect(watch({ ...silent, fill: () => true }, BITS).draw(target)).toBe("repetition");
  });

  test("has a fault for good, and gives zeros then", () => {
    const next = changing(
      50,
      changing(40, seeded(), () => 7),
      seeded(),
    );
    const monitor = watch(sourceOf("recovers", next), BITS);
    const target = new Uint8Array(60);
    expect(monitor.draw(target)).toBe("repetition");
    expect(target).toEqual(new Uint8Array(60));
    expect(monitor.draw(target)).toBe("repetition");
    expect(monitor.renew()).toBe("repetition");
    expect(target).toEqual(new Uint8Array(60));
  });

  test("that claims what no test could hold it to is a mistake", () => {
    for (const claim of [0, 0.05, 8.1, Number.NaN]) {
      expect(() => watch(sourceOf("claims", seeded(), claim), BITS)).toThrow("0.1 to 8");
    }
  });
});
