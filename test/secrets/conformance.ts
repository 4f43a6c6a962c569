/**
 * What every engine behind `Secrets` must do. It asks only through `Secrets`: known values go in
 * and out as envelopes of `@hpke/core`.
 */
import { describe, setDefaultTimeout } from "bun:test";
import type { Secrets } from "../../firmware/hal.ts";
import { envelopeConformance } from "./conformance/envelopes.ts";
import { handleConformance } from "./conformance/handles.ts";
import { nodeConformance } from "./conformance/nodes.ts";
import { shareConformance } from "./conformance/shares.ts";
import { signatureConformance } from "./conformance/signatures.ts";
import { splitConformance } from "./conformance/splitting.ts";

// No test here is about time, and an engine may run under emulation.
setDefaultTimeout(60_000);

/** Runs the suite over fresh engines of one make. */
export const secretsConformance = (name: string, make: () => Secrets): void => {
  describe(`Secrets, ${name}`, () => {
    handleConformance(make);
    envelopeConformance(make);
    splitConformance(make);
    shareConformance(make);
    nodeConformance(make);
    signatureConformance(make);
  });
};
