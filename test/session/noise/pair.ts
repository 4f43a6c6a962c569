/** Two sides of the patterns in use, with keys that follow from small numbers. */
import { noiseSuite } from "../../../host/driver/noise-suite.ts";
import {
  createHandshake,
  type Handshake,
  type HandshakeSettings,
} from "../../../protocol/session/noise/handshake.ts";
import { PATTERNS } from "../../../protocol/session/noise/patterns.ts";
import type { KeyAgreement } from "../../../protocol/session/noise/suite.ts";

/** The patterns in use. */
export const IN_USE = ["NN", "NNpsk0", "IK"] as const;

/** One of them. */
export type InUse = (typeof IN_USE)[number];

/** No bytes: the payload of most messages. */
export const NONE: Uint8Array = new Uint8Array(0);

const secretOf = (number: number): Uint8Array => new Uint8Array(32).fill(number);

/** A key pair. */
export const keyPair = (number: number): KeyAgreement => noiseSuite.keyPair(secretOf(number));

/** A pre-shared key. */
export const psk = (number: number): Uint8Array => secretOf(number);

/** Settings that a test changes. */
export type Changes = Partial<HandshakeSettings>;

/** What a side of a pattern brings; the two sides fit unless they are changed. */
export const settingsOf = (name: InUse, initiator: boolean): HandshakeSettings => ({
  pattern: PATTERNS[name],
  initiator,
  prologue: Uint8Array.of(1, 2, 3),
  suite: noiseSuite,
  ephemeral: () => keyPair(initiator ? 11 : 12),
  ...(name === "NNpsk0" ? { psks: [psk(9)] } : {}),
  ...(name === "IK" ? { localStatic: keyPair(initiator ? 21 : 22) } : {}),
  ...(name === "IK" && initiator ? { remoteStatic: keyPair(22).publicKey } : {}),
  rekeyEvery: 4096,
});

/** Two sides. */
export interface Pair {
  readonly initiator: Handshake;
  readonly responder: Handshake;
}

/** Both sides of a pattern before the first message. */
export const createPair = (
  name: InUse,
  ofInitiator: Changes = {},
  ofResponder: Changes = {},
): Pair => ({
  initiator: createHandshake({ ...settingsOf(name, true), ...ofInitiator }),
  responder: createHandshake({ ...settingsOf(name, false), ...ofResponder }),
});

/** What a cable does to a message: by its place, 0 or 1. */
export type Cable = (message: Uint8Array, place: number) => Uint8Array;

/**
 * Carries both messages over a cable, as far as the sides go; true where both finish, with the
 * same hash.
 */
export const meet = ({ initiator, responder }: Pair, cable: Cable, payload = NONE): boolean => {
  const first = initiator.write(payload);
  if (first === undefined || responder.read(cable(first, 0)) === undefined) return false;
  const second = responder.write(payload);
  if (second === undefined || initiator.read(cable(second, 1)) === undefined) return false;
  return initiator.finish().hash.toHex() === responder.finish().hash.toHex();
};

/** Whether a handshake is over without an end: it writes, reads and shows nothing any more. */
export const isDead = (handshake: Handshake): boolean =>
  !handshake.isFinished() &&
  !handshake.isOurTurn() &&
  handshake.read(new Uint8Array(64)) === undefined &&
  handshake.write(NONE) === undefined &&
  handshake.remoteStatic() === undefined;
