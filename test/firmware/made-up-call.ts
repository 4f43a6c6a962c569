/** A call that nobody made: the context of a handler that a test runs by itself. */
import type { CallContext } from "../../firmware/dispatch.ts";
import type { CertifiedKey } from "../../firmware/device.ts";
import type { Pairing } from "../../firmware/pairing/pairing.ts";
import type { Quotes } from "../../firmware/quotes.ts";
import type { SignedClock } from "../../firmware/time/signed-time.ts";
import { NOBODY } from "../../firmware/trust.ts";
import { fail, ok } from "../../protocol/errors.ts";

/** A host's call that is granted whatever it asks. */
export const GRANTED: CallContext = {
  caller: { kind: "host", key: new Uint8Array(32), role: "vault" },
  handshakeHash: new Uint8Array(32),
  ask: () => Promise.resolve(ok(undefined)),
  endReason: () => undefined,
  progress: () => undefined,
  commit: () => ok(undefined),
  isCommitted: () => false,
};

/** No code, and none to be had. */
const NO_PAIRING: Pairing = {
  start: () => ({ ok: false, error: "rng_failed" }),
  role: () => undefined,
  screen: () => undefined,
  psk: () => undefined,
  opened: () => undefined,
  hasOpened: () => false,
  failed: () => undefined,
  succeed: () => undefined,
  deviceChanged: () => undefined,
};

/** No quotes, and no words on the display. */
const NO_QUOTES: Quotes = {
  give: () => Promise.resolve(fail("busy")),
  report: () => Promise.resolve(),
  screen: () => undefined,
  deviceChanged: () => undefined,
};

/** Nobody has said what time it is. */
const NO_TIME: SignedClock = {
  nonce: () => fail("rng_failed"),
  take: () => fail("time_nonce_unknown"),
  isOver: () => true,
  hasBegun: () => false,
};

/** Nobody trusted, nobody pairing, nobody quoted. */
export const STRANGERS = {
  pairing: NO_PAIRING,
  quotes: NO_QUOTES,
  time: NO_TIME,
  trust: () => NOBODY,
  counters: () => ({ calls: 0, refusals: 0, keys: 0, charges: 0, chargedSats: 0 }),
};

/** An audit key of a board without secrets, and its certificate: bytes that verify nowhere. */
export const MADE_UP_AUDIT: CertifiedKey = {
  node: { kind: "node", id: 997 },
  publicKey: new Uint8Array(33),
  certificate: new Uint8Array(1),
  certifier: new Uint8Array(33),
};
