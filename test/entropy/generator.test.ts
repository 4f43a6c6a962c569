/** The board's generator: sound sources give bytes, and any doubt ends it. */
import { describe, expect, test } from "bun:test";
import type { Rng } from "../../firmware/hal.ts";
import {
  createDrbg,
  createHealthyRng,
  createJitterSource,
  createKernelSource,
  type EntropyFault,
  type EntropySource,
} from "../../hardware/entropy/index.ts";
import { unwrap } from "../driver/lines.ts";
import { biased, changing, repeating, seededBytes, sourceOf } from "./made-sources.ts";

const seeded = (seed: string) => seededBytes(`generator ${seed}`);
const kernel = createKernelSource();
/** A claim of 0.5 asks most samples of a source at its start: start, anchors and seed. */
const START = 2500;

/** How many draws of 32 bytes a generator gives before it refuses. */
const drawsOf = (rng: Rng, most: number): number => {
  const target = new Uint8Array(32);
  for (let i = 0; i < most; i += 1) if (!rng.fill(target).ok) return i;
  return most;
};

const BROKEN: readonly (readonly [string, (sound: () => number) => () => number])[] = [
  ["is stuck", () => () => 7],
  ["repeats 16 bytes", (sound) => repeating(sound, 16)],
  ["repeats 512 bytes", (sound) => repeating(sound, 512)],
  ["is one value nine times of ten", biased],
];

describe("at the start", () => {
  test.each([...BROKEN])("a source that %s is no source: refused", (_, breakIt) => {
    for (const claim of [8, 0.5]) {
      const faults: EntropyFault[] = [];
      const source = sourceOf("broken", breakIt(seeded("start")), claim);
      const onFault = (fault: EntropyFault) => void faults.push(fault);
      const refused = createHealthyRng([kernel, source], { onFault });
      expect(refused).toEqual({ ok: false, error: "rng_failed", details: { healthy: 1 } });
      expect(faults.map((fault) => fault.source)).toEqual(["broken"]);
    }
  });

  test("a source that gives nothing, none, one, or one twice: refused", () => {
    const silent = { name: "silent", claimedEntropy: 8, fill: () => false };
    for (const sources of [[kernel, silent], [], [kernel], [kernel, createKernelSource()]]) {
      expect(createHealthyRng(sources)).toMatchObject({ ok: false, error: "rng_failed" });
    }
  });

  test("a source that dies while it seeds: refused, by its name", () => {
    const dying = sourceOf(
      "dying",
      changing(1060, seeded("seed"), () => 7),
    );
    expect(createHealthyRng([kernel, dying])).toEqual({
      ok: false,
      error: "rng_failed",
      details: { source: "dying", fault: "repetition" },
    });
  });

  test("two sound sources beside a broken one: it is left out, and said", () => {
    const faults: EntropyFault[] = [];
    const stuck = sourceOf("stuck", () => 7);
    const rng = createHealthyRng([kernel, stuck, sourceOf("sound", seeded("sound"))], {
      onFault: (fault) => faults.push(fault),
    });
    expect(drawsOf(unwrap(rng), 10)).toBe(10);
    expect(faults).toEqual([{ source: "stuck", fault: "repetition" }]);
  });
});

