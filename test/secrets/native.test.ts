/** The native engine, by the suite that every engine passes. */
import { openNativeSecrets } from "../../hardware/secrets/index.ts";
import { secretsConformance } from "./conformance.ts";
import { must } from "./oracles/loading.ts";

secretsConformance("native", () => must(openNativeSecrets()));
