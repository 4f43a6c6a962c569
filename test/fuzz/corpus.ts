/**
 * The saved inputs: `corpus/TARGET/NAME.hex`. A file's first line is `# accepted: why` or
 * `# refused: why`; the digits follow, on as many lines as one likes. An input that broke a
 * property is added as a file.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../protocol/errors.ts";

const FOLDER = join(import.meta.dir, "corpus");

/** A saved input. */
export interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isAccepted: boolean;
}

const parse = (name: string, text: string): Entry => {
  const [head = "", ...lines] = text.split("\n");
  const verdict = /^# (accepted|refused): ./.exec(head)?.[1];
  assert(verdict !== undefined, `${name} begins with its verdict and why`);
  const bytes = Uint8Array.fromHex(lines.join("").replaceAll(/\s/g, ""));
  return { name, bytes, isAccepted: verdict === "accepted" };
};

/** The inputs of one target. */
export const readCorpus = (target: string): readonly Entry[] => {
  const folder = join(FOLDER, target);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".hex"))
    .toSorted()
    .map((file) => parse(`${target}/${file}`, readFileSync(join(folder, file), "utf8")));
};
