/** The emulator's pty where there is none: its calls are made through Bun alone. */
import { fail } from "../../../protocol/errors.ts";
import type { openPty as openOnBun } from "./pty.ts";

/** Refuses as `emulator_failed`; details carry `why`. */
export const openPty: typeof openOnBun = () =>
  fail("emulator_failed", {
    why: "a pty needs Bun: bunx --bun mayfly emulate, or --socket or --tcp",
  });
