/** A hostile host at a device's cable, in a thousand sequences. */
import { test } from "bun:test";
import { hostileRuns } from "./hostile-run.ts";

test(
  "nothing of a hostile host makes a device ready under its own manifest",
  () => hostileRuns(1000),
  900_000,
);
