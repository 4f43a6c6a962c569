/** The native engine. */
export type { NativeOptions } from "./engine.ts";
export { type NativeSecrets, openNativeSecrets } from "./secrets.ts";
export { nativeVerification } from "./verification.ts";
