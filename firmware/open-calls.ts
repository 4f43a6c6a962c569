/** The requests that wait for their answer, so that a cancel finds its call. */
import type { Request } from "../protocol/call/envelope.ts";
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

/** Wishes by name, each for as long as somebody holds it. */
const createHeld = () => {
  const entries = new Map<string, { readonly wish: Cancellable; holders: number }>();
  return {
    find: (name: string): Cancellable | undefined => entries.get(name)?.wish,
    /** The result lets go; another wish of that name meanwhile is left alone. */
    hold: (name: string, wish: Cancellable): (() => void) => {
      const known = entries.get(name);
      const entry = known?.wish === wish ? known : { wish, holders: 0 };
      entry.holders += 1;
      entries.set(name, entry);
      return () => {
        entry.holders -= 1;
        if (entry.holders === 0 && entries.get(name) === entry) entries.delete(name);
      };
    },
  };
};

/** None yet. */
export const createOpenCalls = (): OpenCalls => {
  const [byKey, byId] = [createHeld(), createHeld()];
  const nameOf = (epoch: number, id: number): string => `${epoch}/${id}`;
  return {
    begin: ({ id, idempotencyKey }, epoch) => {
      const [name, key] = [nameOf(epoch, id), idempotencyKey.join()];
      const cancellation = byKey.find(key) ?? createCancellation();
      const releases = [byKey.hold(key, cancellation), byId.hold(name, cancellation)];
      const end = (): void => {
        for (const release of releases) release();
      };
      return { cancellation, end };
    },
    cancel: (epoch, id) => byId.find(nameOf(epoch, id))?.cancel(),
  };
};
