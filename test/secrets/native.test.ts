/** The native engine: the suite of every engine, and what is its own. */
import { describe } from "bun:test";
import { openNativeSecrets } from "../../hardware/secrets/index.ts";
import { secretsConformance } from "./conformance.ts";
import { hasNoLibraries } from "./oracles/engines.ts";
import { must } from "./oracles/loading.ts";

describe.skipIf(hasNoLibraries)("libsecp256k1 and OpenSSL", () => {
  secretsConformance("native", () => must(openNativeSecrets()));
});
