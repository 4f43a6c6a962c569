/** Who may call what: the roles of hosts, and the access that a command asks for. */

/** What a host may be trusted with. A host claims one role in each session. */
export const ROLES = ["vault", "operator", "auditor", "control"] as const;

/** One of them. */
export type Role = (typeof ROLES)[number];

/**
 * Who may call a command: anyone (`NN` will do), who holds a pairing code (`NNpsk0`), or a host in
 * one of the roles (`IK`).
 */
export type Access = "anyone" | "pairing" | readonly Role[];

/** Who a session's other end has proved to be. */
export type Caller =
  | { readonly kind: "anyone" }
  | { readonly kind: "pairing" }
  /** `key` is the host's static key, 32 bytes. */
  | { readonly kind: "host"; readonly key: Uint8Array; readonly role: Role };

/** Whether a caller may have a command of that access. Anyone's commands are everybody's. */
export const mayCall = (caller: Caller, access: Access): boolean => {
  if (access === "anyone") return true;
  if (access === "pairing") return caller.kind === "pairing";
  return caller.kind === "host" && access.includes(caller.role);
};
