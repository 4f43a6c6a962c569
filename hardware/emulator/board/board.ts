/** The emulator's board: a `Hal` made of this machine's parts. Insecure, and says so. */
import type {
  BootReason,
  Clock,
  Crypto,
  Display,
  Hal,
  Handle,
  Link,
  Log,
  Rng,
  Screen,
  Secrets,
  Tamper,
} from "../../../firmware/hal.ts";
import { createCrypto } from "../../secrets/index.ts";
import type { PressableButtons } from "./buttons.ts";
import { createClock } from "./clock.ts";
import { firmwareDigest } from "./digest.ts";

/** The parts that differ between an emulator's process and one in a test. */
export interface BoardParts {
  readonly name: string;
  readonly link: Link;
  readonly rng: Rng;
  readonly secrets: Secrets & Pick<Crypto, "deriveMany">;
  readonly buttons: PressableButtons;
  readonly lastReason: BootReason;
  readonly onScreen: (screen: Screen) => void;
  readonly log: Log;
  readonly onEnd: (reason: BootReason) => void;
  /** This machine's unless told. */
  readonly clock?: Clock;
  readonly tamper?: Tamper;
}

const displayOf = (onScreen: (screen: Screen) => void): Display => ({ show: onScreen });

/** The engine's cryptography; its threads derive public keys, too. */
const cryptoOf = ({ engine, deriveMany }: BoardParts["secrets"]): Crypto => ({
  ...createCrypto(engine),
  ...(deriveMany === undefined ? {} : { deriveMany }),
});

/** Puts a board together. */
export const createBoard = (parts: BoardParts): Hal => ({
  clock: parts.clock ?? createClock(),
  rng: parts.rng,
  secrets: parts.secrets,
  crypto: cryptoOf(parts.secrets),
  display: displayOf(parts.onScreen),
  buttons: parts.buttons,
  tamper: parts.tamper ?? { isTripped: () => false, onTrip: () => undefined },
  link: parts.link,
  identity: {
    name: parts.name,
    board: "emulator",
    insecure: true,
    firmwareDigest: firmwareDigest(),
    proof: "claim",
  },
  lifecycle: { lastReason: parts.lastReason, end: parts.onEnd },
  log: parts.log,
});

const SIGNATURE_BYTES = 64;

/**
 * The same secrets, with a look at each signature as it is made: for faults on demand. Only those
 * of derived keys count, which are a wallet's: audit and certifying keys are master nodes. A batch
 * counts once it is whole.
 */
export const watchSignatures = <S extends Secrets>(
  secrets: S,
  onSignature: (count: number) => void,
): S => {
  const derived = new Set<number>();
  let count = 0;
  const { signMany } = secrets;
  const tell = (): void => {
    count += 1;
    onSignature(count);
  };
  const see = (node: Handle<"node">): void => {
    if (derived.has(node.id)) tell();
  };
  return {
    ...secrets,
    derive: (node, path) => {
      const child = secrets.derive(node, path);
      if (child.ok) derived.add(child.value.id);
      return child;
    },
    signEcdsa: (node, digest, publicKey) => {
      const signature = secrets.signEcdsa(node, digest, publicKey);
      see(node);
      return signature;
    },
    signSchnorr: (node, message, settings) => {
      const signature = secrets.signSchnorr(node, message, settings);
      see(node);
      return signature;
    },
    ...(signMany === undefined
      ? {}
      : {
          signMany: async (...batch: Parameters<typeof signMany>) => {
            const signed = await signMany(...batch);
            const made = signed.ok ? signed.value.length / SIGNATURE_BYTES : 0;
            for (let i = 0; i < made; i += 1) tell();
            return signed;
          },
        }),
  };
};
