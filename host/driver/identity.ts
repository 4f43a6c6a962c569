/** Who this host is, and what it knows of the devices it talks to. Files are not known here. */
import type { Commands } from "../../protocol/commands/registry.ts";
import type { Outcome } from "../../protocol/errors.ts";
import type { KeyAgreement } from "../../protocol/session/noise/suite.ts";
import type { Role } from "../../protocol/session/role.ts";

/** A role this host may claim, with the credential where pairing gave it one. */
export interface Grant {
  readonly role: Role;
  /** 32 bytes. */
  readonly credential?: Uint8Array;
}

/** What a host knows of a device: enough for an `IK` session. */
export interface KnownDevice {
  /** The device's link key: X25519, 32 bytes. */
  readonly deviceKey: Uint8Array;
  readonly grants: readonly Grant[];
}

/** The device's answer to `getStatus`. */
export type DeviceStatus = Commands["getStatus"]["result"];

/** A host's static key, and where it looks devices up. */
export interface Identity {
  readonly hostKey: KeyAgreement;
  /**
   * What is known of a device; nothing is `device_unknown`. Asked before the first `IK` session of
   * a connection; the status is the device's own claim until then.
   */
  readonly deviceOf: (
    status: DeviceStatus,
  ) => Outcome<KnownDevice | undefined> | Promise<Outcome<KnownDevice | undefined>>;
}
