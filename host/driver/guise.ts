/** Who a host is in a session, and which session a call needs. */
import { type Failure, fail } from "../../protocol/errors.ts";
import type { Role } from "../../protocol/session/role.ts";
import type { Call } from "./call.ts";

/** Who this host is in a session. */
export type Guise = "anyone" | "pairing" | Role;

/** Whether a session in that guise may carry the call. */
export const isAllowed = ({ access }: Call, guise: Guise): boolean =>
  access === "anyone" ||
  (access === "pairing" ? guise === "pairing" : access.some((role) => role === guise));

/**
 * Refusals of a call's own session after which it is given up, and of anyone's on the way to it. A
 * device refuses anyone only while it backs off, 8 s at most; where that goes on, the steward tries
 * another link, and so must the call.
 */
const TRIES = { anyone: 40, pairing: 1, roles: 3, delays: 40 } as const;

/** Whether a call whose session was refused may try another. */
export const mayTryAgain = ({ access, refusals, delays }: Call): boolean => {
  const tries = typeof access === "string" ? TRIES[access] : TRIES.roles;
  return refusals < tries && delays < TRIES.delays;
};

/**
 * Whether a device of that boot knows nothing of what the call asked another. To be believed in a
 * session only that may carry the call: the handshake is bound to both HELLOs, and so to the boot.
 */
export const isOfAnotherBoot = ({ sentTo }: Call, boot: string): boolean =>
  sentTo !== undefined && sentTo !== boot;

/** What a call without a session ends with: a device that lost its keys may have done it before. */
export const fateOf = (call: Call, refusal: Failure, boot: string): Failure => {
  const lostKeys = call.sentTo !== undefined && refusal.error === "wrong_phase";
  const isOver = isOfAnotherBoot(call, boot) && refusal.error === "session_refused";
  return lostKeys || isOver ? fail("call_indeterminate") : refusal;
};

/** The call that the next session is for; none where the present one will do. */
export const neediest = (
  waiting: readonly Call[],
  present: Guise | undefined,
): Call | undefined => {
  if (present === undefined) return waiting.at(-1);
  const others = waiting.filter((call) => !isAllowed(call, present));
  const isBusy = others.length < waiting.length;
  // What was displaced waits its turn; what is new does not.
  return isBusy ? others.findLast(({ sentTo }) => sentTo === undefined) : others[0];
};
