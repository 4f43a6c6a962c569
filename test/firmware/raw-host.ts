/** A host that says what it likes: frames, records and messages by hand, and what came back. */
import { createHash } from "node:crypto";
import { noiseSuite } from "../../host/driver/index.ts";
import { decodeMessage, encodeMessage, type Message } from "../../protocol/call/envelope.ts";
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { type CommandName, REGISTRY } from "../../protocol/commands/registry.ts";
import { encodeFrame, type Frame } from "../../protocol/frame/frame.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { createLink, type LinkEvent } from "../../protocol/link/link.ts";
import {
  createInitiator,
  type Initiator,
  type InitiatorEvent,
  type Opening,
} from "../../protocol/session/initiator.ts";
import { SESSION_CLAIM } from "../../protocol/session/pairing.ts";
import type { Role } from "../../protocol/session/role.ts";
import { type Bench, settle } from "./bench-device.ts";

/** A raw host with a session that is up. */
export interface RawHost {
  readonly epoch: number;
  readonly sendFrame: (frame: Omit<Frame, "epoch"> & { readonly epoch?: number }) => void;
  /** Seals a message and queues its record; false where session or link do not take it. */
  readonly sendRecord: (plaintext: Uint8Array) => boolean;
  /** Queues a record as it is; false where the link does not take it. */
  readonly sendSealed: (record: Uint8Array) => boolean;
  /** Waits until the line is quiet; the final messages since the last time. */
  readonly heard: () => Promise<readonly Message[]>;
  /** Sends records, one after the other, and waits for what they bring. */
  readonly exchange: (...records: readonly Uint8Array[]) => Promise<readonly Message[]>;
  readonly close: () => Promise<void>;
}

let lastId = 0;

/** A fresh idempotency key: 16 bytes. */
export const freshKey = (): Uint8Array => crypto.getRandomValues(new Uint8Array(16));

const headOf = (command: CommandName | number, idempotencyKey: Uint8Array) => {
  lastId += 1;
  const code = typeof command === "number" ? command : REGISTRY[command].code;
  return { kind: "request", id: lastId, code, idempotencyKey } as const;
};

/** A request's record; `params` in wire form. */
export const requestOf = (
  command: CommandName | number,
  params: unknown,
  idempotencyKey: Uint8Array = freshKey(),
): Uint8Array => encodeMessage({ ...headOf(command, idempotencyKey), params });

/** The records of a request: with an upload that fits one message a chunk follows. */
export const recordsOf = (
  command: CommandName,
  params: unknown,
  upload: Uint8Array | undefined,
  idempotencyKey: Uint8Array = freshKey(),
): readonly Uint8Array[] => {
  if (upload === undefined) return [requestOf(command, params, idempotencyKey)];
  const sha256 = Uint8Array.from(createHash("sha256").update(upload).digest());
  const head = headOf(command, idempotencyKey);
  const request = { ...head, params, body: { size: upload.length, sha256 } };
  const chunk = { kind: "chunk", id: head.id, offset: 0, bytes: upload } as const;
  return upload.length === 0
    ? [encodeMessage(request)]
    : [encodeMessage(request), encodeMessage(chunk)];
};

/** Whether a record is a message that can be sent: what is none has no id, so no answer. */
export const isMessage = (record: Uint8Array): boolean =>
  record.length <= LIMITS.message && decodeMessage(record).ok;

/** Whether a record is a request whose id is one of those to come: they would get no answer. */
export const isAhead = (record: Uint8Array): boolean => {
  const message = decodeMessage(record);
  return message.ok && message.value.kind === "request" && message.value.id > lastId;
};

/** The name of a refusal, or `result`. */
export const namesOf = (messages: readonly Message[]): readonly string[] =>
  messages.map((message) => (message.kind === "refusal" ? message.error : message.kind));

/** Whether a message ends its call; progress and credit do not. */
const isFinal = ({ kind }: Message): boolean => kind === "result" || kind === "refusal";

/** How a raw host presents itself: as anyone, or as the bench's host in a role. */
export type Guise = "anyone" | Role;

