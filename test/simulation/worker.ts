/**
 * The worker: a program that wants payments signed. It writes each one's key down before it sends
 * it, sends it again under that key until it is signed, asks for status in between, and goes on
 * after every crash where its journal says it was.
 */
import type { Client } from "../../host/driver/index.ts";
import type { Commands } from "../../protocol/commands/registry.ts";
import type { ErrorName, Outcome } from "../../protocol/errors.ts";
import type { Cable } from "./cable.ts";
import type { Chance } from "./chance.ts";
import type { Findings } from "./findings.ts";
import { workerIdentity } from "./hosts.ts";
import type { Intent, Journal } from "./journal.ts";
import { HOT } from "../bitcoin/wallet-fixture.ts";
import { type Pairer, pairOnce } from "./pairing.ts";
import type { Payment } from "./payments.ts";
import type { Person } from "./person.ts";
import { createProcess, type Process } from "./process.ts";
import { createStatusCalls } from "./status-calls.ts";
import type { Trace } from "./trace.ts";
import type { World } from "./world.ts";

/** What a worker is put into. */
export interface WorkerRoom extends Pairer {
  readonly world: World;
  readonly cable: Cable;
  readonly journal: Journal;
  readonly person: Person;
  readonly findings: Findings;
  readonly trace: Trace;
  readonly chance: Chance;
  /** Milliseconds between two status calls; 0 for none. */
  readonly statusMs: number;
  readonly onWrite: (bytes: Uint8Array) => void;
}

/** Where a crash is to happen. */
export type CrashPoint = "before-journal" | "after-sending" | "after-reply";

/** A crash that will come. */
export interface PlannedCrash {
  /** How often it gets there before. */
  readonly after: number;
  readonly restartMs: number;
  readonly losesJournal: boolean;
  readonly onCrash: () => void;
}

/** A call for a signature that is under way. */
export interface Attempt {
  readonly intent: Intent;
  /** No longer wants it. */
  readonly cancel: () => void;
}

/** The worker, over all its processes. */
export interface Worker {
  readonly start: () => void;
  /** Kills its process; another starts after a while. */
  readonly crash: (restartMs: number, losesJournal: boolean) => void;
  /** Some time when it gets there, it crashes. */
  readonly crashAt: (point: CrashPoint, crash: PlannedCrash) => void;
  readonly attempt: () => Attempt | undefined;
  readonly onAttempt: (action: (attempt: Attempt) => void) => void;
  readonly process: () => Process | undefined;
  /** Whether everything is signed or dropped. */
  readonly isDone: () => boolean;
  readonly signed: () => number;
  /** How often the port was opened, or was to be. */
  readonly opened: () => number;
  /** Asks for nothing more. */
  readonly rest: () => void;
}

type SignReply = Outcome<Commands["signPsbt"]["result"], ErrorName>;

/** Errors after which the same call is worth another try. */
const RETRIED: ReadonlySet<ErrorName> = new Set([
  "link_down",
  "session_refused",
  "busy",
  "timeout",
  "call_indeterminate",
  "body_mismatch",
  "body_stalled",
  "wrong_phase",
  "consent_timeout",
  "cancelled",
  "ledger_full",
]);

/** So many failures in a row, and the worker opens the port anew. */
const PATIENCE = 4;

/** The signatures of a payment, always the same. */
const createSignatures = (findings: Findings) => {
  const known = new Map<string, string>();
  return (payment: Payment, signatures: Commands["signPsbt"]["result"]["signatures"]): void => {
    const { name, digests, isSignature } = payment;
    const isGood = signatures.every(({ input, signature }) => isSignature(input, signature));
    const isWhole = signatures.length === digests.length;
    findings.expect(isGood && isWhole, "sameSignatures", () => `${name} is not signed well`);
    const text = signatures.map(({ signature }) => signature.toHex()).join();
    const before = known.get(name) ?? text;
    findings.expect(before === text, "sameSignatures", () => `${name} is signed another way`);
    known.set(name, before);
  };
};

