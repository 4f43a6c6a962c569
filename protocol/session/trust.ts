/** Who is trusted, as it travels to an emulator; a manifest will carry the same. */
import { bytes, choice, field, type Infer, list, map, uint } from "../cbor/schema.ts";
import { LIMITS } from "../limits.ts";
import { ROLES } from "./role.ts";

/** A host that is known without pairing: its static key (X25519) and its roles. */
const TRUSTED_HOST = map({
  key: field(0, bytes(32)),
  roles: field(1, list(choice(...ROLES), ROLES.length)),
});

/** Hosts with their roles, the generation of pairings that are good, and keys that are revoked. */
export const TRUST = map({
  generation: field(0, uint()),
  hosts: field(1, list(TRUSTED_HOST, LIMITS.trustedHosts)),
  revoked: field(2, list(bytes(32), LIMITS.trustedHosts)),
});

/** Who is trusted. */
export type Trust = Infer<typeof TRUST>;
