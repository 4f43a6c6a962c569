/**
 * The call layer on a bench: no cable, no session layer, but callers of the test's own. Each hears
 * what is sent to it as messages that went through their bytes.
 */
import { makeAuditKey } from "../../../firmware/audit/audit-key.ts";
import { type CallsConfig, createCalls } from "../../../firmware/calls/calls.ts";
import type { Origin } from "../../../firmware/calls/origin.ts";
import { createConsent } from "../../../firmware/consent.ts";
import type { Device } from "../../../firmware/device.ts";
import type { Handlers } from "../../../firmware/dispatch.ts";
import type { Hal, Screen } from "../../../firmware/hal.ts";
import { handlers as firmwareHandlers } from "../../../firmware/handlers/index.ts";
import { keysOf } from "../../../firmware/keys.ts";
import type { Ledger } from "../../../firmware/ledger/ledger.ts";
import { createPairing } from "../../../firmware/pairing/pairing.ts";
import { createQuotes } from "../../../firmware/quotes.ts";
import { createSignedClock } from "../../../firmware/time/signed-time.ts";
import { NOBODY } from "../../../firmware/trust.ts";
import { createButtons } from "../../../hardware/emulator/board/buttons.ts";
import { createBoard } from "../../../hardware/emulator/board/board.ts";
import { createCable } from "../../../hardware/emulator/lines/cable.ts";
import { systemRng } from "../../secrets/oracles/system-rng.ts";
import {
  type BodyClaim,
  decodeMessage,
  encodeMessage,
  type Message,
} from "../../../protocol/call/envelope.ts";
import { encodeCbor } from "../../../protocol/cbor/cbor.ts";
import { type CommandName, REGISTRY } from "../../../protocol/commands/registry.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import type { Caller, Role } from "../../../protocol/session/role.ts";
import { HOT } from "../../bitcoin/wallet-fixture.ts";
import { createFakeClock } from "../fake-clock.ts";
import { STRANGERS } from "../made-up-call.ts";
import { unwrap } from "../outcomes.ts";
import { unhurried } from "../unhurried.ts";
import { watchSecrets } from "../watched-secrets.ts";

/** How a bench is set up. */
export interface CallBenchOptions {
  readonly handlers?: Partial<Handlers>;
  readonly ledger?: Ledger;
  readonly phase?: "sealed" | "ready" | "suspended";
  readonly onSignature?: (count: number) => void;
}

/** The host of a role; another `salt` is another host. */
export const hostOf = (role: Role = "vault", salt = 1): Caller => ({
  kind: "host",
  key: new Uint8Array(32).fill(salt),
  role,
});

/** Who has proved nothing. */
export const ANYONE: Caller = { kind: "anyone" };

/** Who knows the code on the screen. */
export const PAIRING: Caller = { kind: "pairing" };

/** The idempotency key of a number. */
export const keyOf = (number: number): Uint8Array => {
  const key = new Uint8Array(16);
  new DataView(key.buffer).setUint32(0, number);
  return key;
};

/** Gives what waits for promises its turn. */
export const settle = async (): Promise<void> => {
  for (let round = 0; round < 6; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

/** What else a request may say. */
export interface Asking {
  readonly key?: number;
  readonly deadlineMs?: number;
}

const through = (message: Message): Message => {
  const bytes = encodeMessage(message);
  if (bytes.length > LIMITS.message) throw new Error(`a message of ${bytes.length} bytes`);
  return unwrap(decodeMessage(bytes));
};

/** Bytes of an ordinary chunk. */
export const CHUNK = 4000;

/** The size and hash that a body's request announces. */
export const claimOf = (bytes: Uint8Array): BodyClaim => ({
  size: bytes.length,
  sha256: Uint8Array.from(new Bun.CryptoHasher("sha256").update(bytes).digest()),
});

let sessions = 0;
let keys = 1_000_000;

/** A caller's session with the calls, pulling at once unless the line is held. */
const createSession = (take: (plaintext: Uint8Array, origin: Origin) => void, caller: Caller) => {
  sessions += 1;
  const waiting: Iterator<Message>[] = [];
  const heard: Message[] = [];
  let isHeld = false;
  let lastId = 0;
  /** One message of each iterable in turn, as the session layer does. */
  const pull = (): void => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const step = next.next();
      if (step.done === true) continue;
      heard.push(through(step.value));
      waiting.push(next);
    }
  };
  const origin: Origin = {
    session: sessions,
    caller,
    handshakeHash: new Uint8Array(32).fill(sessions),
    send: (messages) => {
      waiting.push(messages[Symbol.iterator]());
      if (!isHeld) pull();
    },
  };
  const sayBytes = (plaintext: Uint8Array): void => take(plaintext, origin);
  const say = (message: Message): void => sayBytes(encodeMessage(message));
  const requestOf = (name: CommandName, { key, deadlineMs }: Asking) => {
    lastId += 1;
    keys += 1;
    const [code, idempotencyKey] = [REGISTRY[name].code, keyOf(key ?? keys)];
    const head = { kind: "request", id: lastId, code, idempotencyKey } as const;
    return deadlineMs === undefined ? head : { ...head, deadlineMs };
  };
  return {
    origin,
    sayBytes,
    say,
    /** Sends a request with params in wire form; gives its id. */
    ask: (name: CommandName, params: unknown = new Map(), asking: Asking = {}): number => {
      say({ ...requestOf(name, asking), params });
      return lastId;
    },
    /** Announces a body of so many bytes with this hash; gives its id. */
    announce: (name: CommandName, body: BodyClaim, asking: Asking = {}): number => {
      say({ ...requestOf(name, asking), body });
      return lastId;
    },
    /** The same of an upload, beside params in wire form. */
    announceUpload: (body: BodyClaim, asking: Asking = {}, params: unknown = new Map()): number => {
      say({ ...requestOf("signPsbt", asking), params, body });
      return lastId;
    },
    /** Asks for signatures of a PSBT, all of which it sends at once; gives its id. */
    sign: (psbt: Uint8Array, asking: Asking = {}): number => {
      say({ ...requestOf("signPsbt", asking), params: new Map(), body: claimOf(psbt) });
      const id = lastId;
      for (let offset = 0; offset < psbt.length; offset += CHUNK) {
        say({ kind: "chunk", id, offset, bytes: psbt.subarray(offset, offset + CHUNK) });
      }
      return id;
    },
    chunk: (id: number, offset: number, bytes: Uint8Array): void =>
      say({ kind: "chunk", id, offset, bytes }),
    cancel: (id: number): void => say({ kind: "cancel", id }),
    /** The line takes nothing until it is let go. */
    hold: (): void => {
      isHeld = true;
    },
    letGo: (): void => {
      isHeld = false;
      pull();
    },
    /** Iterables that wait for the line. */
    queued: (): number => waiting.length,
    heard: (): readonly Message[] => heard,
    of: (id: number): readonly Message[] => heard.filter((message) => message.id === id),
    /** Final messages of a request: names of refusals, or `result`. */
    finals: (id: number): readonly string[] =>
      heard.flatMap((message) => {
        if (message.id !== id) return [];
        if (message.kind === "refusal") return [message.error];
        return message.kind === "result" ? ["result"] : [];
      }),
  };
};

