/**
 * How calls ended, so that who asks again under the same key hears the same. Hosts' and other
 * callers' are kept apart; the oldest makes room, by number and by bytes.
 */
import type { CallKey } from "../ledger/ledger.ts";
import { DEVICE_LIMITS } from "../limits.ts";
import { type Answer, sizeOf } from "./answers.ts";
import { nameOf } from "./call.ts";

/** The ends that are remembered. */
export interface Outcomes {
  readonly find: (call: CallKey) => Answer | undefined;
  /** Keeps it if it fits at all. */
  readonly keep: (call: CallKey, answer: Answer) => void;
  readonly forget: (call: CallKey) => void;
  readonly heldBytes: () => number;
}

const createShelf = (count: number, bytes: number) => {
  const kept = new Map<string, Answer>();
  let heldBytes = 0;
  const forget = (name: string): void => {
    const answer = kept.get(name);
    if (answer !== undefined) heldBytes -= sizeOf(answer);
    kept.delete(name);
  };
  return {
    find: (name: string) => kept.get(name),
    keep: (name: string, answer: Answer): void => {
      forget(name);
      if (sizeOf(answer) > bytes) return;
      kept.set(name, answer);
      heldBytes += sizeOf(answer);
      for (const oldest of kept.keys()) {
        if (kept.size <= count && heldBytes <= bytes) return;
        forget(oldest);
      }
    },
    forget,
    heldBytes: () => heldBytes,
  };
};

/** Nothing remembered. */
export const createOutcomes = (): Outcomes => {
  const hosts = createShelf(DEVICE_LIMITS.hostOutcomes, DEVICE_LIMITS.hostOutcomeBytes);
  const others = createShelf(DEVICE_LIMITS.publicOutcomes, DEVICE_LIMITS.publicOutcomeBytes);
  const shelfOf = ({ isHost }: CallKey) => (isHost ? hosts : others);
  return {
    find: (call) => shelfOf(call).find(nameOf(call)),
    keep: (call, answer) => shelfOf(call).keep(nameOf(call), answer),
    forget: (call) => shelfOf(call).forget(nameOf(call)),
    heldBytes: () => hosts.heldBytes() + others.heldBytes(),
  };
};
