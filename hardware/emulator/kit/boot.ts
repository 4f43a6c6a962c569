/** One boot of an emulator in process: the firmware on a board of its own, and what outlives it. */
import type { BootReason, Clock, Crypto, Hal, LogEvent, Rng } from "../../../firmware/hal.ts";
import { createSigner, seedValues, type Signer } from "../../../firmware/index.ts";
import { createCrypto, type ImportingSecrets, openSecrets } from "../../secrets/index.ts";
import { createBoard, watchSignatures } from "../board/board.ts";
import { createClock } from "../board/clock.ts";
import { bringSeed } from "../board/own-manifest.ts";
import { seedOfWords } from "../board/seed-words.ts";
import { type Cable, createCable } from "../lines/cable.ts";
import { createHand, createShowing, type Hand, type Showing } from "./approval/index.ts";
import { createBootClock } from "./boot-clock.ts";
import { type Chance, createChance } from "./chance.ts";
import { drawsFrom } from "./faults/draws.ts";
import { createFaults, type FaultsRoom } from "./faults/index.ts";
import { createTrustedHost, type TrustedHost } from "./host.ts";
import type { EmulatorOptions } from "./options.ts";

/** What outlives a boot. */
export interface Remains {
  readonly options: EmulatorOptions;
  readonly chance: Chance;
  readonly cable: Cable;
  readonly hand: Hand;
  readonly showing: Showing;
  readonly log: LogEvent[];
  readonly host: TrustedHost;
  readonly clock: Clock;
  readonly faults: FaultsRoom;
  signer: Signer | undefined;
  /** Ends the present boot: its secrets are wiped and their pages given back, its timers stop. */
  endBoot: () => void;
  /** Signatures with keys of wallets, over all boots. */
  signatures: number;
  /** So many began. */
  boots: number;
  /** Why the present one did. */
  lastReason: BootReason;
  /** It went down in the middle, as it was told, and stays down. */
  isDead: boolean;
}

/** An emulator that has not booted yet. */
export const createRemains = (options: EmulatorOptions): Remains => {
  const { approve = "auto", clock, trust, rngSeed } = options;
  const chance = createChance(rngSeed);
  const time = clock ?? createClock();
  const cable =
    clock === undefined ? createCable() : createCable((soon) => void clock.after(0, soon));
  const note = `MAYFLY_SEED=${chance.seed}`;
  const showing = createShowing(time, note);
  const remains: Remains = {
    options,
    chance,
    cable,
    hand: createHand({ approve, clock: time, note, screen: () => showing.screens.at(-1) }),
    showing,
    log: [],
    clock: time,
    faults: createFaults(
      { ...cable, clock: time, draws: drawsFrom(chance.stream("faults")) },
      time,
      options.faults,
    ),
    host: createTrustedHost(chance, trust, () => remains.signer?.linkKey()),
    signer: undefined,
    endBoot: () => undefined,
    signatures: 0,
    boots: 0,
    lastReason: "power",
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
  if (!opened.ok) throw new Error(`the emulator does not boot: ${opened.error}`);
  return opened.value;
};

/** The process is a test's: nothing protects it, and its heap is the test's own. */
const SHARED = { volatile: false, missing: ["a process of its own"] } as const;

const secretsOf = (remains: Remains, rng: Rng, onBrownOut: () => void): ImportingSecrets => {
  const { options, cable, faults } = remains;
  const engine = { ...engineOf(options, rng), ...SHARED };
  const watched = watchSignatures(engine, (count) => {
    remains.signatures += 1;
    if (count !== options.dieAfterInput) return;
    remains.isDead = true;
    cable.unplug();
  });
  return faults.parts.secrets(watched, onBrownOut);
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

/** What of a board is a boot's own. */
interface BootParts {
  /** A boot that is over says no more, whatever of it is still at work. */
  readonly isPresent: () => boolean;
  readonly rng: Rng;
  readonly secrets: ImportingSecrets;
  readonly clock: Clock;
  readonly onEnd: (reason: BootReason) => void;
}

const boardOf = (remains: Remains, boot: BootParts): Hal => {
  const { options, cable, showing, log, hand, faults, lastReason } = remains;
  const { isPresent, clock, onEnd } = boot;
  const { name = "A" } = options;
  const { parts } = faults;
  const send = (bytes: Uint8Array): void => {
    if (isPresent()) cable.device.send(bytes);
  };
  return createBoard({
    name,
    link: parts.link({ ...cable.device, send }, clock),
    rng: boot.rng,
    secrets: boot.secrets,
    buttons: { ...hand, next: (asked) => (isPresent() ? hand.next(asked) : () => undefined) },
    lastReason,
    onScreen: (screen) => {
      if (isPresent()) showing.show(screen);
    },
    log: {
      append: (event) => {
        if (isPresent()) log.push(event);
      },
    },
    onEnd: (reason) => {
      if (isPresent()) onEnd(reason);
    },
    clock,
    tamper: parts.tamper,
  });
};

/** Boots for that reason; `onEnd` is told why the boot ended, once. */
export const boot = (
  remains: Remains,
  lastReason: BootReason,
  onEnd: (reason: BootReason) => void,
): Signer => {
  const { options, chance, host, clock, faults } = remains;
  const { name = "A", network = "regtest", wallets = [] } = options;
  const { parts } = faults;
  remains.hand.letGo();
  // The engine's is its own: how often it tests itself in this process changes nothing else.
  const streamOf = (part: string): Rng => chance.stream(`${name}/${remains.boots}/${part}`);
  const rng = parts.rng(streamOf("board"));
  const engineRng = parts.rng(streamOf("engine"));
  remains.boots += 1;
  remains.lastReason = lastReason;
  const number = remains.boots;
  const isPresent = (): boolean => number === remains.boots;
  const secrets = secretsOf(remains, engineRng, () => {
    // The power is gone at once: what the boot still does reaches nobody.
    if (!isPresent()) return;
    remains.boots += 1;
    clock.after(0, () => onEnd("brown-out"));
  });
  const bootClock = createBootClock(parts.clock(clock));
  remains.endBoot = () => {
    bootClock.stop();
    secrets.close();
  };
  const board = boardOf(remains, { isPresent, rng, secrets, clock: bootClock, onEnd });
  const { trust } = host;
  const own = { identity: board.identity, network, trust, secrets, wallets, valuesOf: seedValues };
  const seed = seedOf(options);
  const brought = seed === undefined ? {} : { insecureSeed: bringSeed(own, seed) };
  const hal = { ...board, crypto: heldCrypto(options, secrets.engine) };
  const started = createSigner(hal, { network, trust, ...brought });
  if (!started.ok) throw new Error(`the emulator does not boot: ${started.error}`);
  remains.signer = started.value;
  return started.value;
};
