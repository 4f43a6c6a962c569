/**
 * HandshakeState (Noise, section 5.3): one handshake from its first message to the two ciphers it
 * ends with. A refusal is final: whatever the peer sent, the handshake is dead, wiped, and says no
 * more than that.
 */
import { assert } from "../../errors.ts";
import type { Cipher } from "./cipher.ts";
import { createParty, type PartySettings, readMessage, wipeParty, writeMessage } from "./party.ts";
import type { Token } from "./patterns.ts";
import { NOISE_BYTES } from "./suite.ts";

/** A side's keys, and how often the ciphers renew theirs. */
export interface HandshakeSettings extends PartySettings {
  /** Messages in a direction between two renewals of its key; `Infinity` is never. */
  readonly rekeyEvery: number;
}

/** What a finished handshake gives. */
export interface Finished {
  readonly send: Cipher;
  readonly receive: Cipher;
  /** 32 bytes, the same on both sides and no secret: it names this session (section 11.2). */
  readonly hash: Uint8Array;
}

/** A handshake under way. */
export interface Handshake {
  /** Whether the next message is ours to write; false when finished or dead. */
  readonly isOurTurn: () => boolean;
  /**
   * The next message. `undefined` where the peer's key is refused only now, or the handshake has
   * died; out of turn it is our own mistake.
   */
  readonly write: (payload: Uint8Array) => Uint8Array | undefined;
  /** The payload of the peer's message; `undefined` for anything else, and ever after. */
  readonly read: (message: Uint8Array) => Uint8Array | undefined;
  /** Whether the last message was written or read; true from then on, unless it is wiped. */
  readonly isFinished: () => boolean;
  /** The peer's static key, 32 bytes, from when it is known until the handshake dies. */
  readonly remoteStatic: () => Uint8Array | undefined;
  /** Once, when it is finished. A one-way pattern's direction back is dead from the start. */
  readonly finish: () => Finished;
  /** Ends it and zeroes its secrets; the ciphers it gave live on. */
  readonly wipe: () => void;
}

/** A handshake before its first message. */
export const createHandshake = (settings: HandshakeSettings): Handshake => {
  const { initiator, rekeyEvery } = settings;
  const { messages } = settings.pattern;
  const party = createParty(settings);
  let next = 0;
  let isDead = false;
  let isSplit = false;

  const isFinished = (): boolean => !isDead && next === messages.length;
  const isOurs = (): boolean => (next % 2 === 0) === initiator;
  const wipe = (): void => {
    wipeParty(party);
    isDead = true;
  };
  /** Does the step of the next message; where that fails, all is over. */
  const step = (
    work: (tokens: readonly Token[]) => Uint8Array | undefined,
  ): Uint8Array | undefined => {
    const done = work(messages[next] ?? []);
    next += 1;
    if (done === undefined) wipe();
    return done;
  };

  return {
    isOurTurn: () => !isDead && !isFinished() && isOurs(),
    write: (payload) => {
      if (isDead) return undefined;
      assert(!isFinished() && isOurs(), "a handshake message is written in turn");
      return step((tokens) => writeMessage(party, tokens, payload));
    },
    read: (message) => {
      // a message too many does not undo what is finished
      if (isDead || isFinished()) return undefined;
      const fits = !isOurs() && message.length <= NOISE_BYTES.message;
      return step((tokens) => (fits ? readMessage(party, tokens, message) : undefined));
    },
    isFinished,
    remoteStatic: () => (isDead ? undefined : party.remoteStatic?.slice()),
    finish: () => {
      assert(isFinished() && !isSplit, "a handshake ends once, after its last message");
      const [forth, back] = party.symmetric.split(rekeyEvery);
      const hash = party.symmetric.hash();
      wipeParty(party);
      isSplit = true;
      if (messages.length === 1) back.wipe();
      return initiator
        ? { send: forth, receive: back, hash }
        : { send: back, receive: forth, hash };
    },
    wipe,
  };
};
