/** A wire over a line that this program opens itself: channel 0 of a link of its own. */
import { ok } from "../../protocol/errors.ts";
import type { HostClock } from "./clock.ts";
import { connectLine, type LineLinkOptions } from "./line-link.ts";
import type { OpenLine } from "./line.ts";
import type { OpenWire } from "./wire.ts";

/** A program that opens the port itself uses this channel (WIRE, section 4). */
const CHANNEL = 0;

/** Opens the line anew for each wire. */
export const overLine =
  (
    open: OpenLine,
    clock: HostClock,
    how: Pick<LineLinkOptions, "observe" | "nonce"> = {},
  ): OpenWire =>
  async (options) => {
    const connected = await connectLine(open, { ...options, ...how, clock });
    if (!connected.ok) return connected;
    const link = connected.value;
    return ok({
      peer: link.peer,
      binding: { ...link.binding, channel: CHANNEL },
      lastCounter: 0,
      send: (record, isHandshake) => link.send({ channel: CHANNEL, isHandshake, record }),
      room: link.room,
      onRoom: link.onRoom,
      onRecord: (action) =>
        link.onRecord(({ channel, isHandshake, record }) => {
          if (channel === CHANNEL) action(record, isHandshake);
        }),
      onDown: link.onDown,
      close: link.close,
    });
  };
