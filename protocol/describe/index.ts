/** What is generated from the declarations. Pure: `test/tidy` writes and checks the files. */
import { describeCddl } from "./cddl.ts";
import { describeCommands } from "./command-table.ts";
import { describeErrors } from "./error-table.ts";
import { describePhases } from "./phase-diagram.ts";

/** A file of protocol/generated/ as it should be. */
export interface Description {
  /** From the top of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Where they lie. */
export const GENERATED_FOLDER = "protocol/generated";

/** All of them. */
export const describeProtocol = (): readonly Description[] => [
  { path: `${GENERATED_FOLDER}/protocol.cddl`, text: describeCddl() },
  { path: `${GENERATED_FOLDER}/commands.md`, text: describeCommands() },
  { path: `${GENERATED_FOLDER}/errors.md`, text: describeErrors() },
  { path: `${GENERATED_FOLDER}/phases.md`, text: describePhases() },
];
