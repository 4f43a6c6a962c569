/** The insecure seeds that `mayfly emulate` is told, as words on its command line or in a file. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { readText } from "./files.ts";
import { badOption } from "./program.ts";

/** How they are told. */
export interface SeedOptions {
  readonly insecureMnemonic?: readonly string[] | undefined;
  readonly insecureMnemonicFile?: string | undefined;
}

/** Quoted mnemonics come whole; words without quotes are one mnemonic. */
const joined = (words: readonly string[]): readonly string[] =>
  words.some((word) => word.includes(" ")) ? words : [words.join(" ")];

const toldBy = ({
  insecureMnemonic: words,
  insecureMnemonicFile: file,
}: SeedOptions): Outcome<readonly string[]> => {
  if (file === undefined) return ok(words === undefined ? [] : joined(words));
  const text = readText(file);
  if (!text.ok) return text;
  const lines = text.value.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0
    ? fail("file_malformed", { file, why: "no mnemonic in it" })
    : ok(lines);
};

/** Why these mnemonics do not do for so many devices. */
const mnemonicProblem = (mnemonics: readonly string[], count: number): string | undefined => {
  if (mnemonics.some((words) => words.trim() === "")) return "no words";
  const isEnough = mnemonics.length <= 1 || mnemonics.length === count;
  return isEnough ? undefined : "neither one for all nor one for each device";
};

/** One for all devices or one for each; none, where no insecure seed is asked for. */
export const mnemonicsOf = (options: SeedOptions, count: number): Outcome<readonly string[]> => {
  const told = toldBy(options);
  if (!told.ok) return told;
  const problem = mnemonicProblem(told.value, count);
  return problem === undefined ? told : badOption("--insecure-mnemonic", problem);
};

/** One mnemonic serves all devices; several serve one each. */
export const mnemonicOf = (all: readonly string[], i: number): { readonly mnemonic?: string } => {
  const mnemonic = all.length === 1 ? all[0] : all[i];
  return mnemonic === undefined ? {} : { mnemonic };
};
