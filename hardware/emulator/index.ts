/**
 * The emulator in a test's own process: the same firmware on the same board, with a cable in
 * memory and a client at its other end. `mayfly emulate` runs main.ts, a process for each signer.
 */
import type { BootReason, LogEvent, Press, Rng, Screen, Secrets } from "../../firmware/hal.ts";
import {
  createSigner,
  type NetworkName,
  seedValues,
  type Signer,
  type Trust,
} from "../../firmware/index.ts";
import {
  type Client,
  type ClientOptions,
  type Identity,
  noiseSuite,
  openClient,
  type OpenLine,
} from "../../host/driver/index.ts";
import { randomBytes } from "node:crypto";
import { assert, fail, ok } from "../../protocol/errors.ts";
import { ROLES } from "../../protocol/session/role.ts";
import { type ImportingSecrets, openSecrets } from "../secrets/index.ts";
import { type Approval, createButtons } from "./board/buttons.ts";
import { createBoard, watchSignatures } from "./board/board.ts";
import { createCable } from "./lines/cable.ts";
import { bringSeed } from "./board/own-manifest.ts";
import { createSeededRng, openSystemRng } from "./board/rng.ts";

/** How an emulator in process is made. */
export interface EmulatorOptions {
  readonly name?: string;
  readonly network?: NetworkName;
  readonly approve?: Approval;
  /** An insecure seed brought along, 16 to 64 bytes: the device is ready at once. */
  readonly seed?: Uint8Array;
  /** Whom the device believes besides the host that `connect` is. */
  readonly trust?: Trust;
  /** Makes the device's randomness repeatable. */
  readonly rngSeed?: Uint8Array;
  /** The cable goes right after the n-th signature, and the device with it. */
  readonly dieAfterInput?: number;
  /** What holds the keys; unless told, the native engine where it runs. */
  readonly secrets?: Secrets["engine"];
  /** Threads of the native engine, which end with the boot; none unless told. */
  readonly threads?: number;
}

/** A signer in this process. */
export interface Emulator {
  /**
   * A client of its own on the cable, of a host that the device trusts with every role; throws
   * where no signer answers.
   */
  readonly connect: (options?: Omit<ClientOptions, "open" | "wire">) => Promise<Client>;
  /** That host, for a client that is made otherwise. */
  readonly identity: Identity;
  /** The host's end of the cable, for a client or a test that talks for itself. */
  readonly open: OpenLine;
  readonly phase: () => ReturnType<Signer["phase"]>;
  readonly screens: readonly Screen[];
  readonly log: readonly LogEvent[];
  readonly press: (press: Press) => void;
  readonly unplug: () => void;
  /** The device forgets everything and boots again. */
  readonly powerCut: () => void;
}

/** A host that the device is told to trust, and that knows the device. */
const createHost = ({ trust }: EmulatorOptions, linkKey: () => Uint8Array | undefined) => {
  const hostKey = noiseSuite.keyPair(Uint8Array.from(randomBytes(32)));
  const { generation = 1, hosts = [], revoked = [] } = trust ?? {};
  const own = { key: hostKey.publicKey, roles: ROLES };
  const identity: Identity = {
    hostKey,
    deviceOf: () => {
      const deviceKey = linkKey();
      const grants = ROLES.map((role) => ({ role }));
      return ok(deviceKey === undefined ? undefined : { deviceKey, grants });
    },
  };
  return { identity, trust: { generation, hosts: [...hosts, own], revoked } };
};

/** What outlives a boot. */
const createRemains = (options: EmulatorOptions) => {
  const { approve = "auto" } = options;
  const screens: Screen[] = [];
  const log: LogEvent[] = [];
  const [cable, buttons] = [createCable(), createButtons(approve)];
  const current: { signer: Signer | undefined; endSecrets: () => void } = {
    signer: undefined,
    endSecrets: () => undefined,
  };
  const host = createHost(options, () => current.signer?.linkKey());
  // Dead: it went down in the middle, as it was told, and stays down.
  return { cable, buttons, screens, log, host, current, boots: 0, isDead: false };
};

