/**
 * A device on a bench: the firmware on the emulator's board, with a clock that the test moves, a
 * cable that remembers every byte, secrets under watch, and an end that is only noted.
 */
import type {
  BootReason,
  Hal,
  LogEvent,
  Press,
  Rng,
  Screen,
  SecretKind,
} from "../../firmware/hal.ts";
import { createSigner, NOBODY, type Signer, type Trust } from "../../firmware/index.ts";
import { type Approval, createButtons } from "../../hardware/emulator/board/buttons.ts";
import { createBoard } from "../../hardware/emulator/board/board.ts";
import { createCable } from "../../hardware/emulator/lines/cable.ts";
import type { ImportingSecrets } from "../../hardware/secrets/index.ts";
import { systemRng } from "../secrets/oracles/system-rng.ts";
import {
  type Client,
  type Identity,
  type Line,
  noiseSuite,
  openClient,
} from "../../host/driver/index.ts";
import { fail, ok } from "../../protocol/errors.ts";
import { ROLES } from "../../protocol/session/role.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { unhurried } from "./unhurried.ts";
import { type WatchedSecrets, watchSecrets } from "./watched-secrets.ts";

/** How a device is set up. */
export interface BenchOptions {
  readonly name?: string;
  readonly approve?: Approval;
  /** Brought along, as an insecure emulator's. */
  readonly seed?: Uint8Array;
  /** A board that real keys may live on: its identity is not insecure. */
  readonly isSecure?: boolean;
  readonly lastReason?: BootReason;
  /** Whom it believes; the bench's host with every role unless told. */
  readonly trust?: Trust;
  readonly rng?: Rng;
  readonly onSignature?: (count: number) => void;
  /** What holds the keys; a fresh portable engine unless told. */
  readonly engine?: () => ImportingSecrets;
}

/** A device, its surroundings, and what was seen of it. */
export interface Bench {
  readonly hal: () => Hal;
  readonly clock: FakeClock;
  readonly phase: () => ReturnType<Signer["phase"]>;
  readonly live: () => readonly SecretKind[];
  readonly signatures: () => number;
  readonly screens: readonly Screen[];
  readonly log: readonly LogEvent[];
  /** Reasons for which boots ended. */
  readonly ends: readonly BootReason[];
  /** Every piece that crossed the cable. */
  readonly toDevice: readonly Uint8Array[];
  readonly fromDevice: readonly Uint8Array[];
  readonly press: (press: Press) => void;
  /** A press after which the clock stands still. */
  readonly hurry: (press: Press) => void;
  /** The host's end of the cable; throws while another has it. */
  readonly attach: () => Line;
  readonly connect: () => Promise<Client>;
  /** The bench's host, and what it knows of the device. */
  readonly identity: Identity;
  /** The device's link key, while it holds keys. */
  readonly linkKey: () => Uint8Array | undefined;
  /** Boots anew; what the last boot still does, nobody hears. */
  readonly reboot: (lastReason: BootReason) => void;
  readonly unplug: () => void;
  /** Lets what is under way settle, moves the clock, and lets that settle. */
  readonly pass: (ms: number) => Promise<void>;
}

/** The last screen that asked something; afterwards the display goes back to the status. */
export const lastQuestion = (screens: readonly Screen[]): Screen => {
  const question = screens.findLast(({ kind }) => kind !== "status");
  if (question === undefined) throw new Error("no question was shown");
  return question;
};

/** Gives everything under way on cable and promises its turn. */
export const settle = async (rounds = 12): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

/** The bench's host: known to the device in every role, and knowing its link key. */
const createHost = (linkKey: () => Uint8Array | undefined) => {
  const hostKey = noiseSuite.keyPair(crypto.getRandomValues(new Uint8Array(32)));
  const identity: Identity = {
    hostKey,
    deviceOf: () => {
      const deviceKey = linkKey();
      const grants = ROLES.map((role) => ({ role }));
      return ok(deviceKey === undefined ? undefined : { deviceKey, grants });
    },
  };
  const trust: Trust = { ...NOBODY, hosts: [{ key: hostKey.publicKey, roles: ROLES }] };
  return { identity, trust };
};

