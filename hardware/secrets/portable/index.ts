/** The portable engine, for emulators and tests. */
export { drbgHolds } from "./hmac-drbg.ts";
export { createPortableSecrets, type PortableSecrets } from "./secrets.ts";
