/** One boot of an emulator in process: the firmware on a board of its own. */
import type { BootReason, Buttons, Clock, Hal, Rng } from "../../../firmware/hal.ts";
import { createSigner, seedValues, type Signer } from "../../../firmware/index.ts";
import type { ImportingSecrets } from "../../secrets/index.ts";
import { createBoard, watchSignatures } from "../board/board.ts";
import { bringSeed } from "../board/own-manifest.ts";
import { seedOfWords } from "../board/seed-words.ts";
import { createBootClock } from "./boot-clock.ts";
import { engineOf, heldHal } from "./engine.ts";
import type { EmulatorOptions } from "./options.ts";
import type { Remains } from "./remains.ts";

/** The process is a test's: nothing protects it, and its heap is the test's own. */
const SHARED = { volatile: false, missing: ["a process of its own"] } as const;

const secretsOf = (
  remains: Remains,
  rng: Rng,
  isPresent: () => boolean,
  onBrownOut: () => void,
): ImportingSecrets => {
  const { options, cable, faults } = remains;
  const engine = { ...engineOf(options, rng), ...SHARED };
  const watched = watchSignatures(engine, (count) => {
    if (!isPresent() || remains.isDead) return; // without power nothing is signed
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

/** Presses that answer a question are told. */
const buttonsOf = ({ hand, recorder }: Remains, isPresent: () => boolean): Buttons => ({
  next: (asked) => {
    if (!isPresent()) return () => undefined;
    return hand.next((press) => {
      recorder.press(press);
      asked(press);
    });
  },
});

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
  const { options, cable, showing, log, hand, faults, lastReason, recorder } = remains;
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
    buttons: { ...hand, ...buttonsOf(remains, isPresent) },
    lastReason,
    onScreen: (screen) => {
      if (!isPresent()) return;
      showing.show(screen);
      recorder.screen(screen);
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
  const secrets = secretsOf(remains, engineRng, isPresent, () => {
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
  if (seed === undefined && wallets.length > 0) {
    throw new Error("wallets: without a seed it has no manifest that could list them");
  }
  const brought = seed === undefined ? {} : { insecureSeed: bringSeed(own, seed) };
  const onPhase = (): void => remains.recorder.look();
  const started = createSigner(heldHal(board, options), { network, trust, onPhase, ...brought });
  if (!started.ok) throw new Error(`the emulator does not boot: ${started.error}`);
  remains.signer = started.value;
  remains.recorder.look(true);
  return started.value;
};
