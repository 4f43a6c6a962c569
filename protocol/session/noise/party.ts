/**
 * One side of a handshake at work on its tokens (Noise, section 5.3): the keys it holds, and what
 * each token does when a message is written or read. Whose turn it is, is not its business.
 */
import { assert } from "../../errors.ts";
import { type Pattern, pskCount, staticKey, type Token } from "./patterns.ts";
import { type KeyAgreement, NOISE_BYTES, type NoiseSuite, SUITE_NAME } from "./suite.ts";
import { createSymmetric, type Symmetric } from "./symmetric.ts";

/** What a side brings to a handshake: what its pattern demands, and nothing else. */
export interface PartySettings {
  readonly pattern: Pattern;
  readonly initiator: boolean;
  /** What both sides believe to have agreed on; public, of any length. */
  readonly prologue: Uint8Array;
  readonly suite: NoiseSuite;
  /** Makes a fresh key pair; called once, when the pattern sends it. */
  readonly ephemeral: () => KeyAgreement;
  readonly localStatic?: KeyAgreement | undefined;
  /** 32 bytes, where the pattern takes the peer's key as known. */
  readonly remoteStatic?: Uint8Array | undefined;
  /** 32 bytes each, in the order of the pattern's places; copied. */
  readonly psks?: readonly Uint8Array[] | undefined;
}

/** What a side holds in the middle of a handshake. */
export interface Party {
  readonly settings: PartySettings;
  readonly symmetric: Symmetric;
  /** Copies, the next one first. */
  psks: readonly Uint8Array[];
  ephemeral: KeyAgreement | undefined;
  remoteEphemeral: Uint8Array | undefined;
  remoteStatic: Uint8Array | undefined;
}

const NONE = new Uint8Array(0);

/** Which keys a token mixes: the initiator's, then the responder's. */
const MIXED = { ee: ["e", "e"], es: ["e", "s"], se: ["s", "e"], ss: ["s", "s"] } as const;

/** A lack here is a fault of the program, which chose both pattern and keys. */
const assertComplete = (settings: PartySettings): void => {
  const { pattern, initiator, localStatic, remoteStatic, psks = [] } = settings;
  const isLocalUsed = staticKey(pattern, initiator) !== "none";
  const isRemoteKnown = staticKey(pattern, !initiator) === "known";
  assert((localStatic !== undefined) === isLocalUsed, "a static key where the pattern mixes one");
  assert((remoteStatic !== undefined) === isRemoteKnown, "the peer's key where it is known");
  assert(psks.length === pskCount(pattern), "as many pre-shared keys as the pattern mixes");
  const keys = remoteStatic === undefined ? psks : [...psks, remoteStatic];
  assert(
    keys.every(({ length }) => length === NOISE_BYTES.key),
    "keys have 32 bytes",
  );
};

/** Initialize: the name, the prologue, and the static keys that are known beforehand. */
export const createParty = (settings: PartySettings): Party => {
  assertComplete(settings);
  const { pattern, initiator, prologue, suite, localStatic, remoteStatic, psks = [] } = settings;
  const symmetric = createSymmetric(suite, `Noise_${pattern.name}_${SUITE_NAME}`);
  symmetric.mixHash(prologue);
  for (const ofInitiator of [true, false]) {
    if (staticKey(pattern, ofInitiator) !== "known") continue;
    const key = ofInitiator === initiator ? localStatic?.publicKey : remoteStatic;
    symmetric.mixHash(key ?? NONE);
  }
  return {
    settings,
    symmetric,
    psks: psks.map((psk) => psk.slice()),
    ephemeral: undefined,
    remoteEphemeral: undefined,
    remoteStatic: remoteStatic?.slice(),
  };
};

/** Zeroes all that is secret and not behind a `KeyAgreement`. */
export const wipeParty = (party: Party): void => {
  party.symmetric.wipe();
  for (const psk of party.psks) psk.fill(0);
  party.psks = [];
  party.ephemeral = undefined;
};

const mixPsk = (party: Party): boolean => {
  const [psk, ...later] = party.psks;
  assert(psk !== undefined, "a pre-shared key for each place");
  party.psks = later;
  party.symmetric.mixKeyAndHash(psk);
  psk.fill(0);
  return true;
};

const mixAgreement = (party: Party, token: keyof typeof MIXED): boolean => {
  const { initiator, localStatic } = party.settings;
  const [ofInitiator, ofResponder] = MIXED[token];
  const [own, other] = initiator ? [ofInitiator, ofResponder] : [ofResponder, ofInitiator];
  const pair = own === "e" ? party.ephemeral : localStatic;
  const peer = other === "e" ? party.remoteEphemeral : party.remoteStatic;
  assert(pair !== undefined && peer !== undefined, "a pattern mixes keys that are there");
  const shared = pair.agree(peer);
  if (shared === undefined) return false;
  party.symmetric.mixKey(shared);
  shared.fill(0);
  return true;
};

/** False where a key of the peer is refused: X25519 gave zeros. */
const mix = (party: Party, token: keyof typeof MIXED | "psk"): boolean =>
  token === "psk" ? mixPsk(party) : mixAgreement(party, token);

/** With pre-shared keys an ephemeral key is mixed twice (section 9.2). */
const mixEphemeral = ({ settings, symmetric }: Party, publicKey: Uint8Array): void => {
  symmetric.mixHash(publicKey);
  if (pskCount(settings.pattern) > 0) symmetric.mixKey(publicKey);
};

const writeToken = (party: Party, token: Token): Uint8Array | undefined => {
  switch (token) {
    case "e":
      party.ephemeral = party.settings.ephemeral();
      mixEphemeral(party, party.ephemeral.publicKey);
      return party.ephemeral.publicKey;
    case "s":
      return party.symmetric.seal(party.settings.localStatic?.publicKey ?? NONE);
    default:
      return mix(party, token) ? NONE : undefined;
  }
};

/** WriteMessage; `undefined` where a key of the peer is refused, and the party is then spent. */
export const writeMessage = (
  party: Party,
  tokens: readonly Token[],
  payload: Uint8Array,
): Uint8Array | undefined => {
  const parts: Uint8Array[] = [];
  for (const token of tokens) {
    const part = writeToken(party, token);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  parts.push(party.symmetric.seal(payload));
  const message = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  assert(message.length <= NOISE_BYTES.message, "a message has at most 65,535 bytes");
  let at = 0;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
};

/** How many bytes of `rest` belong to a token; `undefined` is a refusal. */
const readToken = (party: Party, token: Token, rest: Uint8Array): number | undefined => {
  switch (token) {
    case "e": {
      if (rest.length < NOISE_BYTES.key) return undefined;
      party.remoteEphemeral = rest.slice(0, NOISE_BYTES.key);
      mixEphemeral(party, party.remoteEphemeral);
      return NOISE_BYTES.key;
    }
    case "s": {
      const length = NOISE_BYTES.key + party.symmetric.overhead();
      if (rest.length < length) return undefined;
      party.remoteStatic = party.symmetric.open(rest.subarray(0, length));
      return party.remoteStatic === undefined ? undefined : length;
    }
    default:
      return mix(party, token) ? 0 : undefined;
  }
};

/** ReadMessage: the payload; `undefined` is a refusal, and the party is then spent. */
export const readMessage = (
  party: Party,
  tokens: readonly Token[],
  message: Uint8Array,
): Uint8Array | undefined => {
  let rest = message;
  for (const token of tokens) {
    const length = readToken(party, token, rest);
    if (length === undefined) return undefined;
    rest = rest.subarray(length);
  }
  return party.symmetric.open(rest);
};
