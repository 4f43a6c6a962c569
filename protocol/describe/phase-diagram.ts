/** phases.md: the device's life as a Mermaid diagram. */
import { PHASES, type Phase, TRANSITIONS } from "../phase.ts";
import { NOTICE, textOf } from "./layout.ts";

const stepsOf = (phase: Phase): readonly string[] => {
  const next: readonly Phase[] = TRANSITIONS[phase];
  return next.length === 0
    ? [`  ${phase} --> [*]`]
    : next.map((following) => `  ${phase} --> ${following}`);
};

/** The text of phases.md. */
export const describePhases = (): string =>
  textOf([
    `<!-- ${NOTICE} -->`,
    "# Phases",
    "",
    "Which phase of the device may follow which. Power-off leads out of each of them.",
    "",
    "```mermaid",
    "stateDiagram-v2",
    `  [*] --> ${PHASES[0]}`,
    ...PHASES.flatMap(stepsOf),
    "```",
  ]);
