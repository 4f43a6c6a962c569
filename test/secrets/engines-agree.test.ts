/** Both engines give the same bytes, in a hundred random cases. */
import { test } from "bun:test";
import { agreeOnSignatures } from "./engines-agree.ts";
import { hasNoLibraries } from "./oracles/engines.ts";

test.skipIf(hasNoLibraries)(
  "native and portable: the same keys and signatures",
  () => agreeOnSignatures(100),
  120_000,
);
