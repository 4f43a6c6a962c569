/** The command line of a signer's process. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The program of an emulator's process. */
export const EMULATOR_MAIN = fileURLToPath(
  new URL("../../hardware/emulator/main.ts", import.meta.url),
);

/** A signer's command line, after the interpreter: it says whose process that is. */
export const emulatorWords = (runFolder: string, name: string): readonly string[] => [
  EMULATOR_MAIN,
  join(runFolder, name),
];
