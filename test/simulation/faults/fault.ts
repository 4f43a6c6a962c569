/** What a fault is, and what it may lay hands on. */
import type { Direction } from "../cable.ts";
import type { Chance } from "../chance.ts";
import type { Scene } from "../scene.ts";

/** The scene, as a fault sees it. */
export interface FaultRoom extends Scene {
  /** The fault's own stream. */
  readonly chance: Chance;
  /** It has been injected: counted by its name. */
  readonly happened: () => void;
  /** Calls `action` once the time of faults is over. */
  readonly onHeal: (action: () => void) => void;
  readonly isOver: () => boolean;
  /** The time of faults lasts so long from now, whether or not there is work left. */
  readonly extend: (ms: number) => void;
}

/** Lies in wait for its moment. */
export type Fault = (room: FaultRoom) => void;

/** One of the two. */
export const anyDirection = ({ chance }: FaultRoom): Direction =>
  chance.isLucky(0.5) ? "toDevice" : "toHost";

/** The other one. */
export const opposite = (direction: Direction): Direction =>
  direction === "toDevice" ? "toHost" : "toDevice";

/** Does something once, some time after the worker has begun to ask for a signature. */
export const duringAttempt = (
  { worker, chance, world, isOver }: FaultRoom,
  mostMs: number,
  action: () => void,
): void => {
  let left = chance.magnitude(1, 4);
  worker.onAttempt(() => {
    left -= 1;
    if (left !== 0) return;
    world.after(chance.magnitude(1, mostMs), () => {
      if (!isOver()) action();
    });
  });
};

/** Does something once, some time after a question of the worker's stands on the display. */
export const onceLive = (
  { person, chance, world, isOver }: FaultRoom,
  mostMs: number,
  action: () => void,
): void => {
  let left = chance.magnitude(1, 3);
  person.onQuestion(({ screen }) => {
    if (screen.lines[0] === "Pair a host?") return;
    left -= 1;
    if (left !== 0) return;
    world.after(chance.magnitude(1, mostMs), () => {
      if (!isOver()) action();
    });
  });
};

/** Does something once, as soon as the worker asks for a signature. */
export const atFirstAttempt = ({ worker, world }: FaultRoom, action: () => void): void => {
  let isDone = false;
  worker.onAttempt(() => {
    if (!isDone) world.after(1, action);
    isDone = true;
  });
};

/** Calls `strike` for chunks from some early one on, until it says that it is done. */
export const fromSomeChunk = (
  room: FaultRoom,
  direction: Direction,
  strike: (
    chunk: Uint8Array,
  ) => { readonly chunks: readonly Uint8Array[]; isDone: boolean } | undefined,
): void => {
  let left = room.chance.magnitude(1, 80);
  const stop = room.cable[direction].meddle((chunk) => {
    left -= 1;
    if (left > 0) return undefined;
    const struck = strike(chunk);
    if (struck?.isDone === true) stop();
    return struck?.chunks;
  });
};
