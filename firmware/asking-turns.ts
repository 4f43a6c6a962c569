/** Whose turn it is to ask the person: who takes whose place, and who has to wait. */
import type { Caller } from "../protocol/session/role.ts";
import type { Clock } from "./hal.ts";
import { DEVICE_LIMITS } from "./limits.ts";

/** Who asks; what is urgent, a signature, takes the place of what is not. */
export interface Asker {
  readonly caller: Caller;
  readonly isUrgent: boolean;
}

/** Turns to ask. */
export interface AskingTurns {
  /** Whether the asker may ask now, be it in the place of another's open question. */
  readonly mayAsk: (asker: Asker, other: Asker | undefined) => boolean;
  /** A question of the asker's is over. */
  readonly ended: (asker: Asker, isYes: boolean) => void;
}

const urgencyOf = ({ caller, isUrgent }: Asker): number => {
  if (caller.kind !== "host") return 0;
  return isUrgent ? 2 : 1;
};

const keyOf = ({ caller }: Asker): string => (caller.kind === "host" ? caller.key.toHex() : "");

/** Everybody's turn. */
export const createAskingTurns = (clock: Clock, holdsKeys: () => boolean): AskingTurns => {
  /** Keys of hosts whose last question got no yes, the latest last. */
  const refused = new Set<string>();
  let othersFromMs = clock.nowMs();

  const givesWay = (other: Asker, asker: Asker): boolean => {
    const urgency = urgencyOf(asker);
    if (urgency !== urgencyOf(other)) return urgency > urgencyOf(other);
    return urgency > 0 && refused.has(keyOf(other)) && !refused.has(keyOf(asker));
  };
  const noteHost = (key: string, isYes: boolean): void => {
    refused.delete(key);
    if (isYes) return;
    refused.add(key);
    const [oldest] = refused;
    if (refused.size > DEVICE_LIMITS.refusedHosts && oldest !== undefined) refused.delete(oldest);
  };
  return {
    mayAsk: (asker, other) => {
      if (other !== undefined) return givesWay(other, asker);
      return asker.caller.kind === "host" || clock.nowMs() >= othersFromMs;
    },
    ended: (asker, isYes) => {
      if (asker.caller.kind === "host") noteHost(keyOf(asker), isYes);
      else if (!isYes && holdsKeys()) othersFromMs = clock.nowMs() + DEVICE_LIMITS.publicPauseMs;
    },
  };
};
