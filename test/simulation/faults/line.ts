/** A line that stalls, keeps silent, returns what was sent, crawls, or goes. */
import { FLAGS } from "../../../protocol/frame/frame.ts";
import type { Cable } from "../cable.ts";
import { anyDirection, duringAttempt, type Fault, type FaultRoom, fromSomeChunk } from "./fault.ts";
import { frameOf } from "../../../hardware/emulator/kit/faults/frames.ts";

const pipesOf = (room: FaultRoom): readonly Cable["toHost"][] => {
  const { cable, chance } = room;
  if (chance.isLucky(0.5)) return [cable.toDevice, cable.toHost];
  return [cable[anyDirection(room)]];
};

/** Some time in the life of a run. */
const atSomeTime = (room: FaultRoom, action: () => void): void => {
  if (room.chance.isLucky(0.7)) duringAttempt(room, 2_000, action);
  else
    room.world.after(room.chance.magnitude(1, 10_000), () => {
      if (!room.isOver()) action();
    });
};

const stall: Fault = (room) =>
  atSomeTime(room, () => {
    room.happened();
    const ms = room.chance.magnitude(1, 60_000);
    for (const pipe of pipesOf(room)) pipe.stall(ms);
  });

const silence: Fault = (room) =>
  atSomeTime(room, () => {
    room.happened();
    const stops = pipesOf(room).map((pipe) => pipe.meddle(() => []));
    room.world.after(room.chance.magnitude(1, 30_000), () => {
      for (const stop of stops) stop();
    });
  });

/** While a person thinks nobody has anything to say: only a PING finds out that nobody is there. */
const silenceWhileAsking: Fault = (room) =>
  duringAttempt(room, 10, () => {
    const { person, world, chance, happened } = room;
    person.dawdle(chance.between(30_000, 60_000));
    world.after(chance.between(300, 3_000), () => {
      happened();
      const stops = pipesOf(room).map((pipe) => pipe.meddle(() => []));
      world.after(chance.between(12_000, 30_000), () => {
        for (const stop of stops) stop();
      });
    });
  });

/** Each end, or one of them, hears itself. */
const echo: Fault = (room) => {
  const { cable, chance, world } = room;
  const begin = (): void => {
    room.happened();
    const isBoth = chance.isLucky(0.3);
    const ends = isBoth ? (["toDevice", "toHost"] as const) : [anyDirection(room)];
    const stops = ends.map((direction) => {
      const back = direction === "toDevice" ? cable.toHost : cable.toDevice;
      return cable[direction].meddle((chunk) => {
        back.inject(chunk);
        return undefined;
      });
    });
    world.after(chance.magnitude(10, 20_000), () => {
      for (const stop of stops) stop();
    });
  };
  if (chance.isLucky(0.3)) begin();
  else atSomeTime(room, begin);
};

/** One byte a second, for a while. */
const crawl: Fault = (room) =>
  atSomeTime(room, () => {
    room.happened();
    const pipes = pipesOf(room);
    for (const pipe of pipes) pipe.slow(0.001);
    room.world.after(room.chance.magnitude(1_000, 60_000), () => {
      for (const pipe of pipes) pipe.slow();
    });
  });

/** Pulls the cable out, and puts it back before the host gives up, or after. */
const unplug = ({ cable, chance, world, happened }: FaultRoom): void => {
  happened();
  cable.unplug();
  world.after(chance.magnitude(1, 15_000), cable.plug);
};

/** In the middle of a chunk that is such a one. */
const unplugAt =
  (isMoment: (chunk: Uint8Array, room: FaultRoom) => boolean): Fault =>
  (room) => {
    const { world, plan, chance } = room;
    const direction = anyDirection(room);
    fromSomeChunk(room, direction, (chunk) => {
      if (!isMoment(chunk, room)) return undefined;
      world.after(plan.nature.latencyMs + 0.01, () => unplug(room));
      return { chunks: [chunk.subarray(0, chance.below(chunk.length))], isDone: true };
    });
  };

/** A frame after which its record goes on. */
const isWithinRecord = (chunk: Uint8Array): boolean => {
  const frame = frameOf(chunk);
  return frame?.type === "data" && (frame.flags & FLAGS.last) === 0;
};

const isWithinBody = (chunk: Uint8Array, { device }: FaultRoom): boolean =>
  frameOf(chunk)?.type === "data" && (device.boot()?.signer.load().heldBytes ?? 0) > 0;

/** The cable goes when the transaction is charged, and nobody has heard of it. */
const unplugAfterCommit: Fault = (room) => {
  const { device, world, chance, isOver } = room;
  let left = chance.between(1, 2);
  device.onCommit(() => {
    left -= 1;
    if (left !== 0 || isOver()) return;
    world.after(chance.pick([0, 0.5, 5, 50]), () => unplug(room));
  });
};

/** Faults of the line as a whole. */
export const LINE_FAULTS = {
  stall,
  silence,
  "silence while asking": silenceWhileAsking,
  "every byte echoed": echo,
  "one byte a second": crawl,
  "unplugged in a frame": unplugAt(() => true),
  "unplugged in a record": unplugAt(isWithinRecord),
  "unplugged in a body": unplugAt(isWithinBody),
  "unplugged after the commit": unplugAfterCommit,
} as const satisfies Record<string, Fault>;