describe("at a draw", () => {
  test.each([...BROKEN])("a source that later %s ends it for good", (_, breakIt) => {
    for (const claim of [8, 0.5]) {
      const sound = seeded("later");
      const broken = breakIt(seeded("then"));
      const next = changing(START + 10_000, changing(START, sound, broken), sound);
      const faults: EntropyFault[] = [];
      const rng = unwrap(
        createHealthyRng([kernel, sourceOf("later", next, claim)], {
          onFault: (fault) => faults.push(fault),
        }),
      );
      // The next anchor, at a reseeding, comes within 1000 draws.
      expect(drawsOf(rng, 2500)).toBeLessThan(2500);
      const target = new Uint8Array(32).fill(1);
      const refused = rng.fill(target);
      expect(refused).toMatchObject({ ok: false, error: "rng_failed" });
      expect(target).toEqual(new Uint8Array(32));
      expect(drawsOf(rng, 3000)).toBe(0);
      expect(rng.fill(new Uint8Array(0)).ok).toBe(false);
      expect(faults.map(({ source }) => source)).toEqual(["later"]);
    }
  });

  test("a source that falls silent ends it at once, though it speaks again", () => {
    let isSilent = false;
    const source: EntropySource = {
      ...kernel,
      name: "fading",
      fill: (target) => !isSilent && kernel.fill(target),
    };
    const rng = unwrap(createHealthyRng([kernel, source]));
    expect(drawsOf(rng, 5)).toBe(5);
    isSilent = true;
    const target = new Uint8Array(100_000).fill(1);
    expect(rng.fill(target)).toEqual({
      ok: false,
      error: "rng_failed",
      details: { source: "fading", fault: "silent" },
    });
    expect(target).toEqual(new Uint8Array(100_000));
    isSilent = false;
    expect(drawsOf(rng, 5)).toBe(0);
  });

  test("a slow source is asked when it reseeds, not at each draw, and ends it then", () => {
    let asked = 0;
    let isSilent = false;
    const slow: EntropySource = {
      ...kernel,
      name: "slow",
      isSlow: true,
      fill: (target) => {
        asked += target.length;
        return !isSilent && kernel.fill(target);
      },
    };
    const rng = unwrap(createHealthyRng([kernel, slow]));
    const atStart = asked;
    isSilent = true;
    expect(drawsOf(rng, 2000)).toBe(1000);
    expect(asked - atStart).toBeWithin(1, 48);
  });

  test("an output of 16 bytes or more that comes twice ends it; shorter ones may", () => {
    const stuck = () => ({
      ...createDrbg(new Uint8Array(48)),
      generate: (target: Uint8Array) => void target.fill(5),
    });
    const make = () =>
      unwrap(createHealthyRng([kernel, createJitterSource()], { createDrbg: stuck }));
    const short = make();
    for (let i = 0; i < 5; i += 1) expect(short.fill(new Uint8Array(15)).ok).toBe(true);
    const long = make();
    expect(long.fill(new Uint8Array(16)).ok).toBe(true);
    expect(long.fill(new Uint8Array(15)).ok).toBe(true);
    const target = new Uint8Array(32);
    expect(long.fill(target)).toMatchObject({ details: { source: "output", fault: "repeated" } });
    expect(target).toEqual(new Uint8Array(32));
    expect(long.fill(new Uint8Array(1)).ok).toBe(false);
  });
});

describe("a sound generator", () => {
  test("gives a million bytes without a false alarm, no block twice", () => {
    const rng = unwrap(createHealthyRng([kernel, createJitterSource()]));
    const blocks = new Set<string>();
    const target = new Uint8Array(32);
    for (let i = 0; i < 31_250; i += 1) {
      unwrap(rng.fill(target));
      blocks.add(target.toHex());
    }
    expect(blocks.size).toBe(31_250);
  });

  test("is HMAC_DRBG over both sources, each in full, reseeded after 1000 draws and 1 MB", () => {
    const materials: number[] = [];
    const make = (material: Uint8Array) => {
      materials.push(material.length);
      const drbg = createDrbg(material);
      return {
        ...drbg,
        reseed: (fresh: Uint8Array) => {
          materials.push(fresh.length);
          drbg.reseed(fresh);
        },
      };
    };
    // 384 bits of each: 48 bytes at 8 bits, 768 at half a bit.
    const full = 48 + 768;
    const rng = unwrap(createHealthyRng([kernel, createJitterSource()], { createDrbg: make }));
    expect(materials).toEqual([full]);
    expect(drawsOf(rng, 1000)).toBe(1000);
    expect(materials).toEqual([full]);
    expect(drawsOf(rng, 1)).toBe(1);
    expect(materials).toEqual([full, full]);
    unwrap(rng.fill(new Uint8Array((1 << 20) - 32)));
    expect(materials).toEqual([full, full]);
    unwrap(rng.fill(new Uint8Array(1)));
    expect(materials).toEqual([full, full, full]);
  });

  test("two of the same sources are two streams only where one source differs", () => {
    const make = (seed: string) =>
      unwrap(createHealthyRng([sourceOf("a", seeded("a")), sourceOf("b", seeded(seed))]));
    const first = (rng: Rng) => {
      const target = new Uint8Array(32);
      unwrap(rng.fill(target));
      return target.toHex();
    };
    expect(first(make("b"))).toBe(first(make("b")));
    expect(first(make("b"))).not.toBe(first(make("c")));
  });
});
