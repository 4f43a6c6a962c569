/** Random bytes of tested sources. */
import type { Rng } from "../../../firmware/hal.ts";
import type { Outcome } from "../../../protocol/errors.ts";
import { createHealthyRng, createJitterSource, createKernelSource } from "../../entropy/index.ts";

/**
 * This machine's generator; `rng_failed` where not both of its sources are healthy. A hardware
 * generator reaches it through the kernel, which waits for it where many devices drain it.
 */
export const openSystemRng = (): Outcome<Rng, "rng_failed"> =>
  createHealthyRng([createKernelSource(), createJitterSource()]);
