/**
 * The device's messages as its cryptography sees them, before they are sealed: which requests came
 * in each session, and which final messages left. Sessions are told apart by their keys.
 */
import { type Credit, decodeMessage } from "../../protocol/call/envelope.ts";
import type { Findings } from "./findings.ts";
import type { CryptoWatch } from "./watched-crypto.ts";

/** What is seen of one boot's messages. */
export interface MessageWatch extends Pick<CryptoWatch, "sealed" | "opened" | "rekeyed"> {
  /** Ids that the last session's requests had and that got no final message. */
  readonly unanswered: () => readonly number[];
  readonly sessions: () => number;
  /** How often a key was renewed. */
  readonly rekeys: () => number;
}

interface Session {
  readonly asked: Set<number>;
  readonly answered: Set<number>;
  readonly credited: Set<number>;
  lastId: number;
}

/** Who hears of what is seen. */
export interface MessageListener {
  /** Every plaintext that leaves. */
  readonly plaintext: (bytes: Uint8Array) => void;
  /** The first credit of a session for a body that is there in part. */
  readonly resumed: () => void;
}

/** Nothing said yet. */
export const createMessageWatch = (findings: Findings, listener: MessageListener): MessageWatch => {
  const byReceiveKey = new Map<string, Session>();
  const bySendKey = new Map<string, Session>();
  let last: Session | undefined;
  let rekeys = 0;

  /** The first record under a new key is the confirmation. */
  const receiverOf = (key: Uint8Array): Session => {
    const name = key.toHex();
    const known = byReceiveKey.get(name);
    if (known !== undefined) return known;
    last = { asked: new Set(), answered: new Set(), credited: new Set(), lastId: -1 };
    byReceiveKey.set(name, last);
    return last;
  };
  const senderOf = (key: Uint8Array): Session | undefined => {
    const name = key.toHex();
    const session = bySendKey.get(name) ?? last;
    if (session !== undefined) bySendKey.set(name, session);
    return session;
  };
  const answer = (session: Session, id: number): void => {
    findings.expect(session.asked.has(id), "oneFinal", () => `nobody asked under id ${id}`);
    findings.expect(!session.answered.has(id), "oneFinal", () => `two answers under id ${id}`);
    session.answered.add(id);
  };
  const credit = (session: Session, { id, have }: Credit): void => {
    if (!session.credited.has(id) && have > 0) listener.resumed();
    session.credited.add(id);
  };
  return {
    opened: (key, plaintext) => {
      const session = receiverOf(key);
      const message = plaintext.length === 0 ? undefined : decodeMessage(plaintext);
      if (message?.ok !== true || message.value.kind !== "request") return;
      // An id that does not rise opens nothing.
      if (message.value.id <= session.lastId) return;
      session.lastId = message.value.id;
      session.asked.add(message.value.id);
    },
    sealed: (key, plaintext) => {
      const session = senderOf(key);
      if (plaintext.length === 0) return;
      listener.plaintext(plaintext);
      const message = decodeMessage(plaintext);
      findings.expect(message.ok, "faultless", () => "the device sent what is no message");
      if (!message.ok || session === undefined) return;
      const { value } = message;
      if (value.kind === "result" || value.kind === "refusal") answer(session, value.id);
      if (value.kind === "credit") credit(session, value);
    },
    rekeyed: (before, after) => {
      rekeys += 1;
      for (const keys of [byReceiveKey, bySendKey]) {
        const session = keys.get(before.toHex());
        if (session !== undefined) keys.set(after.toHex(), session);
      }
    },
    unanswered: () => [...(last?.asked ?? [])].filter((id) => last?.answered.has(id) !== true),
    sessions: () => new Set(byReceiveKey.values()).size,
    rekeys: () => rekeys,
  };
};
