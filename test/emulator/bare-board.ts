/** A board of the emulator's with an engine and nothing at its line: it asks nobody. */
import type { Hal } from "../../firmware/hal.ts";
import { createButtons } from "../../hardware/emulator/board/buttons.ts";
import { type BoardParts, createBoard } from "../../hardware/emulator/board/board.ts";
import { createCable } from "../../hardware/emulator/lines/cable.ts";
import { systemRng } from "../secrets/oracles/system-rng.ts";

/** Puts it together; screens are shown to nobody. */
export const bareBoard = (secrets: BoardParts["secrets"]): Hal =>
  createBoard({
    name: "A",
    link: createCable().device,
    rng: systemRng(),
    secrets,
    buttons: createButtons("auto"),
    lastReason: "power",
    onScreen: () => undefined,
    log: { append: () => undefined },
    onEnd: () => undefined,
  });
