/** A host that says what it likes: frames and records by hand, and what came back. */
import { createHash } from "node:crypto";
import { decodeMessage, encodeMessage, type Message } from "../../protocol/call/envelope.ts";
import { encodeFrame, type Frame } from "../../protocol/frame/frame.ts";
import { createLink, type LinkEvent, type LinkOutput } from "../../protocol/link/link.ts";
import { type CommandName, REGISTRY } from "../../protocol/commands/registry.ts";
import { type Bench, settle } from "./bench-device.ts";

/** A raw host with a link that is up. */
export interface RawHost {
  readonly epoch: number;
  readonly sendFrame: (frame: Omit<Frame, "epoch"> & { readonly epoch?: number }) => void;
  /** Queues a record; false where the link does not take it. */
  readonly sendRecord: (record: Uint8Array) => boolean;
  /** Waits until the line is quiet; the messages since the last time. */
  readonly heard: () => Promise<readonly Message[]>;
  /** Sends a record and waits for what it brings. */
  readonly exchange: (record: Uint8Array) => Promise<readonly Message[]>;
  readonly close: () => Promise<void>;
}

let lastId = 0;

/** A fresh idempotency key: 16 bytes. */
export const freshKey = (): Uint8Array => crypto.getRandomValues(new Uint8Array(16));

/** A request's record; `params` in wire form. */
export const requestOf = (
  command: CommandName | number,
  params: unknown,
  idempotencyKey: Uint8Array = freshKey(),
): Uint8Array => {
  lastId += 1;
  const code = typeof command === "number" ? command : REGISTRY[command].code;
  return encodeMessage({ kind: "request", id: lastId, code, idempotencyKey, params });
};

/** Whether a record is a message at all: what is not gets no answer, having no id. */
export const isMessage = (record: Uint8Array): boolean => decodeMessage(record).ok;

/** The name of a refusal, or `result`. */
export const namesOf = (messages: readonly Message[]): readonly string[] =>
  messages.map((message) => (message.kind === "refusal" ? message.error : message.kind));

/** The messages that came, and the epoch of the link they came on. */
const createInbox = () => {
  let messages: Message[] = [];
  let epoch = 0;
  return {
    take: (event: LinkEvent): void => {
      if (event.kind === "up") epoch = event.epoch;
      const message = event.kind === "record" ? decodeMessage(event.record) : undefined;
      if (message?.ok === true) messages.push(message.value);
    },
    epoch: () => epoch,
    empty: (): readonly Message[] => {
      const all = messages;
      messages = [];
      return all;
    },
  };
};

/** Takes the cable and brings the link up. */
export const connectRaw = async (bench: Bench): Promise<RawHost> => {
  const line = bench.attach();
  const link = createLink({
    side: "host",
    sha256: (data) => Uint8Array.from(createHash("sha256").update(data).digest()),
    nonce: freshKey,
  });
  const inbox = createInbox();
  const take = (output: LinkOutput): void => {
    for (const bytes of output.bytes) void line.write(bytes);
    for (const event of output.events) inbox.take(event);
  };
  line.onBytes((bytes) => take(link.receive(bytes, bench.clock.nowMs())));
  take(link.tick(bench.clock.nowMs()));
  await settle();
  if (!link.isUp()) throw new Error("the link did not come up");
  const sendRecord = (record: Uint8Array): boolean => {
    const isTaken = link.send(0, record, bench.clock.nowMs());
    take(link.tick(bench.clock.nowMs()));
    return isTaken;
  };
  const heard = async (): Promise<readonly Message[]> => {
    for (let turns = 0; turns < 3000 && !link.isIdle(); turns += 1) await settle(1);
    let seen = -1;
    while (seen !== bench.fromDevice.length) {
      seen = bench.fromDevice.length;
      await settle();
    }
    return inbox.empty();
  };
  const epoch = inbox.epoch();
  return {
    epoch,
    sendFrame: (frame) => void line.write(encodeFrame({ epoch, ...frame })),
    sendRecord,
    heard,
    exchange: (record) => {
      sendRecord(record);
      return heard();
    },
    close: line.close,
  };
};
