/** `--fault`: a file that says what breaks. */
import { type Outcome, ok } from "../../protocol/errors.ts";
import type { FaultNews } from "./emulator-events.ts";
import type { EmulatorSettings } from "./emulators.ts";
import { readText } from "./files.ts";
import type { Output } from "./output.ts";
import { badOption } from "./program.ts";

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // whoever asks says that it is no JSON
  }
};

/** What breaks in an emulator. */
export type Broken = Pick<EmulatorSettings, "faults">;

/** The list that a file holds: the emulators read it in full. Nothing where there is no file. */
export const brokenBy = (file: string | undefined): Outcome<Broken> => {
  if (file === undefined) return ok({});
  const text = readText(file);
  if (!text.ok) return text;
  const faults = jsonOf(text.value);
  return Array.isArray(faults)
    ? ok({ faults })
    : badOption("--fault", `${file} holds no JSON list`);
};

/** Says that a fault happened. */
export const sayFault = ({ name, kind, atMs }: FaultNews, output: Output): void =>
  output.say({ event: "fault", name, kind, atMs }, [`${name} suffers from a fault: ${kind}`]);
