/** What a supervisor hears of its emulator, and keeps for the next boot. */
import type { ApprovalState, EmulatorEvent } from "./emulator-events.ts";

/** What earlier boots have come to. */
export interface Past {
  /** How far the rules or the recording of `--approve` came. */
  readonly approved: readonly number[];
  /** How often each of the faults happened. */
  readonly happened: readonly number[];
}

/** What a process has said of itself that outlasts the event. */
export const createWatch = () => {
  let linkKey: Uint8Array | undefined;
  let checkWords = "";
  const happened: number[] = [];
  let approval: Pick<ApprovalState, "progress" | "unused"> = { progress: [], unused: [] };
  const takeKey = (key: string | null): void => {
    linkKey = key === null ? undefined : Uint8Array.fromHex(key);
  };
  return {
    linkKey: () => linkKey,
    checkWords: () => checkWords,
    approval: () => approval,
    past: (): Past => ({
      approved: approval.progress,
      happened: Array.from(happened, (times) => times ?? 0), // some have not, before one that has
    }),
    take: (event: EmulatorEvent): void => {
      switch (event.event) {
        case "listening":
          checkWords = "";
          takeKey(event.linkKey);
          return;
        case "phase":
          takeKey(event.linkKey);
          return;
        case "screen":
          checkWords = event.kind === "check-words" ? event.lines.join(" ") : "";
          return;
        case "approval":
          approval = event;
          return;
        case "fault":
          happened[event.place] = (happened[event.place] ?? 0) + 1;
          return;
        case "pressed":
        case "unmatched":
        case "failed":
        case "wiped":
        case "ended":
      }
    },
  };
};
