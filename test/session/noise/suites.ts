/** The suites the engine runs on: the host's, and a device's as its `Crypto` gives it. */
import { createCrypto } from "../../../hardware/secrets/index.ts";
import { noiseSuite } from "../../../host/driver/noise-suite.ts";
import type { NoiseSuite } from "../../../protocol/session/noise/suite.ts";

const crypto = createCrypto();

const deviceSuite: NoiseSuite = {
  sha256: (data) => crypto.sha256().update(data).digest(),
  hmacSha256: crypto.hmacSha256,
  seal: crypto.aesGcmSeal,
  open: crypto.aesGcmOpen,
  keyPair: crypto.keyAgreement,
};

/** Each suite with its name. */
export const SUITES = [
  ["host", noiseSuite],
  ["device", deviceSuite],
] as const satisfies readonly (readonly [string, NoiseSuite])[];
