/** What of an emulator outlives its boots: cable, people, chance, faults, what was written down. */
import type { BootReason, LogEvent } from "../../../firmware/hal.ts";
import type { Signer } from "../../../firmware/index.ts";
import { createClock } from "../board/clock.ts";
import { type Cable, createCable } from "../lines/cable.ts";
import { createHand, createShowing, type Hand, type Showing } from "./approval/index.ts";
import { type Chance, createChance } from "./chance.ts";
import { createDeviceClock, type DeviceClock } from "./device-clock.ts";
import { drawsFrom } from "./faults/draws.ts";
import { createFaults, type FaultsRoom } from "./faults/index.ts";
import { createTrustedHost, type TrustedHost } from "./host.ts";
import { createInputs, type Inputs } from "./inputs.ts";
import type { EmulatorOptions } from "./options.ts";
import { createRecorder, type Recorder, type RecorderOptions } from "./transcript/recorder.ts";

/** What outlives a boot. */
export interface Remains {
  readonly options: EmulatorOptions;
  readonly chance: Chance;
  readonly cable: Cable;
  readonly hand: Hand;
  readonly showing: Showing;
  readonly log: LogEvent[];
  readonly host: TrustedHost;
  /** What happens to the device and the hand at its buttons, on the clock that was given. */
  readonly clock: DeviceClock;
  readonly faults: FaultsRoom;
  readonly recorder: Recorder;
  /** What came from outside, where that can be repeated. */
  readonly inputs: Inputs | undefined;
  readonly beganMs: number;
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

/** Time for a transcript: the clock's, or from now on. */
const timeOf = ({ clock }: EmulatorOptions): (() => number) => {
  const beganMs = performance.now();
  return clock === undefined ? () => performance.now() - beganMs : clock.nowMs;
};

const recorderOf = (
  remains: Pick<Remains, "options" | "chance" | "cable">,
  look: RecorderOptions["look"],
): Recorder => {
  const { options, chance, cable } = remains;
  const { name = "A", transcriptBytes: limitBytes } = options;
  const limit = limitBytes === undefined ? {} : { limitBytes };
  const nowMs = timeOf(options);
  return createRecorder({ rngSeed: chance.seed, name, cable, look, nowMs, ...limit });
};

/** An emulator that has not booted yet. */
export const createRemains = (options: EmulatorOptions): Remains => {
  const { approve = "auto", clock, trust, rngSeed, from } = options;
  const chance = createChance(rngSeed);
  const time = clock ?? createClock();
  const own = createDeviceClock(time);
  const isRepeatable = clock !== undefined && options.secrets === "portable";
  const life = from === undefined ? "" : `/restored ${from.inputs.length}`;
  const cable =
    clock === undefined ? createCable() : createCable((soon) => void clock.after(0, soon));
  const note = `MAYFLY_SEED=${chance.seed}`;
  const showing = createShowing(time, note);
  const remains: Remains = {
    options,
    chance,
    cable,
    hand: createHand({ approve, clock: own, note, screen: () => showing.screens.at(-1) }),
    showing,
    log: [],
    clock: own,
    faults: createFaults(
      { ...cable, clock: time, draws: drawsFrom(chance.stream("faults")) },
      time,
      options.faults,
    ),
    host: createTrustedHost(chance, trust, () => remains.signer?.linkKey(), life),
    recorder: recorderOf({ options, chance, cable }, () => {
      const { signer } = remains;
      return signer && { phase: signer.phase(), linkKey: signer.linkKey() };
    }),
    inputs: isRepeatable ? createInputs(cable, own) : undefined,
    beganMs: time.nowMs(),
    signer: undefined,
    endBoot: () => undefined,
    signatures: 0,
    boots: 0,
    lastReason: "power",
    isDead: false,
  };
  return remains;
};
