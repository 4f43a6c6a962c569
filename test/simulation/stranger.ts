/**
 * Somebody else on the line who speaks the protocol by hand: a link of his own, handshakes as he
 * likes them, and records that no driver would send.
 */
import { createHash } from "node:crypto";
import { noiseSuite } from "../../host/driver/index.ts";
import { encodeFrame } from "../../protocol/frame/frame.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { createLink, type LinkEvent } from "../../protocol/link/link.ts";
import {
  createInitiator,
  type Initiator,
  type InitiatorEvent,
  type Opening,
} from "../../protocol/session/initiator.ts";
import type { Chance } from "./chance.ts";
import { frameOf } from "../../hardware/emulator/kit/faults/frames.ts";
import type { Actor } from "./world.ts";

/** His way to the line. */
export interface StrangerPort {
  readonly write: (bytes: Uint8Array) => void;
  readonly onBytes: (action: (bytes: Uint8Array) => void) => void;
}

/** What he hears. */
export interface StrangerListener {
  /** His link is up. */
  readonly opened: () => void;
  /** His session is up. */
  readonly began: () => void;
  /** A handshake record that is a refusal, whole. */
  readonly refused: (record: Uint8Array) => void;
  /** What the device said in his session. */
  readonly heard: (plaintext: Uint8Array) => void;
}

/** A stranger. */
export interface Stranger {
  readonly start: () => void;
  readonly begin: (opening: Opening) => void;
  /** A record as it is; false where there is no room. */
  readonly send: (record: Uint8Array, isHandshake: boolean) => boolean;
  /** Seals a message. */
  readonly say: (plaintext: Uint8Array) => boolean;
  /** One record of so many bytes, in frames beyond what a link would queue. */
  readonly sendLong: (size: number) => void;
  readonly close: () => void;
}

/** A stranger who has not said anything. */
export const createStranger = (
  actor: Actor,
  port: StrangerPort,
  chance: Chance,
  listener: StrangerListener,
): Stranger => {
  const link = createLink({
    side: "host",
    sha256: (data) => Uint8Array.from(createHash("sha256").update(data).digest()),
    nonce: () => chance.bytes(16),
    frameLimit: LIMITS.framePayloadDefault,
    window: LIMITS.windowDefault,
  });
  let initiator: Initiator | undefined;
  let epoch = 0;
  let nextSeq = 0;
  let stopTimer: () => void = () => undefined;

  const flush = (): void => {
    for (let bytes = link.pull(actor.nowMs()); bytes !== undefined; ) {
      const frame = frameOf(bytes);
      if (frame?.type === "data") nextSeq = Math.max(nextSeq, frame.seq + 1);
      port.write(bytes);
      bytes = link.pull(actor.nowMs());
    }
    stopTimer();
    const dueMs = link.deadlineMs();
    if (dueMs === undefined) return;
    stopTimer = actor.after(dueMs - actor.nowMs(), () => takeAll(link.tick(actor.nowMs())));
  };
  const send: Stranger["send"] = (bytes, isHandshake) => {
    const isTaken = link.send({ epoch, channel: 0, isHandshake, bytes }, actor.nowMs());
    flush();
    return isTaken;
  };
  const act = (event: InitiatorEvent): void => {
    if (event.kind === "send") send(event.record, event.isHandshake);
    if (event.kind === "began") listener.began();
    if (event.kind === "plaintext") listener.heard(event.plaintext);
  };
  const take = (event: LinkEvent): void => {
    if (event.kind === "opened") {
      ({ epoch } = event);
      nextSeq = 0;
      initiator = createInitiator(noiseSuite, { hellos: event.hellos, epoch, channel: 0 });
      listener.opened();
    }
    if (event.kind !== "record") return;
    const { record, isHandshake } = event;
    if (isHandshake && record[0] === 0xff) listener.refused(record);
    for (const one of initiator?.take(record, isHandshake, actor.nowMs()) ?? []) act(one);
  };
  const takeAll = (events: readonly LinkEvent[]): void => {
    for (const event of events) take(event);
    flush();
  };
  port.onBytes((bytes) => {
    if (actor.isAlive()) takeAll(link.receive(bytes, actor.nowMs()));
  });
  return {
    start: () => takeAll(link.tick(actor.nowMs())),
    begin: (opening) => {
      const ephemeral = noiseSuite.keyPair(chance.bytes(32));
      const event = initiator?.begin(opening, ephemeral, actor.nowMs());
      if (event !== undefined) act(event);
    },
    send,
    say: (plaintext) => {
      const record = initiator?.seal(plaintext, actor.nowMs());
      return record !== undefined && send(record, false);
    },
    sendLong: (size) => {
      const fragment = LIMITS.framePayloadDefault;
      for (let at = 0; at < size; at += fragment) {
        const flags = (at === 0 ? 1 : 0) | (at + fragment >= size ? 2 : 0);
        const payload = chance.bytes(fragment);
        const head = { type: "data", flags, epoch, ack: 0, window: 8, channel: 0 } as const;
        port.write(encodeFrame({ ...head, seq: nextSeq & 0xffff, payload }));
        nextSeq += 1;
      }
    },
    close: () => {
      link.close(actor.nowMs());
      flush();
      actor.kill();
    },
  };
};