const openingOf = (bench: Bench, guise: Guise): Opening => {
  const deviceKey = guise === "anyone" ? undefined : bench.linkKey();
  if (guise === "anyone" || deviceKey === undefined) return { pattern: "NN" };
  const claim = encodeAs(SESSION_CLAIM, { role: guise });
  return { pattern: "IK", hostKey: bench.identity.hostKey, deviceKey, claim };
};

/** A link by hand on the bench's line: each step, what it sends, and what comes of it. */
const createHandLink = (bench: Bench, onEvent: (event: LinkEvent) => void) => {
  const line = bench.attach();
  const link = createLink({
    side: "host",
    sha256: (data) => Uint8Array.from(createHash("sha256").update(data).digest()),
    nonce: freshKey,
    frameLimit: LIMITS.framePayloadDefault,
    window: LIMITS.windowDefault,
  });
  const nowMs = bench.clock.nowMs;
  const flush = (): void => {
    for (let bytes = link.pull(nowMs()); bytes !== undefined; bytes = link.pull(nowMs())) {
      void line.write(bytes);
    }
  };
  const take = (events: readonly LinkEvent[]): void => {
    for (const event of events) onEvent(event);
    flush();
  };
  line.onBytes((bytes) => take(link.receive(bytes, nowMs())));
  return { line, link, flush, start: () => take(link.tick(nowMs())) };
};

/** Takes the cable and brings link and session up. */
export const connectRaw = async (bench: Bench, guise: Guise = "vault"): Promise<RawHost> => {
  let messages: Message[] = [];
  let initiator: Initiator | undefined;
  let epoch = 0;
  let hasBegun = false;
  const nowMs = bench.clock.nowMs;
  const send = (bytes: Uint8Array, isHandshake: boolean): boolean => {
    const isTaken = hand.link.send({ epoch, channel: 0, isHandshake, bytes }, nowMs());
    hand.flush();
    return isTaken;
  };
  const act = (event: InitiatorEvent): void => {
    if (event.kind === "send") send(event.record, event.isHandshake);
    if (event.kind === "began") hasBegun = true;
    const message = event.kind === "plaintext" ? decodeMessage(event.plaintext) : undefined;
    if (message?.ok === true && isFinal(message.value)) messages.push(message.value);
  };
  const hand = createHandLink(bench, (event) => {
    if (event.kind === "opened") {
      ({ epoch } = event);
      initiator = createInitiator(noiseSuite, { hellos: event.hellos, epoch, channel: 0 });
      const ephemeral = noiseSuite.keyPair(crypto.getRandomValues(new Uint8Array(32)));
      act(initiator.begin(openingOf(bench, guise), ephemeral, nowMs()));
    }
    if (event.kind !== "record") return;
    for (const one of initiator?.take(event.record, event.isHandshake, nowMs()) ?? []) act(one);
  });
  hand.start();
  await settle(24);
  if (!hasBegun) throw new Error("no session came up");
  const heard = async (): Promise<readonly Message[]> => {
    for (let turns = 0; turns < 3000 && !hand.link.isIdle(); turns += 1) await settle(1);
    let seen = -1;
    while (seen !== bench.fromDevice.length) {
      seen = bench.fromDevice.length;
      await settle();
    }
    const all = messages;
    messages = [];
    return all;
  };
  const sendRecord = (plaintext: Uint8Array): boolean => {
    // What is sealed and not sent would leave a gap that ends the session.
    if (plaintext.length > LIMITS.message || hand.link.room(epoch) <= 0) return false;
    const record = initiator?.seal(plaintext, nowMs());
    return record !== undefined && send(record, false);
  };
  return {
    epoch,
    sendFrame: (frame) => void hand.line.write(encodeFrame({ epoch, ...frame })),
    sendRecord,
    sendSealed: (record) => send(record, false),
    heard,
    exchange: (...records) => {
      for (const record of records) sendRecord(record);
      return heard();
    },
    close: hand.line.close,
  };
};
