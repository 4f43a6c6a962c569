/** Secrets and cryptography for every board. */
export { createCrypto } from "./crypto.ts";
export { isSeedLength, SECRET_LIMITS } from "./limits.ts";
export { createPortableSecrets, type PortableSecrets } from "./portable/index.ts";
export { type NativeOptions, type NativeSecrets, openNativeSecrets } from "./native/index.ts";
