/** Pairing: a code on the screen for who was allowed one, and keys for who has read it. */
import { fail, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { isKeyName } from "../../protocol/session/pairing.ts";
import type { Keys } from "../device.ts";
import type { Context, Handlers, Reply } from "../dispatch.ts";
import type { Hal } from "../hal.ts";
import { createCredentials } from "../pairing/credential.ts";
import { isPairable } from "../trust.ts";

/** What pairing uses of a handler's context. */
interface PairingContext extends Pick<Context, "ask" | "device" | "pairing" | "trust"> {
  readonly hal: Pick<Hal, "identity" | "secrets">;
  /** Of the session that the call came in. */
  readonly handshakeHash: Uint8Array;
}

type Params<N extends "startPairing" | "pair"> = Parameters<Handlers[N]>[1];

const keysIn = ({ device }: PairingContext): Keys | undefined => {
  const now = device();
  return now.phase === "ready" || now.phase === "suspended" ? now.keys : undefined;
};

/** The words go to the screen and nowhere else; the answer says only how long they are good. */
const startPairing = async (
  context: PairingContext,
  { role }: Params<"startPairing">,
): Promise<Reply<"startPairing">> => {
  const { ask, hal, pairing } = context;
  const before = keysIn(context);
  if (before === undefined) return fail("wrong_phase");
  if (!isPairable(role, hal.identity)) return fail("role_not_pairable");
  const consent = await ask({ kind: "message", lines: ["Pair a host?", `role: ${role}`] });
  if (!consent.ok) return consent;
  // What the person agreed to was a pairing with the keys of that moment.
  if (keysIn(context)?.master !== before.master) return fail("wrong_phase");
  const words = pairing.start(role);
  return words.ok ? ok({ lifeMs: LIMITS.pairingMs }) : words;
};

const pair = (context: PairingContext, { hostKey, role }: Params<"pair">): Reply<"pair"> => {
  const { hal, handshakeHash, pairing, trust } = context;
  const keys = keysIn(context);
  if (keys === undefined) return fail("wrong_phase");
  if (!isKeyName(hostKey)) return fail("invalid_params");
  if (!isPairable(role, hal.identity)) return fail("role_not_pairable");
  // A session of an earlier code may live on: its words do not open this one.
  const isOpen = pairing.role() === role && pairing.hasOpened(handshakeHash);
  if (!isOpen) return fail("pairing_closed");
  const { generation } = trust();
  const credential = createCredentials(hal, keys).give(generation, role, hostKey);
  pairing.succeed();
  return ok({ deviceKey: keys.link.publicKey, generation, credential });
};

/** Handlers of protocol/commands/pairing.ts. */
export const pairingHandlers = { startPairing, pair } satisfies Pick<
  Handlers,
  "startPairing" | "pair"
>;
