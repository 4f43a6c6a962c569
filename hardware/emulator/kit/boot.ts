/** One boot of an emulator in process: the firmware on a board of its own, and what outlives it. */
import type { BootReason, Crypto, LogEvent, Rng, Screen } from "../../../firmware/hal.ts";
import { createSigner, seedValues, type Signer } from "../../../firmware/index.ts";
import { assert } from "../../../protocol/errors.ts";
import { createCrypto, type ImportingSecrets, openSecrets } from "../../secrets/index.ts";
import { createBoard, watchSignatures } from "../board/board.ts";
import { createButtons, type PressableButtons } from "../board/buttons.ts";
import { createClock } from "../board/clock.ts";
import { bringSeed } from "../board/own-manifest.ts";
import { seedOfWords } from "../board/seed-words.ts";
import { type Cable, createCable } from "../lines/cable.ts";
import { createBootClock } from "./boot-clock.ts";
import { type Chance, createChance } from "./chance.ts";
import { createTrustedHost, type TrustedHost } from "./host.ts";
import type { EmulatorOptions } from "./options.ts";

/** What outlives a boot. */
export interface Remains {
  readonly options: EmulatorOptions;
  readonly chance: Chance;
  readonly cable: Cable;
  readonly buttons: PressableButtons;
  readonly screens: Screen[];
  readonly log: LogEvent[];
  readonly host: TrustedHost;
  signer: Signer | undefined;
  /** Ends the present boot: its secrets are wiped and their pages given back, its timers stop. */
  endBoot: () => void;
  /** So many began. */
  boots: number;
  /** It went down in the middle, as it was told, and stays down. */
  isDead: boolean;
}

/** An emulator that has not booted yet. */
export const createRemains = (options: EmulatorOptions): Remains => {
  const { approve = "auto", clock, trust, rngSeed } = options;
  const chance = createChance(rngSeed);
  const cable =
    clock === undefined ? createCable() : createCable((soon) => void clock.after(0, soon));
  const remains: Remains = {
    options,
    chance,
    cable,
    buttons: createButtons(approve),
    screens: [],
    log: [],
    host: createTrustedHost(chance, trust, () => remains.signer?.linkKey()),
    signer: undefined,
    endBoot: () => undefined,
    boots: 0,
    isDead: false,
  };
  return remains;
};

/** The engine that was asked for, or the first that is to be had. */
const engineOf = ({ secrets, threads = 0 }: EmulatorOptions, rng: Rng): ImportingSecrets => {
  const native = openSecrets({ engine: secrets ?? "native", rng, threads, insecureRng: rng });
  if (native.ok) return native.value;
  const isForced = secrets !== undefined || native.error !== "engine_missing";
  const opened = isForced ? native : openSecrets({ engine: "portable", rng });
  assert(opened.ok, "an emulator in process has an engine");
  return opened.value;
};

/** The process is a test's: nothing protects it, and its heap is the test's own. */
const SHARED = { volatile: false, missing: ["a process of its own"] } as const;

const secretsOf = (remains: Remains, rng: Rng): ImportingSecrets => {
  const { options, cable } = remains;
  return watchSignatures({ ...engineOf(options, rng), ...SHARED }, (count) => {
    if (count !== options.dieAfterInput) return;
    remains.isDead = true;
    cable.unplug();
  });
};

/** Seeds of words: 2048 rounds of HMAC each, and tests boot the same few again and again. */
const seedsOfWords = new Map<string, Uint8Array>();
const SEEDS_MOST = 256;

/** The seed that the options bring along; words that are no mnemonic are our caller's mistake. */
const seedOf = ({ seed }: EmulatorOptions): Uint8Array | undefined => {
  if (typeof seed !== "string") return seed;
  const bytes = seedsOfWords.get(seed) ?? seedOfWords(seed);
  if (bytes === undefined) throw new Error("seed: no BIP-39 mnemonic");
  if (seedsOfWords.size >= SEEDS_MOST) seedsOfWords.clear();
  seedsOfWords.set(seed, bytes);
  return bytes;
};

/** Threads and scrypt work outside of a clock's time, which stands still for them. */
const heldCrypto = ({ clock }: EmulatorOptions, engine: ImportingSecrets["engine"]): Crypto => {
  const crypto = createCrypto(engine);
  return clock === undefined
    ? crypto
    : { ...crypto, scrypt: (...given) => clock.hold(crypto.scrypt(...given)) };
};

/** Boots for that reason; `onEnd` is told why the boot ended, once. */
export const boot = (
  remains: Remains,
  lastReason: BootReason,
  onEnd: (reason: BootReason) => void,
): Signer => {
  const { options, chance, cable, screens, log, buttons, host } = remains;
  const { name = "A", network = "regtest", wallets = [] } = options;
  // The engine's is its own: how often it tests itself in this process changes nothing else.
  const streamOf = (part: string): Rng => chance.stream(`${name}/${remains.boots}/${part}`);
  const [rng, engineRng] = [streamOf("board"), streamOf("engine")];
  remains.boots += 1;
  const number = remains.boots;
  const secrets = secretsOf(remains, engineRng);
  const bootClock = createBootClock(options.clock ?? createClock());
  remains.endBoot = () => {
    bootClock.stop();
    secrets.close();
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
    clock: bootClock,
  });
  const { trust } = host;
  const own = { identity: board.identity, network, trust, secrets, wallets, valuesOf: seedValues };
  const seed = seedOf(options);
  const brought = seed === undefined ? {} : { insecureSeed: bringSeed(own, seed) };
  const hal = { ...board, crypto: heldCrypto(options, secrets.engine) };
  const started = createSigner(hal, { network, trust, ...brought });
  assert(started.ok, "the emulator's generator works");
  remains.signer = started.value;
  return started.value;
};
