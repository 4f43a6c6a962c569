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

/** Refusals after which a call is given up: a device that backs off does so for 8 s at most. */
export const triesOf = ({ access }: Call): number =>
  access === "anyone" ? 20 : access === "pairing" ? 1 : 3;

/** A device that lost its keys since it was asked may have done it before. */
export const fateOf = ({ wasSent }: Call, refusal: Failure): Failure =>
  wasSent && refusal.error === "wrong_phase" ? fail("call_indeterminate") : refusal;

/** The call that the next session is for; none where the present one will do. */
export const neediest = (
  waiting: readonly Call[],
  present: Guise | undefined,
): Call | undefined => {
  if (present === undefined) return waiting.at(-1);
  const others = waiting.filter((call) => !isAllowed(call, present));
  const isBusy = others.length < waiting.length;
  // What was displaced waits its turn; what is new does not.
  return isBusy ? others.findLast(({ wasSent }) => !wasSent) : others[0];
};
