/**
 * The device's state: one type per phase, and only `ready` and `suspended` have a field for keys,
 * so "sealed but holding a key" cannot be written. `advance` is the only way from one to another.
 */
import { assert } from "../protocol/errors.ts";
import { TRANSITIONS, type Phase } from "../protocol/phase.ts";
import type { MadeKey } from "../protocol/manifest/manifest.ts";
import type { AuditKey } from "./audit/audit-key.ts";
import type { RegisteredWallet } from "./bitcoin/index.ts";
import type { BootReason, Handle, Share } from "./hal.ts";
import type { Lineage } from "./manifest/lineage.ts";
import type { Trust } from "./trust.ts";

/** The keys that are made at a boot: the one that shares are sealed to, and the audit key. */
export interface BootKey {
  readonly secret: Handle<"agreement">;
  /** X25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** It stays when the seed comes and the other is wiped. */
  readonly auditKey: AuditKey;
}

/** An opened share and what its context said of its seed. */
export interface HeldShare {
  readonly share: Share;
  /** Master fingerprint, 4 bytes. */
  readonly fingerprint: Uint8Array;
  /** The key of the manifest; absent for a seed that was made without one. */
  readonly keyId?: string;
}

/** What a device became ready under, once its seed had vouched for it. */
export interface Believed {
  /** Of the manifest: 32 bytes. */
  readonly hash: Uint8Array;
  readonly version: number;
  readonly keyId: string;
  readonly trust: Trust;
  /** Signing keys of its people (Ed25519, 32 bytes each). */
  readonly signers: readonly Uint8Array[];
}

/** The key that the device is known by on a cable, the same for each board with this seed. */
export interface LinkKey {
  readonly secret: Handle<"agreement">;
  /** X25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** The boot's audit key, certified by the seed. */
export interface CertifiedKey extends AuditKey {
  /** COSE_Sign1 of a `CERTIFICATE`. */
  readonly certificate: Uint8Array;
  /** The public half of the key that signed it, 33 bytes; the other half is wiped. */
  readonly certifier: Uint8Array;
}

/** The keys of a ready device. */
export interface Keys {
  readonly master: Handle<"node">;
  /** 4 bytes. */
  readonly fingerprint: Uint8Array;
  readonly link: LinkKey;
  /** Makes and checks the credentials of paired hosts. */
  readonly pairing: Handle<"symmetric">;
  readonly audit: CertifiedKey;
  readonly wallets: readonly RegisteredWallet[];
  /** Absent on an emulator whose seed came without a manifest. */
  readonly believed?: Believed;
}

/** A device in one of its phases. */
export type Device =
  | { readonly phase: "boot" }
  | {
      readonly phase: "sealed";
      readonly boot: BootKey;
      /** What was offered last; nobody believes it yet. */
      readonly lineage?: Lineage;
    }
  | {
      readonly phase: "provisioning";
      readonly boot: BootKey;
      readonly lineage?: Lineage;
      readonly shares: readonly HeldShare[];
      /** After genesis: the master public key that the shares must give. The seed is not kept. */
      readonly expected?: Uint8Array;
      /** After genesis under a draft: what version 1 must say of this device. */
      readonly made?: MadeKey;
      /** The draft's hash. */
      readonly genesis?: Uint8Array;
    }
  | { readonly phase: "ready"; readonly keys: Keys }
  | { readonly phase: "suspended"; readonly keys: Keys }
  | { readonly phase: "tampered" }
  | { readonly phase: "ended"; readonly reason: BootReason };

/** What can happen to a device. */
export type DeviceEvent =
  | { readonly kind: "booted"; readonly boot: BootKey }
  | { readonly kind: "found-tampered" }
  | { readonly kind: "preloaded"; readonly keys: Keys }
  | { readonly kind: "seed-made"; readonly expected: Uint8Array }
  | { readonly kind: "lineage-offered"; readonly lineage: Lineage }
  | { readonly kind: "key-made"; readonly made: MadeKey; readonly genesis: Uint8Array }
  | { readonly kind: "shares-held"; readonly shares: readonly HeldShare[] }
  | { readonly kind: "set-wiped" }
  | { readonly kind: "unlocked"; readonly keys: Keys }
  | { readonly kind: "wallet-registered"; readonly wallet: RegisteredWallet }
  | { readonly kind: "ended"; readonly reason: BootReason };

const inBoot = (event: DeviceEvent): Device | undefined => {
  switch (event.kind) {
    case "booted":
      return { phase: "sealed", boot: event.boot };
    case "found-tampered":
      return { phase: "tampered" };
    default:
      return undefined;
  }
};

type Sealed = Extract<Device, { phase: "sealed" }>;

const madeOf = ({ made, genesis }: Extract<DeviceEvent, { kind: "key-made" }>) => ({
  made,
  genesis,
});

const inSealed = (device: Sealed, event: DeviceEvent): Device | undefined => {
  switch (event.kind) {
    case "preloaded":
    case "unlocked":
      return { phase: "ready", keys: event.keys };
    case "seed-made":
      return { ...device, phase: "provisioning", shares: [], expected: event.expected };
    case "key-made":
      return { ...device, ...madeOf(event), phase: "provisioning", shares: [] };
    case "shares-held":
      return { ...device, phase: "provisioning", shares: event.shares };
    case "lineage-offered":
      return { ...device, lineage: event.lineage };
    default:
      return undefined;
  }
};

type Provisioning = Extract<Device, { phase: "provisioning" }>;

/** At genesis the device goes on waiting for its seed; otherwise it is sealed again. */
const afterWiping = (device: Provisioning): Device => {
  if (device.expected !== undefined || device.made !== undefined) return { ...device, shares: [] };
  const { boot, lineage } = device;
  return lineage === undefined ? { phase: "sealed", boot } : { phase: "sealed", boot, lineage };
};

const inProvisioning = (device: Provisioning, event: DeviceEvent): Device | undefined => {
  switch (event.kind) {
    case "shares-held":
      return { ...device, shares: event.shares };
    case "set-wiped":
      return afterWiping(device);
    case "lineage-offered":
      assert(device.shares.length === 0, "a held set is wiped before another manifest comes");
      return { ...device, lineage: event.lineage };
    case "unlocked":
      return { phase: "ready", keys: event.keys };
    default:
      return undefined;
  }
};

const inReady = (keys: Keys, event: DeviceEvent): Device | undefined =>
  event.kind === "wallet-registered"
    ? { phase: "ready", keys: { ...keys, wallets: [...keys.wallets, event.wallet] } }
    : undefined;

const next = (device: Device, event: DeviceEvent): Device | undefined => {
  if (event.kind === "ended" && device.phase !== "ended" && device.phase !== "tampered") {
    return { phase: "ended", reason: event.reason };
  }
  switch (device.phase) {
    case "boot":
      return inBoot(event);
    case "sealed":
      return inSealed(device, event);
    case "provisioning":
      return inProvisioning(device, event);
    case "ready":
      return inReady(device.keys, event);
    case "suspended":
    case "tampered":
    case "ended":
      return undefined;
  }
};

const isAllowed = (from: Phase, to: Phase): boolean => {
  const after: readonly Phase[] = TRANSITIONS[from];
  return from === to || after.includes(to);
};

/** The device after an event. An event that its phase does not know is our own mistake. */
export const advance = (device: Device, event: DeviceEvent): Device => {
  const after = next(device, event);
  assert(after !== undefined, `${device.phase} knows no ${event.kind}`);
  assert(isAllowed(device.phase, after.phase), `${device.phase} is never followed so`);
  return after;
};
