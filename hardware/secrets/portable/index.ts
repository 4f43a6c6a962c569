/** The portable engine, for emulators and tests. */
export { drbgHolds } from "./generation.ts";
export { createPortableSecrets, type PortableSecrets } from "./secrets.ts";
