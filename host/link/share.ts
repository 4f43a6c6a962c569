/** A port shared among programs: the line's link, and the socket that offers its channels. */
import { type Outcome, ok } from "../../protocol/errors.ts";
import type { HostClock } from "../driver/clock.ts";
import type { Observe } from "../driver/driven-link.ts";
import { connectLine } from "../driver/line-link.ts";
import type { OpenLine } from "../driver/line.ts";
import type { ConnectError } from "../driver/wire.ts";
import { createHub, type Hub } from "./hub.ts";
import { checkPlace, listenAt, type SocketFileError } from "./socket-file.ts";

/** How a port is shared. */
export interface ShareOptions {
  readonly open: OpenLine;
  /** Where the socket is to be. */
  readonly socket: string;
  readonly clock: HostClock;
  /** Ends the wait for the device. */
  readonly signal: AbortSignal;
  readonly observe?: Observe;
  readonly onChange?: (isUp: boolean) => void;
}

/** A port that is shared. */
export interface SharedPort {
  /** Removes the socket, then frees the line. */
  readonly close: () => Promise<void>;
}

/** How long the line may be silent before it is dialled anew, in milliseconds. */
const CONNECT_MS = 2500;

const openHub = async ({
  open,
  clock,
  signal,
  observe,
  onChange,
}: ShareOptions): Promise<Outcome<Hub, ConnectError>> => {
  const how = { clock, timeoutMs: CONNECT_MS, ...(observe === undefined ? {} : { observe }) };
  const dial = (ending: AbortSignal) => connectLine(open, { ...how, signal: ending });
  const first = await dial(signal);
  if (!first.ok) return first;
  const told = onChange === undefined ? {} : { onChange };
  return ok(createHub(first.value, { clock, dial, ...told }));
};

/** Owns the port, and listens once the device has answered. */
export const sharePort = async (
  options: ShareOptions,
): Promise<Outcome<SharedPort, ConnectError | SocketFileError>> => {
  const free = await checkPlace(options.socket);
  if (!free.ok) return free;
  const hub = await openHub(options);
  if (!hub.ok) return hub;
  const listening = await listenAt(options.socket, hub.value.admit);
  if (!listening.ok) {
    await hub.value.close();
    return listening;
  }
  return ok({
    close: async () => {
      listening.value.close();
      await hub.value.close();
    },
  });
};
