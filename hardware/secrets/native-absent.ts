/** The native engine where there is none: its libraries are called through Bun alone. */
import { fail, type Outcome } from "../../protocol/errors.ts";
import type { ImportingSecrets } from "./importing.ts";
import type { nativeVerification as verificationOnBun } from "./native/index.ts";

/** The native engine, which never opens here. */
export type NativeSecrets = ImportingSecrets;

/** Nothing can be told to an engine that never opens. */
export type NativeOptions = Readonly<Record<string, unknown>>;

/** Refuses as `engine_missing`. */
export const openNativeSecrets = (
  _: NativeOptions = {},
): Outcome<NativeSecrets, "engine_missing"> => fail("engine_missing", { library: "bun:ffi" });

/** The curve of an engine that nobody can have opened: throws. */
export const nativeVerification: typeof verificationOnBun = () => {
  throw new Error("broken invariant: who asks for the native engine has it");
};
