/** One boot of an emulator in process: the firmware on a board of its own, and what outlives it. */
import { mnemonicToSeedSync, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import type { BootReason, LogEvent, Rng, Screen } from "../../../firmware/hal.ts";
import { createSigner, seedValues, type Signer } from "../../../firmware/index.ts";
import { assert } from "../../../protocol/errors.ts";
import type { ImportingSecrets } from "../../secrets/index.ts";
import { createBoard, watchSignatures } from "../board/board.ts";
import { createButtons, type PressableButtons } from "../board/buttons.ts";
import { bringSeed } from "../board/own-manifest.ts";
import { type Cable, createCable } from "../lines/cable.ts";
import { type Chance, createChance } from "./chance.ts";
import { engineOf, heldHal } from "./engine.ts";
import { createDeviceClock, type DeviceClock } from "./device-clock.ts";
import { createTrustedHost, type TrustedHost } from "./host.ts";
import { createInputs, type Inputs } from "./inputs.ts";
import type { EmulatorOptions } from "./options.ts";
import { createRecorder, type Recorder } from "./transcript/recorder.ts";

/** What outlives a boot. */
export interface Remains {
  readonly options: EmulatorOptions;
  readonly chance: Chance;
  readonly cable: Cable;
  readonly buttons: PressableButtons;
  readonly screens: Screen[];
  readonly log: LogEvent[];
  readonly host: TrustedHost;
  readonly recorder: Recorder;
  /** On the clock that was given: the device's view of it, and what comes from outside. */
  readonly deviceClock: DeviceClock | undefined;
  readonly inputs: Inputs | undefined;
  readonly beganMs: number;
  signer: Signer | undefined;
  /** Wipes what the present boot holds. */
  endSecrets: () => void;
  /** So many began. */
  boots: number;
  /** It went down in the middle, as it was told, and stays down. */
  isDead: boolean;
}

/** Time for a transcript: the clock's, or from now on. */
const timeOf = ({ clock }: EmulatorOptions): (() => number) => {
  const beganMs = performance.now();
  return clock === undefined ? () => performance.now() - beganMs : clock.nowMs;
};

/** An emulator that has not booted yet. */
export const createRemains = (options: EmulatorOptions): Remains => {
  const { name = "A", approve = "auto", clock, trust, rngSeed, from } = options;
  const chance = createChance(rngSeed);
  const cable =
    clock === undefined ? createCable() : createCable((soon) => void clock.after(0, soon));
  const deviceClock = clock && createDeviceClock(clock);
  const isRepeatable = deviceClock !== undefined && options.secrets === "portable";
  const life = from === undefined ? "" : `/restored ${from.inputs.length}`;
  const remains: Remains = {
    options,
    chance,
    cable,
    buttons: createButtons(approve),
    screens: [],
    log: [],
    host: createTrustedHost(chance, trust, () => remains.signer?.linkKey(), life),
    recorder: createRecorder({
      rngSeed: chance.seed,
      name,
      cable,
      nowMs: timeOf(options),
      look: () => {
        const { signer } = remains;
        return signer && { phase: signer.phase(), linkKey: signer.linkKey() };
      },
      ...(options.transcriptBytes === undefined ? {} : { limitBytes: options.transcriptBytes }),
    }),
    deviceClock,
    inputs: isRepeatable ? createInputs(cable, deviceClock) : undefined,
    beganMs: clock?.nowMs() ?? 0,
    signer: undefined,
    endSecrets: () => undefined,
    boots: 0,
    isDead: false,
  };
  return remains;
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

/** The seed that the options bring along; words that are no mnemonic are our caller's mistake. */
const seedOf = ({ seed }: EmulatorOptions): Uint8Array | undefined => {
  if (typeof seed !== "string") return seed;
  const words = seed.trim().split(/\s+/).join(" ");
  if (!validateMnemonic(words, wordlist)) throw new Error("seed: no BIP-39 mnemonic");
  return mnemonicToSeedSync(words);
};

/** Presses that answered a question are told. */
const recordedButtons = ({ buttons, recorder }: Remains): PressableButtons => ({
  ...buttons,
  next: (pressed) =>
    buttons.next((press) => {
      recorder.press(press);
      pressed(press);
    }),
});

/** Boots for that reason; `onEnd` is told why the boot ended, once. */
export const boot = (
  remains: Remains,
  lastReason: BootReason,
  onEnd: (reason: BootReason) => void,
): Signer => {
  const { options, chance, cable, screens, log, host, recorder } = remains;
  const { name = "A", network = "regtest", wallets = [] } = options;
  const { deviceClock: clock } = remains;
  // The engine's is its own: how often it tests itself in this process changes nothing else.
  const streamOf = (part: string): Rng => chance.stream(`${name}/${remains.boots}/${part}`);
  const [rng, engineRng] = [streamOf("board"), streamOf("engine")];
  remains.boots += 1;
  const number = remains.boots;
  const isOver = (): boolean => number !== remains.boots;
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
    buttons: recordedButtons(remains),
    lastReason,
    onScreen: (screen) => {
      if (isOver()) return;
      screens.push(screen);
      recorder.screen(screen);
    },
    log: { append: (event) => void (isOver() || log.push(event)) },
    onEnd: (reason) => {
      if (!isOver()) onEnd(reason);
    },
    ...(clock === undefined ? {} : { clock }),
  });
  const { trust } = host;
  const own = { identity: board.identity, network, trust, secrets, wallets, valuesOf: seedValues };
  const seed = seedOf(options);
  const brought = seed === undefined ? {} : { insecureSeed: bringSeed(own, seed) };
  const onPhase = (): void => recorder.look();
  const started = createSigner(heldHal(board, options), { network, trust, onPhase, ...brought });
  assert(started.ok, "the emulator's generator works");
  remains.signer = started.value;
  recorder.look(true);
  return started.value;
};
