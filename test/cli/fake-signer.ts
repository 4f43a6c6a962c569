/** A signer on a pty of this process that speaks the protocol and says what a test wants. */
import { createHash, randomBytes } from "node:crypto";
import { openPty } from "../../hardware/emulator/pty.ts";
import { decodeMessage, encodeMessage } from "../../protocol/call/envelope.ts";
import { createLink } from "../../protocol/link/link.ts";
import {
  type CommandName,
  type Commands,
  commandOfCode,
  REGISTRY,
} from "../../protocol/commands/registry.ts";
import { readWire } from "../../protocol/cbor/schema.ts";
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

/** The record that answers a record; `undefined` where the fake has nothing to say. */
const replyTo = (record: Uint8Array, lies: Lies): Uint8Array | undefined => {
  const message = decodeMessage(record);
  if (!message.ok || message.value.kind !== "request") return undefined;
  const { id, code, params } = message.value;
  const name = commandOfCode(code);
  const result = name === undefined ? undefined : answer(name, lies, params);
  return result === undefined ? undefined : encodeMessage({ kind: "result", id, result });
};

/** Starts a fake; its path. `cleanUp` closes it. */
export const startFake = (lies: Lies): string => {
  const pty = unwrap(openPty(undefined));
  const link = createLink({
    side: "device",
    sha256: (data) => Uint8Array.from(createHash("sha256").update(data).digest()),
    nonce: () => Uint8Array.from(randomBytes(16)),
    state: () => ({ bootId: BOOT_ID, phase: "ready" }),
  });
  const all: Lies = { getStatus: () => statusOf(), ...lies };
  const take = ({ bytes, events }: ReturnType<typeof link.tick>): void => {
    for (const one of bytes) pty.send(one);
    for (const event of events) {
      const reply = event.kind === "record" ? replyTo(event.record, all) : undefined;
      if (reply === undefined) continue;
      link.send(0, reply, performance.now());
      take(link.tick(performance.now()));
    }
  };
  pty.onReceive((bytes) => take(link.receive(bytes, performance.now())));
  const timer = setInterval(() => take(link.tick(performance.now())), 20);
  atEnd(() => {
    clearInterval(timer);
    return pty.close();
  });
  return pty.path;
};
