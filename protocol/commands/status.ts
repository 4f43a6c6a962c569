/** What a device says of itself to anyone, in any phase. */
import { command } from "./command.ts";
import { LIMITS } from "../limits.ts";
import { PHASES } from "../phase.ts";
import { bool, bytes, choice, field, list, map, optional, text, uint } from "../cbor/schema.ts";

/** The engine that holds the secrets, and what it can promise. */
const SECRETS = map({
  engine: field(0, choice("native", "portable")),
  library: field(1, text(64)),
  volatile: field(2, bool()),
  protections: field(3, list(text(32), 16)),
  /** Protections that should hold and do not; absent where all do. */
  missing: optional(4, list(text(32), 16)),
});

/** A manifest that the seed has vouched for, and the key that the device holds. */
const BELIEVED = map({
  hash: field(0, bytes(32)),
  version: field(1, uint(0xffff_ffff)),
  keyId: field(2, text(LIMITS.manifestName)),
});

/** Status commands, by method name. */
export const statusCommands = {
  getStatus: command({
    code: 0x01,
    doc: "Public state of the device.",
    commandLine: "status",
    access: "anyone",
    phases: [...PHASES],
    idempotent: true,
    since: 1,
    stability: "stable",
    params: map({}),
    result: map({
      name: field(0, text(LIMITS.deviceName)),
      phase: field(1, choice(...PHASES)),
      bootId: field(2, bytes(16)),
      version: field(3, text(32)),
      protocol: field(4, uint(255)),
      firmwareDigest: field(5, bytes(32)),
      secrets: field(6, SECRETS),
      fingerprint: optional(7, bytes(4)),
      uptimeMs: field(8, uint()),
      insecure: field(9, bool()),
      /** What the device is ready under. */
      manifest: optional(10, BELIEVED),
    }),
    errors: [],
  }),
};
