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
import { assert, fail, ok } from "../../../protocol/errors.ts";
import type { ApprovalReport, Showing } from "./approval/index.ts";
import { boot, createRemains, type Remains } from "./boot.ts";
import type { Faults } from "./faults/index.ts";
import type { EmulatorOptions } from "./options.ts";

/** What a client of an emulator may be told besides where it is. */
export type ConnectOptions = Omit<ClientOptions, "open" | "wire">;

/** A signer in this process. */
export interface Emulator extends AsyncDisposable {
  /** A client of a host that has every role; it takes the cable when it is first called. */
  readonly client: Client;
  /**
   * Another client on the cable; throws where no signer answers, or another program has the cable.
   */
  readonly connect: (options?: ConnectOptions) => Promise<Client>;
  /** The clients' host, for one that is made otherwise. */
  readonly identity: Identity;
  /** The host's end of the cable, for a client or a test that talks for itself. */
  readonly open: OpenLine;
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
  readonly press: (press: Press) => void;
  readonly faults: Faults;
  /** Lets time pass on the clock it was given; on this machine's it waits. */
  readonly advance: (ms: number) => Promise<void>;
  /** Pulls the cable: who has it is hung up on, and nobody can have it before `replug`. */
  readonly unplug: () => void;
  readonly replug: () => void;
  /** The device forgets everything and boots again. */
  readonly powerCut: () => void;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

type Until = <T>(promise: Promise<T>) => Promise<T>;

const lineOf = ({ isDead, cable }: Remains): Awaited<ReturnType<OpenLine>> => {
  if (isDead || !cable.isPlugged()) return fail("port_missing");
  const line = cable.attach();
  return line === undefined ? fail("port_busy") : ok(line);
};

/** What time does for whoever calls: it passes until the answer is there. */
const patience = ({ options: { clock } }: Remains): { readonly intercept?: Intercept } =>
  clock === undefined ? {} : { intercept: (_, carry) => clock.until(carry()) };

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
    ...patience(remains),
  };
  return {
    open,
    client: lazyClient(how),
    connect: async (session: ConnectOptions = {}): Promise<Client> => {
      const opening = openClient({ ...how, ...session });
      const opened = await (clock === undefined ? opening : clock.until(opening));
      assert(opened.ok, "an emulator in process answers");
      return opened.value;
    },
  };
};

const start = (options: EmulatorOptions): Emulator => {
  const remains = createRemains(options);
  const { cable, showing, log, hand, host, chance } = remains;
  const { screens } = showing;
  const until: Until = (promise) => options.clock?.until(promise) ?? promise;
  const restart = (reason: BootReason): void => {
    cable.reseat();
    remains.endBoot();
    signer = boot(remains, reason, restart);
  };
  let signer = boot(remains, "power", restart);
  const { client, connect, open } = dealings(remains);
  return {
    client,
    connect,
    open,
    identity: host.identity,
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
    press: hand.press,
    faults: remains.faults,
    advance: (ms) => (options.clock === undefined ? pause(ms) : options.clock.advance(ms)),
    unplug: cable.unplug,
    replug: cable.plug,
    powerCut: () => {
      remains.faults.parts.powerOff();
      restart("power");
    },
    [Symbol.asyncDispose]: async () => {
      const problem = options.strict === false ? undefined : hand.problem();
      await until(client.close());
      cable.unplug();
      remains.endBoot();
      if (problem !== undefined) throw problem;
    },
  };
};

/** A running emulator; rejects where it does not boot. Drop it and it is gone. */
export const createEmulator = (options: EmulatorOptions = {}): Promise<Emulator> =>
  new Promise((resolve) => resolve(start(options)));
