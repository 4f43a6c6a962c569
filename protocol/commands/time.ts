/** The time that people tell a device, which has no clock it can trust. */
import { bytes, field, map } from "../cbor/schema.ts";
import { SIGNED_TIME } from "../time.ts";
import { command } from "./command.ts";

const HOSTS = ["vault", "operator", "auditor", "control"] as const;

/** Time commands, by method name. */
export const timeCommands = {
  getTimeNonce: command({
    code: 0x18,
    doc: "The device's nonce, against which people of the manifest sign the time.",
    commandLine: "time",
    access: HOSTS,
    phases: ["ready", "suspended"],
    idempotent: true,
    since: 1,
    stability: "provisional",
    params: map({}),
    result: map({ nonce: field(0, bytes(16)) }),
    errors: ["rng_failed"],
  }),
  setTime: command({
    code: 0x19,
    doc: "A statement of time, signed by somebody of the manifest the device is ready under.",
    commandLine: "time",
    access: HOSTS,
    phases: ["ready", "suspended"],
    idempotent: true,
    since: 1,
    stability: "provisional",
    params: SIGNED_TIME,
    result: map({}),
    errors: [
      "manifest_missing",
      "time_malformed",
      "time_nonce_unknown",
      "time_signer_unknown",
      "time_signature_invalid",
      "time_out_of_range",
    ],
  }),
};
