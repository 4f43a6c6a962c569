/**
 * The emulator in a test's own process: the same firmware on the same board, with a cable in
 * memory and a client at its other end. `mayfly emulate` runs main.ts, a process for each signer.
 */
import type { BootReason, LogEvent, Press, Screen } from "../../firmware/hal.ts";
import { createSigner, type NetworkName, type Signer } from "../../firmware/index.ts";
import { type Client, openClient, type SessionOptions } from "../../host/driver/index.ts";
import { assert, fail, ok } from "../../protocol/errors.ts";
import { createPortableSecrets } from "../secrets/index.ts";
import { type Approval, createButtons } from "./approval.ts";
import { createBoard, watchSignatures } from "./board.ts";
import { createCable } from "./cable.ts";
import { createSeededRng, createSystemRng } from "./rng.ts";

/** How an emulator in process is made. */
export interface EmulatorOptions {
  readonly name?: string;
  readonly network?: NetworkName;
  readonly approve?: Approval;
  /** An insecure seed brought along, 16 to 64 bytes: the device is ready at once. */
  readonly seed?: Uint8Array;
  /** Makes the device's randomness repeatable. */
  readonly rngSeed?: Uint8Array;
  /** The cable goes right after the n-th signature, and the device with it. */
  readonly dieAfterInput?: number;
}

/** A signer in this process. */
export interface Emulator {
  readonly connect: (options?: Omit<SessionOptions, "open">) => Promise<Client>;
  readonly phase: () => ReturnType<Signer["phase"]>;
  readonly screens: readonly Screen[];
  readonly log: readonly LogEvent[];
  readonly press: (press: Press) => void;
  readonly unplug: () => void;
  /** The device forgets everything and boots again. */
  readonly powerCut: () => void;
}

/** A running emulator. It leaves nothing behind: drop it and it is gone. */
export const createEmulator = (options: EmulatorOptions = {}): Emulator => {
  const { name = "A", network = "regtest", approve = "auto", rngSeed } = options;
  const cable = createCable();
  const buttons = createButtons(approve);
  const screens: Screen[] = [];
  const log: LogEvent[] = [];
  let boots = 0;
  let isDead = false;
  let signer: Signer;

  const boot = (lastReason: BootReason): Signer => {
    const label = `${name}/${boots}`;
    boots += 1;
    const number = boots;
    const rng = rngSeed === undefined ? createSystemRng() : createSeededRng(rngSeed, label);
    const portable = createPortableSecrets(rng);
    const secrets = watchSignatures(portable, (count) => {
      if (count === options.dieAfterInput) {
        isDead = true;
        cable.unplug();
      }
    });
    const board = createBoard({
      name,
      // A boot that is over says no more, whatever of it is still at work.
      link: {
        ...cable.device,
        send: (bytes) => {
          if (number === boots) cable.device.send(bytes);
        },
      },
      rng,
      secrets,
      buttons,
      lastReason,
      onScreen: (screen) => void screens.push(screen),
      log: { append: (event) => void log.push(event) },
      onEnd: (reason) => {
        if (number === boots) restart(reason);
      },
    });
    const { seed } = options;
    const insecure = seed === undefined ? {} : { insecureSeed: portable.importSeed(seed) };
    const started = createSigner(board, { network, ...insecure });
    assert(started.ok, "the emulator's generator works");
    return started.value;
  };
  const restart = (reason: BootReason): void => {
    cable.unplug();
    signer = boot(reason);
  };
  signer = boot("power");

  const open = () => {
    const line = isDead ? undefined : cable.attach();
    return Promise.resolve(
      line === undefined ? fail(isDead ? "port_missing" : "port_busy") : ok(line),
    );
  };
  return {
    connect: async (session = {}) => {
      const client = await openClient({ ...session, open });
      assert(client.ok, "an emulator in process answers");
      return client.value;
    },
    phase: () => signer.phase(),
    screens,
    log,
    press: buttons.press,
    unplug: cable.unplug,
    powerCut: () => restart("power"),
  };
};
