/** Room for requests that may wait for a person, for each kind of caller. */
import { DEVICE_LIMITS } from "../limits.ts";
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
  const waiting = { host: 0, pairing: 0, anyone: 0 };
  return {
    enter: (request) => {
      const { kind } = request.origin.caller;
      if (waiting[kind] >= ROOM[kind]) return false;
      waiting[kind] += 1;
      request.onOver(() => {
        waiting[kind] -= 1;
      });
      return true;
    },
  };
};
