/** A hostile host at a device's cable, in sixty sequences; more of them in the long suite. */
import { test } from "bun:test";
import { hostileRuns } from "./hostile-run.ts";

test(
  "nothing of a hostile host makes a device ready under its own manifest",
  () => hostileRuns(60),
  60_000,
);
