/** What a device signs of itself. */
import { bytes, field, map, optional } from "../cbor/schema.ts";
import { LIMITS } from "../limits.ts";
import { ROLES } from "../session/role.ts";
import { command } from "./command.ts";

/** Audit commands, by method name. */
export const auditCommands = {
  attest: command({
    code: 0x40,
    doc: "The device's state, signed for this session, and its signing key's certificate.",
    commandLine: "attest",
    access: [...ROLES],
    phases: ["ready", "suspended"],
    idempotent: true,
    since: 1,
    stability: "provisional",
    params: map({ nonce: optional(0, bytes(0, LIMITS.attestationNonce)) }),
    result: map({
      /** COSE_Sign1 of an `ATTESTATION`, by the audit key of this boot. */
      statement: field(0, bytes(1, LIMITS.sign1)),
      /** COSE_Sign1 of the audit key's `CERTIFICATE`, by the certifying key of the seed. */
      certificate: field(1, bytes(1, LIMITS.sign1)),
    }),
    errors: [],
  }),
};
