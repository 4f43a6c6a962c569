/** The requests that wait for their answer, so that a cancel finds its call. */
import type { Request } from "../protocol/envelope.ts";
import { type Cancellable, type Cancellation, createCancellation } from "./cancellation.ts";

/** A request at work. */
export interface OpenCall {
  readonly cancellation: Cancellation;
  readonly end: () => void;
}

/** The requests at work. Ids mean something only on the link of their epoch. */
export interface OpenCalls {
  /** A request sent again under its key shares the fate of the first. */
  readonly begin: (request: Request, epoch: number) => OpenCall;
  /** Cancels a call, if there is one of that id. */
  readonly cancel: (epoch: number, id: number) => void;
}

/** None yet. */
export const createOpenCalls = (): OpenCalls => {
  const byKey = new Map<string, Cancellable>();
  const byId = new Map<string, Cancellable>();
  const nameOf = (epoch: number, id: number): string => `${epoch}/${id}`;
  return {
    begin: ({ id, idempotencyKey }, epoch) => {
      const [name, key] = [nameOf(epoch, id), idempotencyKey.join()];
      const cancellation = byKey.get(key) ?? createCancellation();
      byKey.set(key, cancellation);
      byId.set(name, cancellation);
      const end = (): void => {
        byId.delete(name);
        byKey.delete(key);
      };
      return { cancellation, end };
    },
    cancel: (epoch, id) => byId.get(nameOf(epoch, id))?.cancel(),
  };
};