type Remains = ReturnType<typeof createRemains>;

/** The engine that was asked for, or the first that is to be had. */
const engineOf = (
  { secrets, rngSeed, threads = 0 }: EmulatorOptions,
  rng: Rng,
): ImportingSecrets => {
  const insecure = rngSeed === undefined ? {} : { insecureRng: rng };
  const native = openSecrets({ engine: secrets ?? "native", rng, threads, ...insecure });
  if (native.ok) return native.value;
  const isForced = secrets !== undefined || native.error !== "engine_missing";
  const opened = isForced ? native : openSecrets({ engine: "portable", rng });
  assert(opened.ok, "an emulator in process has an engine");
  return opened.value;
};

/** The process is a test's: nothing protects it, and its heap is the test's own. */
const SHARED = { volatile: false, missing: ["a process of its own"] } as const;

const secretsOf = (options: EmulatorOptions, remains: Remains, rng: Rng) =>
  watchSignatures({ ...engineOf(options, rng), ...SHARED }, (count) => {
    if (count !== options.dieAfterInput) return;
    remains.isDead = true;
    remains.cable.unplug();
  });

const rngOf = ({ rngSeed }: EmulatorOptions, label: string): Rng => {
  const opened = rngSeed === undefined ? openSystemRng() : ok(createSeededRng(rngSeed, label));
  assert(opened.ok, "the emulator's generator works");
  return opened.value;
};

/** One boot, on a board of its own. */
const boot = (
  options: EmulatorOptions,
  remains: Remains,
  lastReason: BootReason,
  onEnd: (reason: BootReason) => void,
): Signer => {
  const { name = "A", network = "regtest", seed } = options;
  const label = `${name}/${remains.boots}`;
  remains.boots += 1;
  const number = remains.boots;
  const { cable, screens, log, buttons } = remains;
  const rng = rngOf(options, label);
  const secrets = secretsOf(options, remains, rng);
  remains.current.endSecrets = () => {
    secrets.wipeAll();
    secrets.endThreads?.();
  };
  const board = createBoard({
    name,
    // A boot that is over says no more, whatever of it is still at work.
    link: {
      ...cable.device,
      send: (bytes) => {
        if (number === remains.boots) cable.device.send(bytes);
      },
    },
    rng,
    secrets,
    buttons,
    lastReason,
    onScreen: (screen) => void screens.push(screen),
    log: { append: (event) => void log.push(event) },
    onEnd: (reason) => {
      if (number === remains.boots) onEnd(reason);
    },
  });
  const { trust } = remains.host;
  const own = { identity: board.identity, network, trust, secrets, valuesOf: seedValues };
  const brought = seed === undefined ? {} : { insecureSeed: bringSeed(own, seed) };
  const started = createSigner(board, { network, trust, ...brought });
  assert(started.ok, "the emulator's generator works");
  remains.current.signer = started.value;
  return started.value;
};

/** A running emulator. It leaves nothing behind: drop it and it is gone. */
export const createEmulator = (options: EmulatorOptions = {}): Emulator => {
  const remains = createRemains(options);
  const { cable, screens, log, buttons } = remains;
  const restart = (reason: BootReason): void => {
    cable.unplug();
    remains.current.endSecrets(); // its pages go with the last reference to them
    signer = boot(options, remains, reason, restart);
  };
  let signer = boot(options, remains, "power", restart);
  const { identity } = remains.host;

  const open: OpenLine = () => {
    const line = remains.isDead ? undefined : cable.attach();
    const missing = remains.isDead ? "port_missing" : "port_busy";
    return Promise.resolve(line === undefined ? fail(missing) : ok(line));
  };
  return {
    connect: async (session = {}) => {
      const client = await openClient({ identity, ...session, open });
      assert(client.ok, "an emulator in process answers");
      return client.value;
    },
    open,
    identity,
    phase: () => signer.phase(),
    screens,
    log,
    press: buttons.press,
    unplug: cable.unplug,
    powerCut: () => restart("power"),
  };
};
