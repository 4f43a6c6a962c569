/** The native engine. */
export { type NativeOptions, type NativeSecrets, openNativeSecrets } from "./secrets.ts";