/** Time passes in steps, so that both ends have their say; days pass at once. */
const [STEP_MS, PATIENT_MS] = [1000, 300_000];

/** What outlives a boot. */
const createRoom = (options: BenchOptions) => {
  const screens: Screen[] = [];
  const log: LogEvent[] = [];
  const ends: BootReason[] = [];
  const toDevice: Uint8Array[] = [];
  const fromDevice: Uint8Array[] = [];
  const [clock, cable] = [createFakeClock(), createCable()];
  const buttons = unhurried(createButtons(options.approve ?? "auto"), clock);
  return { clock, cable, screens, log, ends, toDevice, fromDevice, buttons };
};

const boardOf = (
  options: BenchOptions,
  room: ReturnType<typeof createRoom>,
  lastReason: BootReason,
  isCurrent: () => boolean,
): { readonly hal: Hal; readonly secrets: WatchedSecrets } => {
  const { name = "A", rng = systemRng(), onSignature = () => undefined } = options;
  const { clock, cable, buttons } = room;
  const secrets = watchSecrets(rng, onSignature, options.engine?.());
  const send = (bytes: Uint8Array): void => {
    if (!isCurrent()) return;
    room.fromDevice.push(bytes);
    cable.device.send(bytes);
  };
  const board = createBoard({
    name,
    link: { ...cable.device, send },
    rng,
    secrets,
    buttons,
    lastReason,
    onScreen: (screen) => void room.screens.push(screen),
    log: { append: (event) => void room.log.push(event) },
    onEnd: (reason) => void room.ends.push(reason),
  });
  const identity = { ...board.identity, insecure: options.isSecure !== true };
  return { hal: { ...board, clock, identity }, secrets };
};

/** Starts a device. */
export const createBench = (options: BenchOptions = {}): Bench => {
  const room = createRoom(options);
  const { cable, clock } = room;
  const host = createHost(() => now.signer.linkKey());
  const { trust = host.trust } = options;
  let boots = 0;
  const boot = (lastReason: BootReason) => {
    boots += 1;
    const number = boots;
    const { hal, secrets } = boardOf(options, room, lastReason, () => number === boots);
    const { seed } = options;
    const insecure = seed === undefined ? {} : { insecureSeed: { seed: secrets.importSeed(seed) } };
    const signer = createSigner(hal, { network: "regtest", ...insecure, trust });
    if (!signer.ok) throw new Error(`the device does not start: ${signer.error}`);
    return { hal, secrets, signer: signer.value };
  };
  let now = boot(options.lastReason ?? "power");
  const take = (): Line | undefined => {
    const end = cable.attach();
    if (end === undefined) return undefined;
    const write: Line["write"] = (bytes) => {
      room.toDevice.push(bytes);
      return end.write(bytes);
    };
    return { ...end, write };
  };
  const open = () => {
    const line = take();
    return Promise.resolve(line === undefined ? fail("port_busy") : ok(line));
  };
  return {
    ...room,
    hal: () => now.hal,
    phase: () => now.signer.phase(),
    live: () => now.secrets.live(),
    signatures: () => now.secrets.signatures(),
    press: room.buttons.press,
    hurry: room.buttons.hurry,
    attach: () => {
      const line = take();
      if (line === undefined) throw new Error("another holds the cable");
      return line;
    },
    identity: host.identity,
    linkKey: () => now.signer.linkKey(),
    connect: async () => {
      const client = await openClient({ open, identity: host.identity, reconnectMs: 2000 });
      if (!client.ok) throw new Error(`no signer answers: ${client.error}`);
      return client.value;
    },
    reboot: (lastReason) => {
      cable.reseat();
      now = boot(lastReason);
    },
    unplug: cable.reseat,
    pass: async (ms) => {
      // In one leap the device would hear nothing of its host for so long, and give the link up.
      const step = ms > PATIENT_MS ? ms : STEP_MS;
      await settle();
      for (let left = ms; left > 0; left -= step) {
        clock.advance(Math.min(step, left));
        await settle();
      }
    },
  };
};
