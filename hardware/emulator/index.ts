/**
 * The emulator in a test's own process. `mayfly emulate` runs main.ts, a process for each signer.
 */
import "#standards";

export { type ConnectOptions, createEmulator, type Emulator } from "./kit/emulator.ts";
export type { Fault, Faults, Happened } from "./kit/faults/index.ts";
export type { EmulatorOptions } from "./kit/options.ts";
export { createVirtualClock, type VirtualClock } from "./kit/virtual-clock.ts";