/** A worker that has not started. */
export const createWorker = (room: WorkerRoom): Worker => {
  const { world, cable, journal, findings, trace, chance } = room;
  const checkSignatures = createSignatures(findings);
  const listeners: ((attempt: Attempt) => void)[] = [];
  const crashes = new Map<CrashPoint, PlannedCrash & { left: number }>();
  let process: Process | undefined;
  let attempt: Attempt | undefined;
  let processes = 0;
  let opened = 0;
  let signed = 0;
  let isResting = false;

  const crash: Worker["crash"] = (restartMs, losesJournal) => {
    if (process === undefined) return;
    trace.event(world.nowMs(), `${process.actor.name} crashes`);
    process.actor.kill();
    cable.reap(process.actor);
    process = undefined;
    attempt = undefined;
    if (losesJournal) journal.loseKeys();
    world.after(restartMs, start);
  };
  /** The crash that is due there. */
  const crashDue = (point: CrashPoint): (() => void) | undefined => {
    const planned = crashes.get(point);
    if (planned === undefined) return undefined;
    planned.left -= 1;
    if (planned.left >= 0) return undefined;
    crashes.delete(point);
    return () => {
      planned.onCrash();
      crash(planned.restartMs, planned.losesJournal);
    };
  };
  /** Whether the process has just crashed there. */
  const crashesAt = (point: CrashPoint): boolean => {
    const due = crashDue(point);
    due?.();
    return due !== undefined;
  };
  const keyOf = (intent: Intent): Uint8Array | undefined => {
    if (intent.key !== undefined) return intent.key;
    const key = chance.bytes(16);
    if (crashesAt("before-journal")) return undefined;
    intent.key = key;
    return key;
  };
  const sign = async (
    own: Process,
    client: Client,
    intent: Intent,
    idempotencyKey: Uint8Array,
  ): Promise<{ readonly reply: SignReply; readonly isCancelled: boolean }> => {
    const controller = new AbortController();
    const { payment } = intent;
    const now: Attempt = { intent, cancel: () => controller.abort() };
    attempt = now;
    for (const action of listeners) action(now);
    const timeoutMs = chance.pick([8_000, 40_000, 150_000]);
    const reply = own.call(`signPsbt ${payment.name}`, (options) => {
      const how = { ...options, idempotencyKey, timeoutMs, signal: controller.signal };
      return client.signPsbt({ psbt: payment.psbt, walletId: HOT.registered.id }, how);
    });
    const due = crashDue("after-sending");
    if (due !== undefined) {
      own.actor.after(chance.magnitude(1, 300), () => {
        if (attempt === now) due();
      });
    }
    const settled = await reply;
    attempt = undefined;
    return { reply: settled, isCancelled: controller.signal.aborted };
  };
  const register = async (own: Process, client: Client): Promise<void> => {
    const how = { timeoutMs: 60_000, idempotencyKey: chance.bytes(16) };
    const reply = await own.call("registerWallet", (options) =>
      client.registerWallet(HOT.text, { ...options, ...how }),
    );
    const isOurs = !reply.ok || reply.value.walletId.toHex() === HOT.registered.id.toHex();
    findings.expect(isOurs, "faultless", () => "the wallet has another id");
  };
  /** What came of an attempt. */
  const conclude = async (
    own: Process,
    client: Client,
    intent: Intent,
    reply: SignReply,
    isCancelled: boolean,
  ): Promise<"progress" | "failure"> => {
    const { payment } = intent;
    if (reply.ok) {
      checkSignatures(payment, reply.value.signatures);
      if (crashesAt("after-reply")) return "progress";
      intent.state = "signed";
      signed += 1;
      return "progress";
    }
    const { error } = reply;
    if (error === "wallet_unknown") {
      await register(own, client);
      return "progress";
    }
    if (error === "declined" || (isCancelled && chance.isLucky(0.5))) intent.state = "dropped";
    else if (isCancelled && chance.isLucky(0.5)) intent.key = undefined;
    const isKnown = error === "declined" || isCancelled || RETRIED.has(error);
    findings.expect(error !== "idempotency_key_reused", "keys", () => payment.name);
    findings.expect(isKnown, "faultless", () => `signPsbt ${payment.name}: ${error}`);
    return "failure";
  };
  /** One step of the work; whether it went well. */
  const workOn = async (own: Process, intent: Intent): Promise<boolean> => {
    const client = await own.client();
    if (client === undefined || !own.actor.isAlive()) return false;
    if (journal.device() === undefined) {
      await pairOnce(own, client, room);
      return journal.device() !== undefined;
    }
    const key = keyOf(intent);
    if (key === undefined) return false;
    const { reply, isCancelled } = await sign(own, client, intent, key);
    if (!own.actor.isAlive()) return false;
    return (await conclude(own, client, intent, reply, isCancelled)) === "progress";
  };
  const work = async (own: Process): Promise<void> => {
    let failures = 0;
    while (own.actor.isAlive()) {
      const [intent] = journal.open();
      if (intent === undefined) {
        await own.wait(200);
        continue;
      }
      const isWell = await workOn(own, intent);
      failures = isWell ? 0 : failures + 1;
      if (isWell) continue;
      if (failures % PATIENCE === 0) await own.leave();
      await own.wait(chance.magnitude(50, 1_500));
    }
  };
  const start = (): void => {
    processes += 1;
    const actor = world.createActor(`worker ${processes}`);
    const open = cable.openAs(actor);
    const own = createProcess(actor, workerIdentity(journal.device), {
      ...room,
      chance: chance.fork(actor.name),
      open: () => {
        opened += 1;
        return open();
      },
    });
    process = own;
    actor.after(0, () => {
      void work(own);
      void createStatusCalls(own, { ...room, isResting: () => isResting });
    });
  };
  return {
    start,
    crash,
    crashAt: (point, planned) => {
      crashes.set(point, { ...planned, left: planned.after });
    },
    attempt: () => attempt,
    onAttempt: (action) => void listeners.push(action),
    process: () => process,
    isDone: () => journal.open().length === 0,
    signed: () => signed,
    opened: () => opened,
    rest: () => {
      isResting = true;
    },
  };
};
