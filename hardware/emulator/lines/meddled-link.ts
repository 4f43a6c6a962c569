/**
 * A link that somebody meddles with, whatever line it is on: what a cable in memory offers by
 * itself. Unplugged, nothing passes either way and the device sees its cable gone; a program that
 * holds a port open hears silence, as of a cable that is pulled behind an adapter.
 */
import type { Clock, Link } from "../../../firmware/hal.ts";
import type { Cable } from "./cable.ts";
import { createFrameSplitter } from "./frame-splitter.ts";
import { createMeddling } from "./meddling.ts";

/** The device's end, and the hands that may be laid on what passes it. */
export interface MeddledLink extends Pick<Cable, "meddle" | "inject" | "unplug" | "plug"> {
  readonly link: Link;
}

/** Takes the place of a link that nobody listens to yet. */
export const meddledLink = (link: Link, clock: Clock): MeddledLink => {
  const { meddle, pass } = createMeddling();
  const state = { isAttached: false, isPlugged: true };
  let receive: ((bytes: Uint8Array) => void) | undefined;
  let onCable: ((attached: boolean) => void) | undefined;
  const put = (bytes: Uint8Array): void => {
    if (state.isPlugged) receive?.(bytes);
  };
  const say = (bytes: Uint8Array): void => {
    if (state.isPlugged && bytes.length > 0) link.send(bytes);
  };
  const setPlugged = (isPlugged: boolean): void => {
    if (state.isPlugged === isPlugged) return;
    state.isPlugged = isPlugged;
    if (state.isAttached) onCable?.(isPlugged);
  };
  const take = createFrameSplitter(clock, (chunk) => {
    for (const one of pass("toDevice", chunk)) put(one);
  });
  link.onReceive(take);
  link.onCable((attached) => {
    state.isAttached = attached;
    if (state.isPlugged) onCable?.(attached);
  });
  return {
    link: {
      ...link,
      send: (bytes) => {
        for (const one of pass("toHost", bytes)) say(one);
      },
      onReceive: (action) => {
        receive = action;
      },
      onCable: (action) => {
        onCable = action;
      },
    },
    meddle,
    // Never inside the call that asks for it, as on a cable.
    inject: (direction, bytes) => {
      const copy = Uint8Array.from(bytes);
      clock.after(0, () => (direction === "toHost" ? say(copy) : put(copy)));
    },
    unplug: () => setPlugged(false),
    plug: () => setPlugged(true),
  };
};
