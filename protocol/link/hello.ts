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

/** The body of HELLO and HELLO_ACK. The device adds its boot id (16 bytes) and phase. */
export const HELLO = map({
  side: field(0, choice("host", "device")),
  oldest: field(1, uint(255)),
  newest: field(2, uint(255)),
  nonce: field(3, bytes(16)),
  frameLimit: field(4, uint(LIMITS.framePayloadMaximum)),
  window: field(5, uint(32)),
  suites: field(6, list(text(32), 8)),
  features: field(7, list(text(32), 16)),
  bootId: optional(8, bytes(16)),
  phase: optional(9, choice(...PHASES)),
});

/** A HELLO's values. */
export type Hello = Infer<typeof HELLO>;
