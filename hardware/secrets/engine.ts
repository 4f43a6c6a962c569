/** Which engine holds the secrets: the native one where it runs, the portable one where it may. */
import type { Rng, Secrets } from "../../firmware/hal.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { ImportingSecrets } from "./importing.ts";
import { openNativeSecrets } from "#native-engine";
import { createPortableSecrets, drbgHolds } from "./portable/index.ts";
import { selfTest } from "./self-test/self-test.ts";

/** What an engine is opened with. */
export interface EngineChoice {
  readonly engine: Secrets["engine"];
  /** The portable engine's generator. */
  readonly rng: Rng;
  /** In place of the native engine's entropy, for an insecure emulator's repeatable randomness. */
  readonly insecureRng?: Rng;
  /** False keeps memfd_secret away from the native engine's pages, for a look at them. */
  readonly mayHide?: boolean;
  /** Threads of the native engine; none unless told. The portable one has none. */
  readonly threads?: number;
}

/** Why an engine is not to be had. */
export type EngineError = "engine_missing" | "rng_failed" | "self_test_failed";

type Opened = Outcome<ImportingSecrets, EngineError>;

const open = ({ engine, rng, ...options }: EngineChoice): Opened => {
  if (engine === "native") return openNativeSecrets(options);
  return drbgHolds()
    ? ok(createPortableSecrets(rng))
    : fail("self_test_failed", { test: "HMAC_DRBG" });
};

/** Engines of this process that have passed: a board's process is a boot, and tests once. */
const passed = new Set<Secrets["engine"]>();

/** An engine that has passed its self-test and holds nothing yet. */
export const openSecrets = (choice: EngineChoice): Opened => {
  const opened = open(choice);
  if (!opened.ok || passed.has(choice.engine)) return opened;
  const tested = selfTest(opened.value);
  if (!tested.ok) {
    opened.value.close();
    return tested;
  }
  passed.add(choice.engine);
  return opened;
};
