/** One boot of an emulator in process: the firmware on a board of its own, and what outlives it. */
import { mnemonicToSeedSync, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import type { BootReason, Crypto, LogEvent, Rng } from "../../../firmware/hal.ts";
import { createSigner, seedValues, type Signer } from "../../../firmware/index.ts";
import { assert } from "../../../protocol/errors.ts";
import { createCrypto, type ImportingSecrets, openSecrets } from "../../secrets/index.ts";
import { createBoard, watchSignatures } from "../board/board.ts";
import { createClock } from "../board/clock.ts";
import { bringSeed } from "../board/own-manifest.ts";
import { type Cable, createCable } from "../lines/cable.ts";
import { createHand, createShowing, type Hand, type Showing } from "./approval/index.ts";
import { type Chance, createChance } from "./chance.ts";
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
  signer: Signer | undefined;
  /** Wipes what the present boot holds. */
  endSecrets: () => void;
  /** Signatures with keys of wallets, over all boots. */
  signatures: number;
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
  const time = clock ?? createClock();
  const note = `MAYFLY_SEED=${chance.seed}`;
  const showing = createShowing(time, note);
  const remains: Remains = {
    options,
    chance,
    cable,
    hand: createHand({ approve, clock: time, note, screen: () => showing.screens.at(-1) }),
    showing,
    log: [],
    host: createTrustedHost(chance, trust, () => remains.signer?.linkKey()),
    signer: undefined,
    endSecrets: () => undefined,
    signatures: 0,
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
    remains.signatures += 1;
    if (count !== options.dieAfterInput) return;
    remains.isDead = true;
    cable.unplug();
  });
};

/** The seed that the options bring along; words that are no mnemonic are our caller's mistake. */
const seedOf = ({ seed }: EmulatorOptions): Uint8Array | undefined => {
  if (typeof seed !== "string") return seed;
  const words = seed.trim().split(/\s+/).join(" ");
  if (!validateMnemonic(words, wordlist)) throw new Error("seed: no BIP-39 mnemonic");
  return mnemonicToSeedSync(words);
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
  const { options, chance, cable, showing, log, hand, host } = remains;
  const { name = "A", network = "regtest", clock, wallets = [] } = options;
  // The engine's is its own: how often it tests itself in this process changes nothing else.
  const streamOf = (part: string): Rng => chance.stream(`${name}/${remains.boots}/${part}`);
  const [rng, engineRng] = [streamOf("board"), streamOf("engine")];
  remains.boots += 1;
  const number = remains.boots;
  const isOver = (): boolean => number !== remains.boots;
  hand.letGo();
  const secrets = secretsOf(remains, engineRng);
  remains.endSecrets = () => {
    secrets.wipeAll();
    secrets.endThreads?.();
  };
  const board = createBoard({
    name,
    // A boot that is over says no more, whatever of it is still at work.
    link: {
      ...cable.device,
      send: (bytes) => {
        if (!isOver()) cable.device.send(bytes);
      },
    },
    rng,
    secrets,
    buttons: { ...hand, next: (asked) => (isOver() ? () => undefined : hand.next(asked)) },
    lastReason,
    onScreen: (screen) => {
      if (!isOver()) showing.show(screen);
    },
    log: { append: (event) => void log.push(event) },
    onEnd: (reason) => {
      if (!isOver()) onEnd(reason);
    },
    ...(clock === undefined ? {} : { clock }),
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
