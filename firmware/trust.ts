/**
 * Who the device believes: the one value that says which hosts have which roles. Deciding over a
 * claim is pure; a credential is checked by whoever holds the key (pairing/credential.ts).
 */
import { isSame } from "../protocol/bytes.ts";
import { isKeyName, type SessionClaim } from "../protocol/session/pairing.ts";
import { type Role, ROLES } from "../protocol/session/role.ts";
import type { Identity } from "./hal.ts";

/** A host that is known without pairing. */
export interface TrustedHost {
  /** Its static key (X25519), 32 bytes. */
  readonly key: Uint8Array;
  readonly roles: readonly Role[];
}

/** Hosts by name. A generation that is raised ends all pairings of those before. */
export interface Trust {
  readonly generation: number;
  readonly hosts: readonly TrustedHost[];
  /** Keys that have no role any more, however they came by it. */
  readonly revoked: readonly Uint8Array[];
}

/** Trust in no host: each has to be paired. */
export const NOBODY: Trust = { generation: 1, hosts: [], revoked: [] };

/** Roles that a press at the device may give on any board. */
const PAIRABLE: readonly Role[] = ["vault", "auditor"];

/** Whether pairing gives a role on this board; an insecure one gives all. */
export const isPairable = (role: Role, { insecure }: Pick<Identity, "insecure">): boolean =>
  (insecure ? ROLES : PAIRABLE).includes(role);

/** Whether a credential was given to that host for that role, in that generation, by this board. */
export type CheckCredential = (
  generation: number,
  role: Role,
  hostKey: Uint8Array,
  credential: Uint8Array,
) => boolean;

/** Whether a host that proved to hold `hostKey` has the role that it claims. */
export const acceptClaim = (
  { generation, hosts, revoked }: Trust,
  hostKey: Uint8Array,
  { role, credential }: SessionClaim,
  checkCredential: CheckCredential,
): boolean => {
  // A second name of a revoked key would not be found among the revoked.
  if (!isKeyName(hostKey) || revoked.some((key) => isSame(key, hostKey))) return false;
  const isListed = hosts.some(({ key, roles }) => isSame(key, hostKey) && roles.includes(role));
  if (isListed) return true;
  return credential !== undefined && checkCredential(generation, role, hostKey, credential);
};
