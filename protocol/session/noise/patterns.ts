/**
 * Handshake patterns as data: the one-way, fundamental and deferred ones, message by message as
 * the specification lists them (Noise, sections 7.4, 7.5 and 18.1), and the modifier for pre-shared
 * keys. The lists are written out because they follow no one rule: `KK1` mixes `se` before `es`
 * where `XX1` does the opposite.
 */

/** What a message does: sends a key, mixes a Diffie-Hellman result, mixes a pre-shared key. */
export type Token = "e" | "s" | "ee" | "es" | "se" | "ss" | "psk";

/** A handshake: its name, and the tokens of its messages, the initiator's first, then by turns. */
export interface Pattern {
  readonly name: string;
  readonly messages: readonly (readonly Token[])[];
}

const pattern = (name: string, ...messages: readonly (readonly Token[])[]): Pattern => ({
  name,
  messages,
});

const withKey = (tokens: readonly Token[], index: number, place: number): readonly Token[] => {
  if (place === 0 && index === 0) return ["psk", ...tokens];
  return place === index + 1 ? [...tokens, "psk"] : tokens;
};

/** Adds pre-shared keys, places rising: 0 begins the first message, n ends message n (9.4). */
export const withPsks = (base: Pattern, ...places: readonly number[]): Pattern => ({
  name: base.name + places.map((place) => `psk${place}`).join("+"),
  messages: places.reduce(
    (messages, place) => messages.map((tokens, index) => withKey(tokens, index, place)),
    base.messages,
  ),
});

const NN = pattern("NN", ["e"], ["e", "ee"]);

/** The patterns. The product uses `NN`, `NNpsk0` and `IK`; the published vectors try them all. */
export const PATTERNS = {
  N: pattern("N", ["e", "es"]),
  K: pattern("K", ["e", "es", "ss"]),
  X: pattern("X", ["e", "es", "s", "ss"]),

  NN,
  NNpsk0: withPsks(NN, 0),
  NK: pattern("NK", ["e", "es"], ["e", "ee"]),
  NK1: pattern("NK1", ["e"], ["e", "ee", "es"]),
  NX: pattern("NX", ["e"], ["e", "ee", "s", "es"]),
  NX1: pattern("NX1", ["e"], ["e", "ee", "s"], ["es"]),

  KN: pattern("KN", ["e"], ["e", "ee", "se"]),
  K1N: pattern("K1N", ["e"], ["e", "ee"], ["se"]),
  KK: pattern("KK", ["e", "es", "ss"], ["e", "ee", "se"]),
  K1K: pattern("K1K", ["e", "es"], ["e", "ee"], ["se"]),
  KK1: pattern("KK1", ["e"], ["e", "ee", "se", "es"]),
  K1K1: pattern("K1K1", ["e"], ["e", "ee", "es"], ["se"]),
  KX: pattern("KX", ["e"], ["e", "ee", "se", "s", "es"]),
  K1X: pattern("K1X", ["e"], ["e", "ee", "s", "es"], ["se"]),
  KX1: pattern("KX1", ["e"], ["e", "ee", "se", "s"], ["es"]),
  K1X1: pattern("K1X1", ["e"], ["e", "ee", "s"], ["se", "es"]),

  XN: pattern("XN", ["e"], ["e", "ee"], ["s", "se"]),
  X1N: pattern("X1N", ["e"], ["e", "ee"], ["s"], ["se"]),
  XK: pattern("XK", ["e", "es"], ["e", "ee"], ["s", "se"]),
  X1K: pattern("X1K", ["e", "es"], ["e", "ee"], ["s"], ["se"]),
  XK1: pattern("XK1", ["e"], ["e", "ee", "es"], ["s", "se"]),
  X1K1: pattern("X1K1", ["e"], ["e", "ee", "es"], ["s"], ["se"]),
  XX: pattern("XX", ["e"], ["e", "ee", "s", "es"], ["s", "se"]),
  X1X: pattern("X1X", ["e"], ["e", "ee", "s", "es"], ["s"], ["se"]),
  XX1: pattern("XX1", ["e"], ["e", "ee", "s"], ["es", "s", "se"]),
  X1X1: pattern("X1X1", ["e"], ["e", "ee", "s"], ["es", "s"], ["se"]),

  IN: pattern("IN", ["e", "s"], ["e", "ee", "se"]),
  I1N: pattern("I1N", ["e", "s"], ["e", "ee"], ["se"]),
  IK: pattern("IK", ["e", "es", "s", "ss"], ["e", "ee", "se"]),
  I1K: pattern("I1K", ["e", "es", "s"], ["e", "ee"], ["se"]),
  IK1: pattern("IK1", ["e", "s"], ["e", "ee", "se", "es"]),
  I1K1: pattern("I1K1", ["e", "s"], ["e", "ee", "es"], ["se"]),
  IX: pattern("IX", ["e", "s"], ["e", "ee", "se", "s", "es"]),
  I1X: pattern("I1X", ["e", "s"], ["e", "ee", "s", "es"], ["se"]),
  IX1: pattern("IX1", ["e", "s"], ["e", "ee", "se", "s"], ["es"]),
  I1X1: pattern("I1X1", ["e", "s"], ["e", "ee", "s"], ["se", "es"]),
} as const;

/** How a side's static key takes part: never, known to the other beforehand, or sent. */
export type StaticKey = "none" | "known" | "sent";

/**
 * The part of one side's static key. Every pattern that mixes such a key without sending it takes
 * it as a pre-message (section 7.1), so the tokens say it all.
 */
export const staticKey = ({ messages }: Pattern, initiator: boolean): StaticKey => {
  const own = messages.filter((_, index) => (index % 2 === 0) === initiator);
  if (own.some((tokens) => tokens.includes("s"))) return "sent";
  const mixed = initiator ? "se" : "es";
  return messages.flat().some((token) => token === mixed || token === "ss") ? "known" : "none";
};

/** How many pre-shared keys a pattern mixes. */
export const pskCount = ({ messages }: Pattern): number =>
  messages.flat().filter((token) => token === "psk").length;
