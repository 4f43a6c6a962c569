/** The engine of an emulator in process, and its cryptography, on a clock that may stand still. */
import type { Crypto, Hal, Rng } from "../../../firmware/hal.ts";
import { type ImportingSecrets, openSecrets } from "../../secrets/index.ts";
import { createChance } from "./chance.ts";
import type { EmulatorOptions } from "./options.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** Engines of this process that have tested themselves, which they do once. */
const tested = new Set<ImportingSecrets["engine"]>();

/** A self-test draws chance: not from an emulator's, whose life would be another but for it. */
const testBefore = (engine: ImportingSecrets["engine"]): void => {
  if (tested.has(engine)) return;
  const rng = createChance("self-test").stream("self-test");
  const opened = openSecrets({ engine, rng, insecureRng: rng });
  if (opened.ok) opened.value.close();
  tested.add(engine);
};

const open = (choice: Parameters<typeof openSecrets>[0]): ReturnType<typeof openSecrets> => {
  testBefore(choice.engine);
  return openSecrets(choice);
};

/** The engine that was asked for, or the first that is to be had. */
export const engineOf = ({ secrets, threads = 0 }: EmulatorOptions, rng: Rng): ImportingSecrets => {
  const native = open({ engine: secrets ?? "native", rng, threads, insecureRng: rng });
  if (native.ok) return native.value;
  const isForced = secrets !== undefined || native.error !== "engine_missing";
  const opened = isForced ? native : open({ engine: "portable", rng });
  if (!opened.ok) throw new Error(`the emulator does not boot: ${opened.error}`);
  return opened.value;
};

type Batch = Parameters<NonNullable<Hal["secrets"]["signMany"]>>[0];

const heldCrypto = (clock: VirtualClock, { scrypt, deriveMany, ...crypto }: Crypto): Crypto => ({
  ...crypto,
  scrypt: (...given) => clock.hold(scrypt(...given)),
  ...(deriveMany && { deriveMany: (...given) => clock.hold(deriveMany(...given)) }),
});

/** Threads and scrypt work outside of a clock's time, which stands still for them. */
export const heldHal = (hal: Hal, { clock }: EmulatorOptions): Hal => {
  if (clock === undefined) return hal;
  const { signMany, ...secrets } = hal.secrets;
  const held = signMany && { signMany: (batch: Batch) => clock.hold(signMany(batch)) };
  return { ...hal, crypto: heldCrypto(clock, hal.crypto), secrets: { ...secrets, ...held } };
};
