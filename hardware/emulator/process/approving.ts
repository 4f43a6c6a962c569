/** The hand at the buttons of an emulator's process, and what its supervisor is told of it. */
import type { Screen } from "../../../firmware/hal.ts";
import { type Outcome, ok } from "../../../protocol/errors.ts";
import { createClock } from "../board/clock.ts";
import { createHand, type Hand, type HandEvent, readApprove } from "../kit/approval/index.ts";
import type { Settings } from "./settings.ts";

type Say = (event: Readonly<Record<string, unknown>>) => void;

/** How far the rules or the recording came, for the next boot, and which are idle. */
const sayState = ({ name }: Settings, hand: Hand, say: Say): void =>
  say({ event: "approval", name, progress: hand.progress(), unused: hand.approval.unused() });

const sayEvent = ({ name }: Settings, event: HandEvent, say: Say): void => {
  if (event.kind === "pressed") {
    say({ event: "pressed", name, press: event.press, atMs: event.atMs });
  }
  if (event.kind !== "unmatched") return;
  const { screen, difference = null } = event;
  say({ event: "unmatched", name, ...screen, difference });
};

/** The hand of the settings. Where one word says all, there is nothing to tell. */
export const openHand = (
  settings: Settings,
  screen: () => Screen | undefined,
  say: Say,
): Outcome<Hand> => {
  const { approve: wanted, approved: progress = [] } = settings;
  const approve = readApprove(wanted, settings.name);
  if (!approve.ok) return approve;
  const isCounted = Array.isArray(wanted);
  const isQuiet = wanted === "auto" || wanted === "never";
  const hand = createHand({
    approve: approve.value,
    clock: createClock(),
    screen,
    progress,
    onEvent: (event) => {
      if (!isQuiet) sayEvent(settings, event, say);
      if (isCounted && event.kind !== "pressed") sayState(settings, hand, say);
    },
  });
  if (isCounted) sayState(settings, hand, say);
  return ok(hand);
};
