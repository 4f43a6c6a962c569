/** The engines that this machine has. */
import type { Secrets } from "../../../firmware/hal.ts";
import { openLibraries } from "../../../hardware/secrets/native/libraries.ts";

/** Whether the native engine's libraries are missing: its tests are skipped then, and counted. */
export const hasNoLibraries: boolean = !openLibraries().ok;

/** Both engines; the second only where its libraries are. */
export const ENGINES: readonly Secrets["engine"][] = hasNoLibraries
  ? ["portable"]
  : ["portable", "native"];
