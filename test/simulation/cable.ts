/**
 * The cable: a pipe either way, a device at one end, and at the other at most one program. It can
 * be unplugged and plugged in again; some cables tell the device of it, some do not.
 */
import type { Link } from "../../firmware/hal.ts";
import type { Line, OpenLine } from "../../host/driver/index.ts";
import { fail, ok } from "../../protocol/errors.ts";
import type { Chance } from "./chance.ts";
import { createPipe, type LineNature, type Pipe } from "./pipe.ts";
import type { Actor, World } from "./world.ts";

/** Where bytes go. */
export type Direction = "toDevice" | "toHost";

/** What a cable is like. */
export interface CableNature extends LineNature {
  readonly frameLimit: number;
  readonly window: number;
  /** Whether the device hears of it when cable or program come and go. */
  readonly isTelling: boolean;
  /** Bytes for a host that are kept while no program has the port open, at most. */
  readonly keeps: number;
}

/** The cable. */
export interface Cable extends Readonly<Record<Direction, Pipe>> {
  /** A boot's end: whoever had it before is cut off. */
  readonly attachDevice: (boot: Actor) => Link;
  /** The device is without power. */
  readonly detachDevice: () => void;
  /** The port, as a program opens it. */
  readonly openAs: (program: Actor) => OpenLine;
  /** The program's end of it: the system closes what a dead program had open. */
  readonly reap: (program: Actor) => void;
  readonly isHeld: () => boolean;
  readonly unplug: () => void;
  readonly plug: () => void;
  /** The most that the device had waiting to leave, in bytes. */
  readonly peak: () => number;
}

interface Program {
  readonly actor: Actor;
  deliver: ((bytes: Uint8Array) => void) | undefined;
  hangUp: (() => void) | undefined;
}

interface DeviceEnd {
  readonly actor: Actor;
  receive: ((bytes: Uint8Array) => void) | undefined;
  onCable: ((attached: boolean) => void) | undefined;
  onRoom: (() => void) | undefined;
}

interface State {
  readonly nature: CableNature;
  device: DeviceEnd | undefined;
  holder: Program | undefined;
  isPlugged: boolean;
  kept: Uint8Array;
  peak: number;
}

const tell = ({ nature, device }: State, attached: boolean): void => {
  if (nature.isTelling) device?.actor.after(0, () => device.onCable?.(attached));
};

const toProgram = (state: State, bytes: Uint8Array): void => {
  const { holder, nature, isPlugged } = state;
  if (!isPlugged) return;
  if (holder === undefined) {
    state.kept = Uint8Array.from([...state.kept, ...bytes].slice(0, nature.keeps));
    return;
  }
  holder.actor.after(0, () => {
    if (state.holder === holder) holder.deliver?.(bytes);
  });
};

const toDevice = ({ device, isPlugged }: State, bytes: Uint8Array): void => {
  if (isPlugged) device?.actor.after(0, () => device.receive?.(bytes));
};

const letGo = (state: State): void => {
  state.holder = undefined;
  tell(state, false);
};

const lineOf = (state: State, program: Program, out: Pipe): Line => {
  const { nature } = state;
  return {
    frameLimit: nature.frameLimit,
    window: nature.window,
    write: (bytes) => {
      if (state.holder !== program || !program.actor.isAlive()) return Promise.resolve();
      return out.write(bytes, program.actor.nowMs());
    },
    onBytes: (action) => {
      program.deliver = action;
      const { kept } = state;
      state.kept = new Uint8Array(0);
      if (kept.length > 0) toProgram(state, kept);
    },
    onClose: (action) => {
      program.hangUp = action;
      if (state.holder !== program) program.actor.after(0, action);
    },
    close: () => {
      if (state.holder === program) letGo(state);
      return Promise.resolve();
    },
  };
};

const endOf = (state: State, boot: Actor, out: Pipe): Link => {
  const { nature } = state;
  const end: DeviceEnd = {
    actor: boot,
    receive: undefined,
    onCable: undefined,
    onRoom: undefined,
  };
  state.device = end;
  return {
    frameLimit: nature.frameLimit,
    window: nature.window,
    send: (bytes) => {
      if (state.device !== end || !boot.isAlive()) return;
      void out.write(bytes, boot.nowMs());
      state.peak = Math.max(state.peak, out.queued());
    },
    hasRoom: () => out.queued() <= nature.buffer,
    onRoom: (action) => {
      end.onRoom = action;
    },
    onReceive: (action) => {
      end.receive = action;
    },
    onCable: (action) => {
      end.onCable = action;
    },
  };
};

const hangUp = (state: State): void => {
  const { holder } = state;
  if (holder === undefined) return;
  letGo(state);
  holder.actor.after(0, () => holder.hangUp?.());
};

/** A cable that is plugged in, with nobody at its ends. */
export const createCable = (world: World, nature: CableNature, chance: Chance): Cable => {
  const state: State = {
    nature,
    device: undefined,
    holder: undefined,
    isPlugged: true,
    kept: new Uint8Array(0),
    peak: 0,
  };
  const inward = createPipe(world, nature, chance.fork("inward"), {
    deliver: (bytes) => toDevice(state, bytes),
    onLeft: () => undefined,
  });
  const outward = createPipe(world, nature, chance.fork("outward"), {
    deliver: (bytes) => toProgram(state, bytes),
    onLeft: () => {
      const { device } = state;
      if (outward.queued() <= nature.buffer) device?.actor.after(0, () => device.onRoom?.());
    },
  });
  return {
    toDevice: inward,
    toHost: outward,
    attachDevice: (boot) => endOf(state, boot, outward),
    detachDevice: () => {
      state.device = undefined;
      outward.clear(); // what it had not got rid of is gone with its power
      if (nature.isTelling) hangUp(state);
    },
    openAs: (actor) => () => {
      if (!state.isPlugged) return Promise.resolve(fail("port_missing"));
      if (state.holder !== undefined) return Promise.resolve(fail("port_busy"));
      const program: Program = { actor, deliver: undefined, hangUp: undefined };
      state.holder = program;
      tell(state, true);
      return Promise.resolve(ok(lineOf(state, program, inward)));
    },
    reap: (actor) => {
      if (state.holder?.actor === actor) letGo(state);
    },
    isHeld: () => state.holder !== undefined,
    unplug: () => {
      state.isPlugged = false;
      state.kept = new Uint8Array(0);
      hangUp(state);
      inward.clear();
      outward.clear();
    },
    plug: () => {
      state.isPlugged = true;
    },
    peak: () => state.peak,
  };
};
