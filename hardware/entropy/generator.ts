/**
 * The board's generator: at least two sources under health tests, and HMAC_DRBG between them and
 * who asks. Each source alone seeds it in full, so either may be worthless and nobody can tell the
 * output from chance; both together are watched, and the first doubt ends it for good.
 * NIST SP 800-90A Rev. 1, 800-90B section 4, and 800-90C.
 */
import { createHash } from "node:crypto";
import type { Rng } from "../../firmware/hal.ts";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { createDrbg, type Drbg } from "./drbg.ts";
import { type Monitor, type SourceFault, watch } from "./monitor.ts";
import type { EntropySource } from "./source.ts";

/** SP 800-90B, section 4.3: samples of each source that are tested and thrown away at the start. */
const START_SAMPLES = 1024;
/** SP 800-90A, section 8.6.7: 256 bits of strength, and a nonce of half of it. */
const SEED_BITS = 384;
const RESEED_DRAWS = 1000;
const RESEED_BYTES = 1 << 20;
/** What one request of the DRBG may ask for. */
const REQUEST_BYTES = 65_536;
/** Samples of each source in a draw: what misses a dead source soon; they are no seed. */
const DRAW_SAMPLES = 4;
/** Outputs as long as this never repeat by chance. */
const COMPARED_BYTES = 16;
/**
 * A false alarm in 2^40 samples. With the 2^-20 that SP 800-90B allows as well, a byte of full
 * entropy comes four times in a row once in 2^24, and a device in 16,000 would not start.
 */
const FALSE_ALARM_BITS = 40;

/** A fault, as it is reported: of a source, or of the output itself. */
export interface EntropyFault {
  /** The source's name, or `output`. */
  readonly source: string;
  readonly fault: SourceFault | "repeated";
}

/** What tests of the generator, and boards that log, may set. */
export interface GeneratorOptions {
  /** Chance of a false alarm: 2^-bits a sample; 20 to 40, and 40 unless told. */
  readonly falseAlarmBits?: number;
  /** Hears of each fault: of sources left out at the start, and of the one that ended it. */
  readonly onFault?: (fault: EntropyFault) => void;
  /** HMAC_DRBG, unless told. */
  readonly createDrbg?: (material: Uint8Array) => Drbg;
}

type Refusal = Failure<"rng_failed">;
type Report = (fault: EntropyFault) => void;

/** What draws from all sources and tells of the first fault. */
const createDrawer = (monitors: readonly Monitor[], report: Report) => {
  const refuse = (source: string, fault: EntropyFault["fault"]): Refusal => {
    report({ source, fault });
    return fail("rng_failed", { source, fault });
  };

  /** From each in turn, as many samples as `count` says. */
  const draw = (count: (monitor: Monitor) => number): Outcome<Uint8Array, "rng_failed"> => {
    const material = new Uint8Array(monitors.reduce((sum, one) => sum + count(one), 0));
    let offset = 0;
    for (const monitor of monitors) {
      const end = offset + count(monitor);
      const fault = monitor.draw(material.subarray(offset, end));
      if (fault !== undefined) {
        material.fill(0);
        return refuse(monitor.name, fault);
      }
      offset = end;
    }
    return ok(material);
  };

  /** The full strength from each, under a new anchor. */
  const drawSeed = (): Outcome<Uint8Array, "rng_failed"> => {
    for (const monitor of monitors) {
      const fault = monitor.renew();
      if (fault !== undefined) return refuse(monitor.name, fault);
    }
    return draw(({ claimedEntropy }) => Math.ceil(SEED_BITS / claimedEntropy));
  };

  return { draw, drawSeed, refuse };
};

const isDistinct = (source: EntropySource, index: number, all: readonly EntropySource[]): boolean =>
  all.findIndex(({ name }) => name === source.name) === index;

/** The sources that pass their start, under watch. */
const startAll = (
  sources: readonly EntropySource[],
  bits: number,
  report: Report,
): readonly Monitor[] =>
  sources.filter(isDistinct).flatMap((source) => {
    const monitor = watch(source, bits);
    const fault = monitor.renew() ?? monitor.draw(new Uint8Array(START_SAMPLES));
    if (fault === undefined) return [monitor];
    report({ source: source.name, fault });
    return [];
  });

/** Tells whether an output begins as the one before; keeps a digest, not the output. */
const createRepeatTest = (): ((output: Uint8Array) => boolean) => {
  let last = new Uint8Array(0);
  return (output) => {
    if (output.length < COMPARED_BYTES) return false;
    const head = output.subarray(0, COMPARED_BYTES);
    const digest = Uint8Array.from(createHash("sha256").update(head).digest());
    const isRepeated = digest.every((byte, i) => byte === last[i]);
    last = digest;
    return isRepeated;
  };
};

/** The generator proper: what the DRBG gives, under the rules of when it is fed. */
const createSupply = (drawer: ReturnType<typeof createDrawer>, drbg: Drbg) => {
  const isRepeat = createRepeatTest();
  let draws = 0;
  let bytes = 0;

  const reseed = (): Refusal | undefined => {
    const seed = drawer.drawSeed();
    if (!seed.ok) return seed;
    drbg.reseed(seed.value);
    seed.value.fill(0);
    draws = 0;
    bytes = 0;
    return undefined;
  };

  const request = (piece: Uint8Array): Refusal | undefined => {
    const isDue = draws === RESEED_DRAWS || bytes + piece.length > RESEED_BYTES;
    const refused = isDue ? reseed() : undefined;
    if (refused !== undefined) return refused;
    const additional = drawer.draw(({ isSlow }) => (isSlow ? 0 : DRAW_SAMPLES));
    if (!additional.ok) return additional;
    drbg.generate(piece, additional.value);
    additional.value.fill(0);
    draws += 1;
    bytes += piece.length;
    return isRepeat(piece) ? drawer.refuse("output", "repeated") : undefined;
  };

  return (target: Uint8Array): Refusal | undefined => {
    for (let offset = 0; offset < target.length; offset += REQUEST_BYTES) {
      const refused = request(target.subarray(offset, offset + REQUEST_BYTES));
      if (refused !== undefined) return refused;
    }
    return undefined;
  };
};

/**
 * A generator over at least two healthy sources; sources that fail their start are left out.
 * Refuses with `rng_failed` where fewer are left, and at the draw that finds a fault, which leaves
 * `target` zeroed; from then on it refuses for good. `details` names source and fault.
 */
export const createHealthyRng = (
  sources: readonly EntropySource[],
  options: GeneratorOptions = {},
): Outcome<Rng, "rng_failed"> => {
  const report = options.onFault ?? (() => undefined);
  const monitors = startAll(sources, options.falseAlarmBits ?? FALSE_ALARM_BITS, report);
  if (monitors.length < 2) return fail("rng_failed", { healthy: monitors.length });
  const drawer = createDrawer(monitors, report);
  const seed = drawer.drawSeed();
  if (!seed.ok) return seed;
  const drbg = (options.createDrbg ?? createDrbg)(seed.value);
  seed.value.fill(0);
  const supply = createSupply(drawer, drbg);
  let refused: Refusal | undefined;
  return ok({
    fill: (target) => {
      refused ??= supply(target);
      if (refused === undefined) return ok(undefined);
      target.fill(0);
      drbg.erase();
      return refused;
    },
  });
};
