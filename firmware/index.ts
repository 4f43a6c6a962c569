/** The device on any board: a board gives a `Hal`, and this makes a signer of it. */
export { NETWORK_NAMES, type NetworkName } from "./bitcoin/index.ts";
export { seedValues } from "./custody/seed-values.ts";
export type * from "./hal.ts";
export { createSigner, type Signer, type SignerOptions, VERSION } from "./signer.ts";
export { NOBODY, type Trust } from "./trust.ts";
