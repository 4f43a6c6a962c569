/** Noise that is tested, and a generator that rests on it. */
export { cutoffsOf, proportionCutoff, repetitionCutoff, WINDOW } from "./cutoffs.ts";
export { createDrbg, type Drbg } from "./drbg.ts";
export { createHealthyRng, type EntropyFault, type GeneratorOptions } from "./generator.ts";
export {
  createHealthTest,
  type HealthCutoffs,
  type HealthFailure,
  type HealthTest,
} from "./health.ts";
export { openHardwareSource } from "./hwrng.ts";
export { createJitterSource } from "./jitter.ts";
export { type Monitor, type SourceFault, watch } from "./monitor.ts";
export { anchorLength, createRecurrenceTest, type RecurrenceTest } from "./recurrence.ts";
export { createKernelSource, type EntropySource } from "./source.ts";
