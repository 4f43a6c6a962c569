/** A device's link that somebody may meddle with, as with a cable in memory: of a pty, a socket. */
import type { Link } from "../../../firmware/hal.ts";
import type { Direction, Meddler } from "./cable.ts";

/** The link, and the hands on it. */
export interface MeddledLink {
  readonly link: Link;
  readonly meddle: (direction: Direction, meddler: Meddler) => () => void;
  /** Brings bytes that no end has sent. */
  readonly inject: (direction: Direction, bytes: Uint8Array) => void;
}

const meddledWith = (meddlers: ReadonlySet<Meddler>, bytes: Uint8Array): readonly Uint8Array[] => {
  let chunks: readonly Uint8Array[] = [bytes];
  for (const meddler of meddlers) chunks = chunks.flatMap((chunk) => meddler(chunk) ?? [chunk]);
  return chunks.filter(({ length }) => length > 0);
};

/** Nobody meddles yet. */
export const meddledLink = (link: Link): MeddledLink => {
  const meddlers = { toDevice: new Set<Meddler>(), toHost: new Set<Meddler>() };
  let receive: ((bytes: Uint8Array) => void) | undefined;
  return {
    link: {
      ...link,
      send: (bytes) => {
        for (const chunk of meddledWith(meddlers.toHost, bytes)) link.send(chunk);
      },
      onReceive: (action) => {
        receive = action;
        link.onReceive((bytes) => {
          for (const chunk of meddledWith(meddlers.toDevice, bytes)) action(chunk);
        });
      },
    },
    meddle: (direction, meddler) => {
      meddlers[direction].add(meddler);
      return () => void meddlers[direction].delete(meddler);
    },
    inject: (direction, bytes) => {
      if (direction === "toHost") link.send(bytes);
      else receive?.(bytes);
    },
  };
};
