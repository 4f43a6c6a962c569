/** What a device says of the key that it made, for version 1 and for the words of genesis. */
import { bytes, field, type Infer, map, text } from "../cbor/schema.ts";
import { LIMITS } from "../limits.ts";
import { MADE } from "./manifest.ts";

/** A device's report of its genesis; its check words are over the deterministic CBOR of it. */
export const GENESIS_REPORT = map({
  device: field(0, text(LIMITS.deviceName)),
  /** Hash of the draft. */
  genesis: field(1, bytes(32)),
  keyId: field(2, text(LIMITS.manifestName)),
  bootId: field(3, bytes(16)),
  /** X25519, of that boot. */
  bootKey: field(4, bytes(32)),
  made: field(5, MADE),
});

/** A device's report of its genesis. */
export type GenesisReport = Infer<typeof GENESIS_REPORT>;
