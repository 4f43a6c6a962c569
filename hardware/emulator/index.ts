/**
 * The emulator in a test's own process. `mayfly emulate` runs main.ts, a process for each signer.
 */
export { type ConnectOptions, createEmulator, type Emulator } from "./kit/emulator.ts";
export type { EmulatorOptions } from "./kit/options.ts";
export type { Snapshot } from "./kit/snapshot.ts";
export { createVirtualClock, type VirtualClock } from "./kit/virtual-clock.ts";
export * from "./kit/transcript/index.ts";
