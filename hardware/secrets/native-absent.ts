/** The native engine where there is none: its libraries are called through Bun alone. */
import { fail } from "../../protocol/errors.ts";
import type { ImportingSecrets } from "./importing.ts";
import type * as onBun from "./native/index.ts";

/** The native engine, which never opens here. */
export type NativeSecrets = ImportingSecrets;

/** Nothing can be told to an engine that never opens. */
export type NativeOptions = onBun.NativeOptions;

/** Refuses as `engine_missing`. */
export const openNativeSecrets: typeof onBun.openNativeSecrets = () =>
  fail("engine_missing", { library: "bun:ffi" });

/** The curve of an engine that nobody can have opened: throws. */
export const nativeVerification: typeof onBun.nativeVerification = () => {
  throw new Error("broken invariant: who asks for the native engine has it");
};
