/**
 * The requests that wait for their final message, by session and id. Each gets exactly one, or none
 * once its session is over.
 */
import type { Credit, Message } from "../../protocol/call/envelope.ts";
import type { EndReason } from "../cancellation.ts";
import type { Clock } from "../hal.ts";
import { type Answer, messagesOf } from "./answers.ts";
import type { Origin } from "./origin.ts";
import { createNotice, createTeller, type Stage } from "./progress.ts";

/** Where a request has got to: who is told what its caller does. */
export interface Service {
  readonly end: (reason: EndReason) => void;
  /** Nobody waits for this request's answer any more. */
  readonly abandon: () => void;
  /** The next bytes of its body; without it none is expected. */
  readonly takeChunk?: (offset: number, bytes: Uint8Array) => void;
}

/** A request that waits. */
export interface OpenRequest {
  readonly origin: Origin;
  /** When it must be committed; Infinity where that is never. */
  readonly dueMs: number;
  readonly serveBy: (service: Service) => void;
  readonly service: () => Service | undefined;
  readonly tell: (stage: Stage) => void;
  /** Tells the credit that `current` gives when the message is pulled. */
  readonly credit: (current: () => Pick<Credit, "have" | "limit">) => void;
  /** Its final message. */
  readonly finish: (answer: Answer) => void;
  /** Its session is over: nothing more is sent. */
  readonly abandon: () => void;
  /** Calls `action` when it is over, either way. */
  readonly onOver: (action: () => void) => void;
}

/** What is known of a request when it comes. */
export interface Arrival {
  readonly id: number;
  readonly deadlineMs: number | undefined;
  readonly origin: Origin;
}

const createRequest = (clock: Clock, { id, deadlineMs, origin }: Arrival): OpenRequest => {
  const onOver: (() => void)[] = [];
  let isOpen = true;
  let service: Service | undefined;
  let credit = (): Pick<Credit, "have" | "limit"> => ({ have: 0, limit: 0 });
  const { tell, stop, current } = createTeller(clock, () => notifyStage());
  const messageOf = (stage: Stage | undefined): Message | undefined =>
    stage === undefined ? undefined : { kind: "progress", id, ...stage };
  const notifyStage = createNotice(origin.send, () => messageOf(current()));
  const notifyCredit = createNotice(origin.send, () =>
    isOpen ? { kind: "credit", id, ...credit() } : undefined,
  );
  const close = (): void => {
    isOpen = false;
    stop();
    for (const action of onOver) action();
  };
  return {
    origin,
    dueMs: clock.nowMs() + (deadlineMs ?? Number.POSITIVE_INFINITY),
    serveBy: (next) => {
      service = next;
    },
    service: () => service,
    tell,
    credit: (next) => {
      credit = next;
      notifyCredit();
    },
    finish: (answer) => {
      if (!isOpen) return;
      close();
      origin.send(messagesOf(id, answer));
    },
    abandon: () => {
      if (!isOpen) return;
      close();
      service?.abandon();
    },
    onOver: (action) => void onOver.push(action),
  };
};

interface Session {
  /** Ids rise: one that does not was used, or would be used again. */
  lastId: number;
  readonly open: Map<number, OpenRequest>;
}

/** The requests of all sessions. */
export interface Requests {
  /** Nothing where the id does not rise: it has its final message, or will. */
  readonly open: (arrival: Arrival) => OpenRequest | undefined;
  readonly find: (session: number, id: number) => OpenRequest | undefined;
  readonly leave: (session: number) => void;
  /** Sessions that have asked for something and are not over. */
  readonly sessions: () => number;
}

/** No session yet. */
export const createRequests = (clock: Clock): Requests => {
  const sessions = new Map<number, Session>();
  const sessionOf = (number: number): Session => {
    const known = sessions.get(number) ?? { lastId: -1, open: new Map() };
    sessions.set(number, known);
    return known;
  };
  return {
    open: (arrival) => {
      const session = sessionOf(arrival.origin.session);
      if (arrival.id <= session.lastId) return undefined;
      session.lastId = arrival.id;
      const request = createRequest(clock, arrival);
      session.open.set(arrival.id, request);
      request.onOver(() => void session.open.delete(arrival.id));
      return request;
    },
    find: (session, id) => sessions.get(session)?.open.get(id),
    leave: (number) => {
      const session = sessions.get(number);
      sessions.delete(number);
      for (const request of session?.open.values() ?? []) request.abandon();
    },
    sessions: () => sessions.size,
  };
};
