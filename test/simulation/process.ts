/**
 * A process on the host's machine that talks to the device through the driver. It may be killed at
 * any moment; each of its calls must be settled once while it lives.
 */
import {
  type CallOptions,
  type Client,
  type Identity,
  type Line,
  openClient,
  type OpenLine,
  type RemoteEvent,
} from "../../host/driver/index.ts";
import { ERRORS, type ErrorName, ok, type Outcome } from "../../protocol/errors.ts";
import type { Chance } from "./chance.ts";
import { frameOf } from "../../hardware/emulator/kit/faults/frames.ts";
import type { Findings } from "./findings.ts";
import { createPingWatch } from "./ping-watch.ts";
import type { Trace } from "./trace.ts";
import type { Witness } from "./witnesses.ts";
import type { Actor } from "./world.ts";

/** What a process runs in. */
export interface ProcessRoom {
  readonly findings: Findings;
  readonly trace: Trace;
  readonly chance: Chance;
  readonly open: OpenLine;
  /** Told of each byte that it writes. */
  readonly onWrite: (bytes: Uint8Array) => void;
  readonly witness: (what: Witness) => void;
}

/** A process. */
export interface Process {
  readonly actor: Actor;
  readonly wait: (ms: number) => Promise<void>;
  /** A client, opened if there is none; `undefined` where no signer answers just now. */
  readonly client: () => Promise<Client | undefined>;
  /** Closes the client: the next one is a new one. */
  readonly leave: () => Promise<void>;
  /** How often it left. */
  readonly leaves: () => number;
  /** A call that is followed until it is settled, which must be before its time is over. */
  readonly call: <T, E extends ErrorName>(
    name: string,
    timeoutMs: number,
    make: (
      options: Required<Pick<CallOptions, "onProgress" | "timeoutMs">>,
    ) => Promise<Outcome<T, E>>,
  ) => Promise<Outcome<T, E>>;
  /** Names of calls that are not settled. */
  readonly unsettled: () => readonly string[];
  /** What the driver told, since the beginning. */
  readonly events: readonly RemoteEvent["kind"][];
}

/** Errors that say that somebody broke the rules; no fault of a line may lead to them. */
const NEVER: ReadonlySet<ErrorName> = new Set([
  "malformed_reply",
  "malformed_message",
  "device_fault",
  "rng_failed",
  "invalid_params",
  "unknown_command",
  "unexpected",
  "record_too_large",
]);

/** A program that hangs hears of a timeout when it is back. */
const MOST_BUSY_MS = 16_000;

const followOf = ({ findings, trace }: ProcessRoom, actor: Actor) => {
  const open = new Map<number, string>();
  let lastId = 0;
  const call: Process["call"] = async (name, timeoutMs, make) => {
    const sinceMs = actor.nowMs();
    lastId += 1;
    const id = lastId;
    open.set(id, name);
    const onProgress = (): void =>
      findings.expect(open.has(id), "settled", () => `${name}: progress after its end`);
    const outcome = await make({ onProgress, timeoutMs });
    open.delete(id);
    const tookMs = actor.nowMs() - sinceMs;
    const isInTime = tookMs <= timeoutMs + MOST_BUSY_MS;
    findings.expect(isInTime, "settled", () => `${name} took ${tookMs} of ${timeoutMs} ms`);
    const said = outcome.ok ? "ok" : `${outcome.error} ${JSON.stringify(outcome.details ?? {})}`;
    trace.event(actor.nowMs(), `${actor.name}: ${name}: ${said}`);
    const isOdd = !outcome.ok && NEVER.has(outcome.error);
    findings.expect(!isOdd, "faultless", () => `${name}: ${said}`);
    return outcome;
  };
  return { call, unsettled: (): readonly string[] => [...open.values()] };
};

/** Bytes that a driver may have written and not got rid of: two large frames, and one more. */
const MOST_UNSENT = 8_192 + 4_200;

/** The same port, with an eye on how much a program has on its way out, and whom it asks. */
const watchOutbox =
  ({ open, findings }: ProcessRoom, { nowMs }: Actor): OpenLine =>
  async () => {
    const opened = await open();
    if (!opened.ok) return opened;
    let unsent = 0;
    const pings = createPingWatch();
    const write: Line["write"] = async (bytes) => {
      unsent += bytes.length;
      findings.expect(unsent <= MOST_UNSENT, "bounded", () => `${unsent} bytes in the outbox`);
      const frame = frameOf(bytes);
      const isSensible = frame === undefined || pings.sent(frame, nowMs());
      findings.expect(isSensible, "givesUp", () => `a program asks link ${frame?.epoch} again`);
      await opened.value.write(bytes);
      unsent -= bytes.length;
    };
    const onBytes: Line["onBytes"] = (action) =>
      opened.value.onBytes((bytes) => {
        pings.heard(nowMs());
        action(bytes);
      });
    return ok({ ...opened.value, write, onBytes });
  };

/** A process that has just begun. */
export const createProcess = (actor: Actor, identity: Identity, room: ProcessRoom): Process => {
  const { chance, trace, findings } = room;
  const events: RemoteEvent["kind"][] = [];
  const { call, unsettled } = followOf(room, actor);
  let client: Client | undefined;
  let isLost = false;
  let leaves = 0;
  const leave = async (): Promise<void> => {
    leaves += 1;
    const former = client;
    client = undefined;
    await former?.close();
  };
  const openNow = async (): Promise<Client | undefined> => {
    isLost = false;
    const opened = await openClient({
      open: watchOutbox(room, actor),
      identity,
      clock: actor,
      nonce: () => chance.bytes(16),
      ephemeral: () => chance.bytes(32),
      freshKey: () => chance.bytes(16),
      observe: (direction, bytes) => {
        if (direction === "out") room.onWrite(bytes);
        trace.bytes(actor.nowMs(), `${actor.name} ${direction}`, bytes);
      },
      onEvent: ({ kind }) => {
        events.push(kind);
        trace.event(actor.nowMs(), `${actor.name}: ${kind}`);
        if (kind === "lost") isLost = true;
      },
    });
    if (opened.ok) client = opened.value;
    else {
      trace.event(actor.nowMs(), `${actor.name}: no signer: ${opened.error}`);
      const { group } = ERRORS[opened.error];
      findings.expect(group === "host" || group === "link", "faultless", () => opened.error);
      if (opened.error === "link_loopback") room.witness("loopback named");
      if (opened.error === "bytes_without_frames") room.witness("bytes without frames named");
    }
    return client;
  };
  let opening: Promise<Client | undefined> | undefined;
  return {
    actor,
    wait: (ms) => new Promise((resolve) => void actor.after(ms, resolve)),
    client: async () => {
      if (isLost) await leave();
      if (client !== undefined) return client;
      opening ??= openNow();
      const opened = await opening;
      opening = undefined;
      return opened;
    },
    leave,
    leaves: () => leaves,
    call,
    unsettled,
    events,
  };
};
