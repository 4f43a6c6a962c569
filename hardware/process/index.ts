/** A signer's process protects itself. */
export { hardenProcess, type ProcessSystem, type Protection } from "./hardening.ts";
export type { Limit, ProcessCalls } from "./libc.ts";
export { hasCapability, lockedKib, type Swap, swapsIn } from "./proc-files.ts";
