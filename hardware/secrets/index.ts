/** Secrets and cryptography for every board. */
export { createCrypto } from "./crypto.ts";
export { type EngineChoice, type EngineError, openSecrets } from "./engine.ts";
export type { ImportingSecrets } from "./importing.ts";
export { isSeedLength, SECRET_LIMITS } from "./limits.ts";
export { type NativeOptions, type NativeSecrets, openNativeSecrets } from "#native-engine";
export { createPortableSecrets, type PortableSecrets } from "./portable/index.ts";
