/**
 * The emulator in a test's own process: the same firmware on the same board, with a cable in
 * memory and a client at its other end.
 */
import type { BootReason, Press } from "../../../firmware/hal.ts";
import { boot } from "./boot.ts";
import { createRemains, type Remains } from "./remains.ts";
import { dealings } from "./clients.ts";
import type { Emulator } from "./emulated.ts";
import type { EmulatorOptions } from "./options.ts";
import { restore } from "./restoring.ts";
import { snappedOptions, type Snapshot, snapshotOf } from "./snapshot.ts";
import { createVirtualClock } from "./virtual-clock.ts";
import { createWays } from "./ways.ts";

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

type Until = <T>(promise: Promise<T>) => Promise<T>;

const takeSnapshot = (remains: Remains): Snapshot => {
  const { options, chance, clock, inputs, beganMs, showing, faults } = remains;
  if (inputs === undefined) {
    throw new Error(
      'snapshot(): made with clock: createVirtualClock() and secrets: "portable" only',
    );
  }
  if (faults.count() > 0) throw new Error("snapshot(): what has had a fault is not repeated");
  const came = inputs.all();
  if (came === undefined) throw new Error("snapshot(): too much has come to it to be repeated");
  const place = { beganMs, atMs: clock.nowMs(), steps: clock.steps() };
  const { screens } = showing;
  return snapshotOf({ ...place, rngSeed: chance.seed, options, inputs: came, screens });
};

/** Commands of whoever tests, which come to the device from outside. */
const handlesOf = (remains: Remains, restart: (reason: BootReason) => void) => {
  const { cable, hand, inputs, faults } = remains;
  return {
    press: (press: Press): void => {
      inputs?.add({ what: "press", press });
      hand.press(press);
    },
    unplug: (): void => {
      inputs?.add({ what: "unplugged" });
      cable.unplug();
    },
    replug: (): void => {
      inputs?.add({ what: "plugged" });
      cable.plug();
    },
    powerCut: (): void => {
      inputs?.add({ what: "power-cut" });
      faults.parts.powerOff();
      restart("power");
    },
  };
};

/** A boot that does not come to be leaves nothing behind either. */
const bootOrLeave = (...given: Parameters<typeof boot>): ReturnType<typeof boot> => {
  try {
    return boot(...given);
  } catch (error) {
    given[0].endBoot();
    throw error;
  }
};

const report = (problem: Error, { strict }: EmulatorOptions): void => {
  if (strict === true) throw problem;
  if (strict === undefined) process.stderr.write(`${problem.message}\n`);
};

/** What of it only restoring needs. */
interface Started {
  readonly emulator: Emulator;
  readonly remains: Remains;
}

const start = (options: EmulatorOptions): Started => {
  const remains = createRemains(options);
  const { cable, showing, log, hand, host, chance } = remains;
  const { screens } = showing;
  const until: Until = (promise) => options.clock?.until(promise) ?? promise;
  const restart = (reason: BootReason): void => {
    cable.reseat();
    remains.endBoot();
    signer = bootOrLeave(remains, reason, restart);
  };
  let signer = bootOrLeave(remains, "power", restart);
  const { client, connect, open, closeClients } = dealings(remains);
  const ways = createWays(cable, options.clock);
  const emulator: Emulator = {
    client,
    connect,
    open,
    identity: host.identity,
    get path() {
      return ways.path();
    },
    listen: ways.listen,
    rngSeed: chance.seed,
    phase: () => signer.phase(),
    lastReason: () => remains.lastReason,
    fingerprint: () => signer.fingerprint()?.toHex(),
    screen: () => screens.at(-1),
    screens,
    shows: (...wanted) => until(showing.shows(...wanted)),
    approval: hand.approval,
    signatures: () => remains.signatures,
    log,
    transcript: remains.recorder.transcript,
    ...handlesOf(remains, restart),
    faults: remains.faults,
    advance: (ms) => (options.clock === undefined ? pause(ms) : options.clock.advance(ms)),
    snapshot: () => takeSnapshot(remains),
    restore: (snapshot) => createEmulator({ from: snapshot }),
    [Symbol.asyncDispose]: async () => {
      const problem = hand.problem();
      try {
        await until(closeClients());
      } finally {
        // Also where what a test has left on the clock throws meanwhile.
        cable.unplug();
        await ways.close();
        remains.endBoot();
      }
      if (problem !== undefined) report(problem, options);
    },
  };
  return { emulator, remains };
};

/** One in the state of a snapshot. */
const startFrom = async (from: Snapshot, given: EmulatorOptions): Promise<Emulator> => {
  const { from: _, clock = createVirtualClock(), strict, transcriptBytes, ...others } = given;
  if (Object.keys(others).length > 0) {
    throw new Error(
      `createEmulator({ from }): ${Object.keys(others).join(", ")} is the snapshot's`,
    );
  }
  if (clock.nowMs() > from.beganMs) throw new Error("createEmulator({ from }): its clock is ahead");
  await clock.advance(from.beganMs - clock.nowMs());
  const { emulator, remains } = start({
    ...snappedOptions(from),
    ...(strict === undefined ? {} : { strict }),
    ...(transcriptBytes === undefined ? {} : { transcriptBytes }),
    clock,
    from,
  });
  const { cable, clock: deviceClock } = remains;
  await restore({ emulator, cable, clock, deviceClock }, from);
  return emulator;
};

/** A running emulator; rejects where it does not boot. Drop it and it is gone. */
export const createEmulator = async (options: EmulatorOptions = {}): Promise<Emulator> =>
  options.from === undefined ? start(options).emulator : startFrom(options.from, options);
