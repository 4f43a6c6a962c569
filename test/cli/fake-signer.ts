/** A signer on a pty of this process that speaks the protocol and says what a test wants. */
import { randomBytes } from "node:crypto";
import { serveLine } from "../../firmware/line.ts";
import { createClock } from "../../hardware/emulator/board/clock.ts";
import { openPty } from "../../hardware/emulator/lines/pty.ts";
import { createCrypto } from "../../hardware/secrets/index.ts";
import { noiseSuite } from "../../host/driver/index.ts";
import { openKnownDevices } from "../../host/identity/index.ts";
import { decodeMessage, type Message } from "../../protocol/call/envelope.ts";
import {
  type CommandName,
  type Commands,
  commandOfCode,
  REGISTRY,
} from "../../protocol/commands/registry.ts";
import { readWire } from "../../protocol/cbor/schema.ts";
import { ROLES } from "../../protocol/session/role.ts";
import { unwrap } from "../driver/lines.ts";
import { atEnd } from "./mayfly.ts";

/** What the fake says to each command; others get no answer. */
export type Lies = {
  readonly [N in CommandName]?: (params: Commands[N]["params"]) => Commands[N]["result"];
};

type Status = Commands["getStatus"]["result"];

/** The fake's boot. */
export const BOOT_ID: Uint8Array = new Uint8Array(16).fill(0xb0);

/** A plausible status. */
export const statusOf = (fields: Partial<Status> = {}): Status => ({
  name: "A",
  phase: "ready",
  bootId: BOOT_ID,
  version: "0.1.0",
  protocol: 1,
  firmwareDigest: new Uint8Array(32),
  secrets: { engine: "portable", library: "none", volatile: false, protections: [] },
  fingerprint: Uint8Array.of(1, 2, 3, 4),
  uptimeMs: 1,
  insecure: true,
  ...fields,
});

const answer = <N extends CommandName>(name: N, lies: Pick<Lies, N>, params: unknown): unknown => {
  const read = readWire(REGISTRY[name].params, params);
  const lie = lies[name];
  return read === undefined || lie === undefined
    ? undefined
    : REGISTRY[name].result.toWire(lie(read));
};

/** The message that answers a request; `undefined` where the fake has nothing to say. */
const replyTo = (plaintext: Uint8Array, lies: Lies): Message | undefined => {
  const message = decodeMessage(plaintext);
  if (!message.ok || message.value.kind !== "request") return undefined;
  const { id, code, params } = message.value;
  const name = commandOfCode(code);
  const result = name === undefined ? undefined : answer(name, lies, params);
  return result === undefined ? undefined : { kind: "result", id, result };
};

/** The fake's link key, the same for all of them. */
const LINK_KEY = noiseSuite.keyPair(new Uint8Array(32).fill(0xfa));

/** Makes fakes of that name known to the host of a home, in every role. */
export const knowFakes = (home: string, name = "A"): void => {
  const devices = openKnownDevices(home);
  for (const role of ROLES) {
    unwrap(devices.keep({ name, deviceKey: LINK_KEY.publicKey, role, generation: 1 }));
  }
};

/** Starts a fake, which shows a code of that key if it has one; its path. `cleanUp` closes it. */
export const startFake = (lies: Lies, psk?: Uint8Array): string => {
  const pty = unwrap(openPty(undefined));
  const all: Lies = { getStatus: () => statusOf(), ...lies };
  const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));
  serveLine({
    hal: { clock: createClock(), crypto: createCrypto(), link: pty },
    calls: {
      take: (plaintext, origin) => {
        const reply = replyTo(plaintext, all);
        if (reply !== undefined) origin.send([reply]);
      },
      leave: () => undefined,
    },
    responder: {
      suite: noiseSuite,
      ephemeral: () => noiseSuite.keyPair(random(32)),
      linkKey: () => LINK_KEY,
      pairingKey: () => psk,
      onPairingOpened: () => undefined,
      onPairingFailed: () => undefined,
      accepts: () => true,
    },
    state: () => ({ bootId: BOOT_ID, phase: "ready" }),
    nonce: () => random(16),
    onTurn: () => undefined,
    onFault: () => {
      throw new Error("a fault");
    },
  });
  atEnd(() => pty.close());
  return pty.path;
};
