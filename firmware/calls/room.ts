/**
 * Room for requests that may wait for a person: some for each host, and a little for all others. So
 * nobody takes a host's; there are no more hosts at once than sessions.
 */
import { DEVICE_LIMITS } from "../limits.ts";
import { callerName } from "./call.ts";
import type { OpenRequest } from "./requests.ts";

/** The room. */
export interface Room {
  /** False where there is none; the request leaves it when it is over. */
  readonly enter: (request: OpenRequest) => boolean;
}

const ROOM = {
  host: DEVICE_LIMITS.openCalls,
  pairing: DEVICE_LIMITS.publicCalls,
  anyone: DEVICE_LIMITS.publicCalls,
} as const;

/** All of it free. */
export const createRoom = (): Room => {
  const waiting = new Map<string, number>();
  const add = (name: string, change: number): void => {
    const count = (waiting.get(name) ?? 0) + change;
    if (count === 0) waiting.delete(name);
    else waiting.set(name, count);
  };
  return {
    enter: (request) => {
      const { caller } = request.origin;
      const name = callerName(caller);
      if ((waiting.get(name) ?? 0) >= ROOM[caller.kind]) return false;
      add(name, 1);
      request.onOver(() => add(name, -1));
      return true;
    },
  };
};
