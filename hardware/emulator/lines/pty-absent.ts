/** The emulator's pty where there is none: its calls are made through Bun alone. */
import { fail, type Outcome } from "../../../protocol/errors.ts";
import type { Pty } from "./pty.ts";

/** Refuses as `emulator_failed`; details carry `why`. */
export const openPty = (_: string | undefined): Outcome<Pty, "emulator_failed"> =>
  fail("emulator_failed", { why: "a pty needs Bun: start it with bunx --bun" });
