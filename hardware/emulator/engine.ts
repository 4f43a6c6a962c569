/** The engine of an emulator's process, and what protects it. */
import type { Rng } from "../../firmware/hal.ts";
import { type Outcome, ok } from "../../protocol/errors.ts";
import type { Protection } from "../process/index.ts";
import { type ImportingSecrets, openSecrets } from "../secrets/index.ts";
import { watchSignatures } from "./board.ts";
import type { Settings } from "./settings.ts";

/** Exit code of a device that was told to die in the middle: it stays down. */
const UNPLUGGED = 86;

/** Without these the engine's pages are not where all copies of a secret are. */
const CONDITIONS: readonly string[] = ["optimiser off", "clean environment"];

/** The engine of the settings, and what of the process's protections holds beside its own. */
export const secretsOf = (
  { secrets: engine, rngSeed, mnemonic, dieAfterInput, plainPages = false }: Settings,
  rng: Rng,
  protections: readonly Protection[],
): Outcome<ImportingSecrets> => {
  const insecure = rngSeed === undefined ? {} : { insecureRng: rng };
  const opened = openSecrets({ engine, rng, mayHide: !plainPages, ...insecure });
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
