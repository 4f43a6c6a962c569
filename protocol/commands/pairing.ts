/** How a host that no manifest lists comes to be known: by a code on the device's screen. */
import { bytes, choice, field, map, secret, uint } from "../cbor/schema.ts";
import { LIMITS } from "../limits.ts";
import { ROLES } from "../session/role.ts";
import { command } from "./command.ts";

/** Pairing commands, by method name. */
export const pairingCommands = {
  startPairing: command({
    code: 0x02,
    doc: "Ask the person at the device to show a pairing code for a role.",
    commandLine: "pair",
    access: "anyone",
    phases: ["ready", "suspended"],
    idempotent: false,
    since: 1,
    stability: "stable",
    params: map({ role: field(0, choice(...ROLES)) }),
    /** Milliseconds for which the code is good. */
    result: map({ lifeMs: field(0, uint(LIMITS.pairingMs)) }),
    errors: ["role_not_pairable", "declined", "consent_timeout", "rng_failed"],
  }),
  pair: command({
    code: 0x03,
    doc: "Trade keys within the session that the code's words opened; it ends the code.",
    commandLine: "pair",
    access: "pairing",
    phases: ["ready", "suspended"],
    idempotent: false,
    since: 1,
    stability: "stable",
    params: map({
      /** The host's static key (X25519). */
      hostKey: field(0, bytes(32)),
      /** The role that the screen named. */
      role: field(1, choice(...ROLES)),
    }),
    result: map({
      /** The device's link key (X25519). */
      deviceKey: field(0, bytes(32)),
      generation: field(1, uint()),
      /** Opaque to the host, which hands it back in each `IK` handshake. */
      credential: secret(field(2, bytes(32))),
    }),
    errors: ["pairing_closed", "role_not_pairable"],
  }),
};
