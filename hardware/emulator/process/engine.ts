/** The engine of an emulator's process, and what protects it. */
import { availableParallelism } from "node:os";
import type { Rng } from "../../../firmware/hal.ts";
import { type Outcome, ok } from "../../../protocol/errors.ts";
import type { Protection } from "../../process/index.ts";
import { type ImportingSecrets, openSecrets } from "../../secrets/index.ts";
import { watchSignatures } from "../board/board.ts";
import type { Settings } from "./settings.ts";

/** More than four cores gain nothing that a line could carry. */
const THREADS_MOST = 4;

/** A thread for each core, where there is more than one: the device itself only waits for them. */
const threadsFor = ({ threads, dieAfterInput }: Settings): number => {
  if (dieAfterInput !== undefined) return 0;
  const cores = availableParallelism();
  const wanted = threads ?? (cores > 1 ? cores : 0);
  return Math.min(wanted, THREADS_MOST);
};

/** Exit code of a device that was told to die in the middle: it stays down. */
const UNPLUGGED = 86;

/** Without these the engine's pages are not where all copies of a secret are. */
const CONDITIONS: readonly string[] = ["optimiser off", "clean environment"];

/** The engine of the settings, and what of the process's protections holds beside its own. */
export const secretsOf = (
  settings: Settings,
  rng: Rng,
  protections: readonly Protection[],
): Outcome<ImportingSecrets> => {
  const { secrets: engine, rngSeed, mnemonic, dieAfterInput, plainPages = false } = settings;
  const threads = threadsFor(settings);
  const insecure = rngSeed === undefined ? {} : { insecureRng: rng };
  const opened = openSecrets({ engine, rng, mayHide: !plainPages, threads, ...insecure });
  if (!opened.ok) return opened;
  const namesOf = (holds: boolean): readonly string[] =>
    protections.filter((one) => one.holds === holds).map(({ name }) => name);
  const watched = watchSignatures(opened.value, (count) => {
    if (count === dieAfterInput) process.exit(UNPLUGGED);
  });
  const missing = namesOf(false);
  // A seed that is brought along, or what repeats it, was in JavaScript's memory.
  const isBrought = rngSeed !== undefined || mnemonic !== undefined;
  const isKept = !isBrought && !CONDITIONS.some((name) => missing.includes(name));
  return ok({
    ...watched,
    volatile: watched.volatile && isKept,
    protections: [...watched.protections, ...namesOf(true)],
    missing: [...watched.missing, ...missing],
  });
};
