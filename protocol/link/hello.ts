/** HELLO and its answer: what the two sides tell each other before anything else. */
import { PHASES } from "../phase.ts";
import {
  bytes,
  choice,
  field,
  type Infer,
  list,
  map,
  optional,
  text,
  uint,
} from "../cbor/schema.ts";
import { LIMITS } from "../limits.ts";

/** Protocol versions that this code speaks. */
export const PROTOCOL_VERSION = 1;

/** What the sessions of this version are made of (Noise, revision 34). */
export const SUITES = ["25519_AESGCM_SHA256"] as const;

/**
 * The body of HELLO and HELLO_ACK. The device adds its boot id (16 bytes) and phase. Keys 10 to 23
 * belong to later versions and are ignored.
 */
export const HELLO = map(
  {
    side: field(0, choice("host", "device")),
    oldest: field(1, uint(255)),
    newest: field(2, uint(255)),
    nonce: field(3, bytes(16)),
    frameLimit: field(4, uint(LIMITS.framePayloadMaximum)),
    window: field(5, uint(LIMITS.window)),
    suites: field(6, list(text(32), 8)),
    features: field(7, list(text(32), 16)),
    bootId: optional(8, bytes(16)),
    phase: optional(9, choice(...PHASES)),
  },
  "open",
);

/** A HELLO's values. */
export type Hello = Infer<typeof HELLO>;
