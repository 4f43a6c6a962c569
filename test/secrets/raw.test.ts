/** Published vectors with keys in the open, on each engine. */
import { describe } from "bun:test";
import { hasNoLibraries } from "./oracles/engines.ts";
import { rawConformance } from "./raw/conformance.ts";
import { openNativeRaw } from "./raw/native.ts";
import { PORTABLE } from "./raw/portable.ts";

rawConformance("portable", () => PORTABLE);
describe.skipIf(hasNoLibraries)("libsecp256k1 and OpenSSL", () => {
  rawConformance("native", openNativeRaw);
});
