/** This machine's generator, for tests that need no repeatable one. */
import type { Rng } from "../../../firmware/hal.ts";
import { openSystemRng } from "../../../hardware/emulator/board/rng.ts";
import { must } from "./loading.ts";

/** A generator that works; throws where none does. */
export const systemRng = (): Rng => must(openSystemRng());
