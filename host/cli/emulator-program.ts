/**
 * The emulator's program, which this one starts: beside it as source, as JavaScript of the built
 * package, or as a binary of its own beside our binary. Host imports nothing of it.
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Who runs a script; anything else is a binary that holds it, whatever it is called by now. */
const INTERPRETER = /^(?:bun|node|nodejs)(?:\.exe)?$/;
const BINARY = "mayfly-emulator";

/** How it is started. */
interface EmulatorProgram {
  readonly file: string;
  /** Before the words that say whose process it is. */
  readonly words: readonly string[];
  /** Nobody's: a bunfig.toml where the supervisor was started is not the signer's. */
  readonly folder: string;
}

const binaryBeside = (): EmulatorProgram => {
  const folder = dirname(process.execPath);
  return { file: join(folder, BINARY), words: [], folder };
};

const scriptBeside = (): EmulatorProgram => {
  const name = import.meta.url.endsWith(".ts") ? "main.ts" : "main.js";
  const main = fileURLToPath(new URL(`../../hardware/emulator/${name}`, import.meta.url));
  return { file: process.execPath, words: [main], folder: dirname(main) };
};

/** The program that belongs to this one. */
export const EMULATOR_PROGRAM: EmulatorProgram = INTERPRETER.test(basename(process.execPath))
  ? scriptBeside()
  : binaryBeside();

/** A signer's command line, after its file: it says whose process that is. */
export const emulatorWords = (runFolder: string, name: string): readonly string[] => [
  ...EMULATOR_PROGRAM.words,
  join(runFolder, name),
];

/**
 * What a process's command line says of an emulator, however it was started: the path of its
 * listing, without `.json`; `undefined` where it is no emulator's.
 */
export const listingOf = (commandLine: readonly string[]): string | undefined => {
  const [file = "", first = "", second] = commandLine;
  if (basename(file) === BINARY) return first;
  return /^main\.[tj]s$/.test(basename(first)) ? second : undefined;
};