/** A session of the bench. */
export type TestSession = ReturnType<typeof createSession>;

/** Params as a body. */
export const bodyOf = (params: unknown): Uint8Array => encodeCbor(params);

const BOOT_ID = new Uint8Array(16);

const deviceOf = (
  secrets: ReturnType<typeof watchSecrets>,
  board: Hal,
  phase: CallBenchOptions["phase"],
): Device => {
  const auditKey = unwrap(makeAuditKey(secrets));
  if (phase === "sealed") {
    return { phase, boot: { ...unwrap(secrets.generateAgreement()), auditKey } };
  }
  const seed = secrets.importSeed(new Uint8Array(32).fill(1));
  const { keys: made } = keysOf(board, seed, { auditKey, bootId: BOOT_ID });
  return { phase: phase ?? "ready", keys: { ...made, wallets: [HOT.registered] } };
};

/** Calls on a device whose state the test sets. */
export const createCallBench = (options: CallBenchOptions = {}) => {
  const clock = createFakeClock();
  const rng = systemRng();
  const secrets = watchSecrets(rng, options.onSignature ?? (() => undefined));
  const screens: Screen[] = [];
  const audited: Parameters<CallsConfig["audit"]>[0][] = [];
  const buttons = unhurried(createButtons("ask"), clock);
  const board = createBoard({
    name: "A",
    link: createCable().device,
    rng,
    secrets,
    buttons,
    lastReason: "power",
    onScreen: (screen) => void screens.push(screen),
    log: { append: () => undefined },
    onEnd: () => undefined,
  });
  const hal = { ...board, clock };
  let device = deviceOf(secrets, hal, options.phase);
  let faults = 0;
  const idle = (): Screen => ({ kind: "status", lines: [device.phase] });
  const config: CallsConfig = {
    context: {
      hal,
      network: "regtest",
      version: "0",
      bootId: BOOT_ID,
      uptimeMs: () => 0,
      device: () => device,
      advance: (event) => {
        if (event.kind === "ended") device = { phase: "ended", reason: event.reason };
      },
      pairing: createPairing({ hal, device: () => device, showIdle: () => undefined }),
      quotes: createQuotes({ hal, device: () => device, showIdle: () => undefined }),
      time: createSignedClock(hal, new Uint8Array(16)),
      trust: () => NOBODY,
      counters: STRANGERS.counters,
    },
    askFor: createConsent(hal, idle),
    audit: (entry) => void audited.push(entry),
    onFault: () => {
      faults += 1;
    },
    ...(options.ledger === undefined ? {} : { ledger: options.ledger }),
    handlers: { ...firmwareHandlers, ...options.handlers },
  };
  const calls = createCalls(config);
  return {
    calls,
    clock,
    screens,
    audited,
    signatures: secrets.signatures,
    press: buttons.press,
    faults: () => faults,
    become: (phase: "ready" | "suspended") => {
      if ("keys" in device) device = { phase, keys: device.keys };
    },
    session: (caller: Caller = hostOf()): TestSession => createSession(calls.take, caller),
    /** Lets what is under way settle, moves the clock, and lets that settle. */
    pass: async (ms: number): Promise<void> => {
      await settle();
      clock.advance(ms);
      await settle();
    },
  };
};

/** A bench. */
export type CallBench = ReturnType<typeof createCallBench>;
