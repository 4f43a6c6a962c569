/**
 * The emulator in a test's own process: the same firmware on the same board, with a cable in
 * memory and a client at its other end.
 */
import type { BootReason, LogEvent, Press, Screen } from "../../../firmware/hal.ts";
import type { Signer } from "../../../firmware/index.ts";
import {
  type Client,
  type ClientOptions,
  type Identity,
  type Intercept,
  lazyClient,
  openClient,
  type OpenLine,
} from "../../../host/driver/index.ts";
import { fail, ok } from "../../../protocol/errors.ts";
import type { ApprovalReport, Showing } from "./approval/index.ts";
import { boot, createRemains, type Remains } from "./boot.ts";
import type { Faults } from "./faults/index.ts";
import type { EmulatorOptions } from "./options.ts";
import { createWays, type Ways } from "./ways.ts";
import { restore } from "./restoring.ts";
import { snappedOptions, type Snapshot, snapshotOf } from "./snapshot.ts";
import type { Transcript } from "./transcript/transcript.ts";
import { createVirtualClock } from "./virtual-clock.ts";

/** What a client of an emulator may be told besides where it is. */
export type ConnectOptions = Omit<ClientOptions, "open" | "wire">;

/** A signer in this process. */
export interface Emulator extends AsyncDisposable {
  /** A client of a host that has every role; it takes the cable when it is first called. */
  readonly client: Client;
  /**
   * Another client on the cable; throws where no signer answers, or another program has the cable.
   * It is closed with the emulator at the latest.
   */
  readonly connect: (options?: ConnectOptions) => Promise<Client>;
  /** The clients' host, for one that is made otherwise. */
  readonly identity: Identity;
  /** The host's end of the cable, for a client or a test that talks for itself. */
  readonly open: OpenLine;
  /**
   * A pty for other programs, made when it is asked for: a name that holds across restarts and
   * replugs. On this machine's clock only.
   */
  readonly path: string;
  /** A Unix socket or TCP on the loopback, for the same; closed with the emulator at the latest. */
  readonly listen: Ways["listen"];
  /** What all chance comes from: told as `rngSeed`, or as `MAYFLY_SEED`, it comes again. */
  readonly rngSeed: string;
  readonly phase: () => ReturnType<Signer["phase"]>;
  /** Why it booted last. */
  readonly lastReason: () => BootReason;
  /** 8 hex digits while it holds keys. */
  readonly fingerprint: () => string | undefined;
  /** What it shows now. */
  readonly screen: () => Screen | undefined;
  /** All that it has shown, over all boots. */
  readonly screens: readonly Screen[];
  /**
   * Lets time pass until it shows such a screen, or does already; rejects after 4 s of its clock
   * unless told.
   */
  readonly shows: Showing["shows"];
  /** What became of its questions. */
  readonly approval: ApprovalReport;
  /** Signatures that it has made with keys of wallets, over all boots. */
  readonly signatures: () => number;
  readonly log: readonly LogEvent[];
  /** What crossed the cable and what happened around it, in order. */
  readonly transcript: Transcript;
  readonly press: (press: Press) => void;
  readonly faults: Faults;
  /** Lets time pass on the clock it was given; on this machine's it waits. */
  readonly advance: (ms: number) => Promise<void>;
  /** Pulls the cable: who has it is hung up on, and nobody can have it before `replug`. */
  readonly unplug: () => void;
  readonly replug: () => void;
  /** The device forgets everything and boots again. */
  readonly powerCut: () => void;
  /**
   * What brings another one to this state. Throws without a virtual clock and the portable engine.
   */
  readonly snapshot: () => Snapshot;
  /** Another emulator in the state of a snapshot, on a clock of its own. */
  readonly restore: (snapshot: Snapshot) => Promise<Emulator>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

type Until = <T>(promise: Promise<T>) => Promise<T>;

const lineOf = ({ isDead, cable }: Remains): Awaited<ReturnType<OpenLine>> => {
  if (isDead || !cable.isPlugged()) return fail("port_missing");
  const line = cable.attach();
  return line === undefined ? fail("port_busy") : ok(line);
};

/** Calls are written down as the device hears them; time passes until the answer is there. */
const interceptOf =
  ({ options: { clock }, recorder }: Remains, own?: Intercept): Intercept =>
  (call, carry) => {
    const told = () => recorder.call(call, carry);
    const answer = own === undefined ? told() : own(call, told);
    return clock === undefined ? answer : clock.until(answer);
  };

/** How clients reach it. */
const dealings = (remains: Remains) => {
  const { options, host } = remains;
  const { clock } = options;
  const open: OpenLine = () => Promise.resolve(lineOf(remains));
  const how: ClientOptions = {
    open,
    identity: host.identity,
    ...host.draws,
    ...(clock === undefined ? {} : { clock }),
    intercept: interceptOf(remains),
  };
  const client = lazyClient(how);
  const clients = new Set<Client>();
  const keep = (opened: Client): Client => {
    const close = async (): Promise<void> => {
      clients.delete(kept);
      await opened.close();
    };
    const kept: Client = { ...opened, close };
    clients.add(kept);
    return kept;
  };
  return {
    open,
    client,
    /** None of them reaches for a signer that is no more. */
    closeClients: async (): Promise<void> => {
      await Promise.all([client, ...clients].map((one) => one.close()));
    },
    connect: async (session: ConnectOptions = {}): Promise<Client> => {
      const opening = openClient({
        ...how,
        ...session,
        intercept: interceptOf(remains, session.intercept),
      });
      const opened = await (clock === undefined ? opening : clock.until(opening));
      if (opened.ok) return keep(opened.value);
      const seed = `MAYFLY_SEED=${remains.chance.seed}`;
      throw new Error(`no signer answers: ${opened.error} (${seed} has the same chance again)`);
    },
  };
};

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
