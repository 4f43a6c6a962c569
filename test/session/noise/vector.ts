/** A published Noise vector: its shape, and playing it through both sides of the engine. */
import { assert } from "../../../protocol/errors.ts";
import { createHandshake, type Handshake } from "../../../protocol/session/noise/handshake.ts";
import {
  type Pattern,
  PATTERNS,
  staticKey,
  withPsks,
} from "../../../protocol/session/noise/patterns.ts";
import { type NoiseSuite, SUITE_NAME } from "../../../protocol/session/noise/suite.ts";

/** What one side of a vector brings, in hex. */
export interface VectorSide {
  readonly ephemeral: string;
  readonly secret?: string | undefined;
  readonly remoteStatic?: string | undefined;
  readonly psks: readonly string[];
}

/** A vector: hex throughout; handshake messages first, then those of the transport. */
export interface Vector {
  readonly protocol: string;
  readonly prologue: string;
  readonly initiator: VectorSide;
  readonly responder: VectorSide;
  readonly handshakeHash?: string | undefined;
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

const isBase = (name: string): name is keyof typeof PATTERNS => Object.hasOwn(PATTERNS, name);

/** The pattern of a protocol's name; `undefined` where the table cannot express it. */
export const patternOf = (protocol: string): Pattern | undefined => {
  const [, base = "", modifiers = ""] =
    /^Noise_([A-Z0-9]+)((?:psk\d\+?)*)_/.exec(protocol.replace(SUITE_NAME, "")) ?? [];
  const places = Array.from(modifiers.matchAll(/\d/g), ([place]) => Number(place));
  return isBase(base) ? withPsks(PATTERNS[base], ...places) : undefined;
};

const hex = (text: string | undefined): Uint8Array => Uint8Array.fromHex(text ?? "");

const sideOf = (
  vector: Vector,
  pattern: Pattern,
  suite: NoiseSuite,
  initiator: boolean,
): Handshake => {
  const { ephemeral, secret, remoteStatic, psks } = initiator ? vector.initiator : vector.responder;
  const hasStatic = staticKey(pattern, initiator) !== "none";
  const isKnown = staticKey(pattern, !initiator) === "known";
  return createHandshake({
    pattern,
    initiator,
    prologue: hex(vector.prologue),
    suite,
    ephemeral: () => suite.keyPair(hex(ephemeral)),
    localStatic: hasStatic ? suite.keyPair(hex(secret)) : undefined,
    remoteStatic: isKnown ? hex(remoteStatic) : undefined,
    psks: psks.map(hex),
    rekeyEvery: Number.POSITIVE_INFINITY,
  });
};

/** Both sides of a vector before the first message. */
export const sidesOf = (
  vector: Vector,
  suite: NoiseSuite,
): { readonly pattern: Pattern; readonly initiator: Handshake; readonly responder: Handshake } => {
  const pattern = patternOf(vector.protocol);
  assert(pattern !== undefined, `a pattern for ${vector.protocol}`);
  return {
    pattern,
    initiator: sideOf(vector, pattern, suite, true),
    responder: sideOf(vector, pattern, suite, false),
  };
};

/** What playing a vector gave, in hex, to be compared with what it says. */
export interface Played {
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
  readonly hashes: readonly [string, string];
  /** Each side's view of the other's static key. */
  readonly remoteStatics: readonly [string, string];
}

const REFUSED = "refused";
const shown = (bytes: Uint8Array | undefined): string => bytes?.toHex() ?? REFUSED;

/** Plays all messages of a vector, each written by one side and read by the other. */
export const play = (vector: Vector, suite: NoiseSuite): Played => {
  const { pattern, initiator, responder } = sidesOf(vector, suite);
  const turns = pattern.messages.length;
  const handshake = vector.messages.slice(0, turns).map(({ payload }, index) => {
    const [from, to] = index % 2 === 0 ? [initiator, responder] : [responder, initiator];
    const message = from.write(hex(payload)) ?? new Uint8Array(0);
    return { payload: shown(to.read(message)), ciphertext: message.toHex() };
  });
  const remoteStatics = [shown(initiator.remoteStatic()), shown(responder.remoteStatic())] as const;
  const [host, device] = [initiator.finish(), responder.finish()];
  const transport = vector.messages.slice(turns).map(({ payload }, index) => {
    // the responder answers nothing in a one-way pattern
    const isForth = turns === 1 || (turns + index) % 2 === 0;
    const [from, to] = isForth ? [host, device] : [device, host];
    const message = from.send.seal(hex(payload));
    return { payload: shown(to.receive.open(message)), ciphertext: message.toHex() };
  });
  return {
    messages: [...handshake, ...transport],
    hashes: [host.hash.toHex(), device.hash.toHex()],
    remoteStatics,
  };
};
