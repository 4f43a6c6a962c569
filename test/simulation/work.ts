/** The work itself: one payment after the other, under its key, until it is signed or dropped. */
import { script } from "bitcoinjs-lib";
import type { Client } from "../../host/driver/index.ts";
import type { Commands } from "../../protocol/commands/registry.ts";
import type { ErrorName, Outcome } from "../../protocol/errors.ts";
import { decodeRecords } from "../../protocol/signature-record.ts";
import { HOT } from "../bitcoin/wallet-fixture.ts";
import type { Chance } from "./chance.ts";
import type { Findings } from "./findings.ts";
import type { Intent, Journal } from "./journal.ts";
import { type Pairer, pairOnce } from "./pairing.ts";
import type { Payment } from "./payments.ts";
import type { Process } from "./process.ts";

/** Where a crash is to happen. */
export type CrashPoint = "before-journal" | "after-sending" | "after-reply";

/** A call for a signature that is under way. */
export interface Attempt {
  readonly intent: Intent;
  /** No longer wants it. */
  readonly cancel: () => void;
  /** Whether a session has carried it: before that, what a device does is a former process's. */
  readonly isSent: () => boolean;
}

/** What the work needs around it. */
export interface WorkRoom extends Pairer {
  readonly journal: Journal;
  readonly findings: Findings;
  readonly chance: Chance;
  /** The crash that is due there, if one is. */
  readonly crashDue: (point: CrashPoint) => (() => void) | undefined;
  /** An attempt begins, or is over. */
  readonly setAttempt: (attempt: Attempt | undefined) => void;
  readonly onReply: (attempt: Attempt, reply: SignReply) => void;
  readonly isAttempt: (attempt: Attempt) => boolean;
  /** A payment is signed, and nobody has heard of it before. */
  readonly onSigned: () => void;
}

/** What came of a call for a signature. */
export type SignReply = Outcome<Commands["signPsbt"]["result"]>;

interface Attempted {
  readonly reply: SignReply;
  readonly isCancelled: boolean;
}

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

/** So many failures in a row, and the port is opened anew. */
const PATIENCE = 4;
/** Between two looks at a journal in which nothing is open. */
const IDLE_MS = 200;

/** The signatures of a payment: good, and always the same. */
export const createSignatures = (findings: Findings) => {
  const known = new Map<string, string>();
  return (payment: Payment, records: Uint8Array): void => {
    const { name, digests, isSignature } = payment;
    const read = decodeRecords(records);
    const signatures = (read.ok ? read.value : []).map(({ input, sighash, signature }) => ({
      input,
      signature: script.signature.encode(signature, sighash),
    }));
    const isGood = signatures.every(({ input, signature }) => isSignature(input, signature));
    const isWhole = signatures.length === digests.length;
    findings.expect(isGood && isWhole, "sameSignatures", () => `${name} is not signed well`);
    const text = signatures.map(({ signature }) => signature.toHex()).join();
    const before = known.get(name) ?? text;
    findings.expect(before === text, "sameSignatures", () => `${name} is signed another way`);
    known.set(name, before);
  };
};

/** What a worker knows of signatures, over all its processes. */
export type CheckSignatures = ReturnType<typeof createSignatures>;

/** The intent's key, written down before it is used; nothing where the process crashes at that. */
const keyOf = (intent: Intent, { chance, crashDue }: WorkRoom): Uint8Array | undefined => {
  if (intent.key !== undefined) return intent.key;
  const key = chance.bytes(16);
  const crash = crashDue("before-journal");
  crash?.();
  if (crash !== undefined) return undefined;
  intent.key = key;
  return key;
};

const sign = async (
  own: Process,
  client: Client,
  intent: Intent,
  idempotencyKey: Uint8Array,
  room: WorkRoom,
): Promise<Attempted> => {
  const { chance, crashDue, setAttempt, isAttempt, onReply } = room;
  const { name, psbt } = intent.payment;
  const controller = new AbortController();
  let isSent = false;
  const onSession = (): void => {
    isSent = true;
  };
  const attempt: Attempt = { intent, cancel: () => controller.abort(), isSent: () => isSent };
  setAttempt(attempt);
  const timeoutMs = chance.pick([8_000, 40_000, 150_000]);
  const replying = own.call(`signPsbt ${name}`, timeoutMs, (options) => {
    const how = { ...options, idempotencyKey, signal: controller.signal, onSession };
    return client.signPsbt({ psbt, walletId: HOT.registered.id }, how);
  });
  const crash = crashDue("after-sending");
  if (crash !== undefined) {
    own.actor.after(chance.magnitude(1, 300), () => {
      if (isAttempt(attempt)) crash();
    });
  }
  const reply = await replying;
  setAttempt(undefined);
  onReply(attempt, reply);
  return { reply, isCancelled: controller.signal.aborted };
};

const register = async (
  own: Process,
  client: Client,
  { findings, chance }: WorkRoom,
): Promise<void> => {
  const idempotencyKey = chance.bytes(16);
  const reply = await own.call("registerWallet", 60_000, (options) =>
    client.registerWallet(HOT.text, { ...options, idempotencyKey }),
  );
  const isOurs = !reply.ok || reply.value.walletId.toHex() === HOT.registered.id.toHex();
  findings.expect(isOurs, "faultless", () => "the wallet has another id");
};

/** A payment whose call was cancelled is dropped, or tried again under a new key or its own. */
const giveUp = (intent: Intent, chance: Chance): void => {
  const fate = chance.pick(["dropped", "dropped", "new key", "same key"]);
  if (fate === "dropped") intent.state = "dropped";
  if (fate === "new key") intent.key = undefined;
};

const refused = (
  intent: Intent,
  error: ErrorName,
  isCancelled: boolean,
  { findings, chance }: WorkRoom,
): void => {
  const { name } = intent.payment;
  if (error === "declined") intent.state = "dropped";
  else if (isCancelled) giveUp(intent, chance);
  const isKnown = error === "declined" || isCancelled || RETRIED.has(error);
  findings.expect(error !== "idempotency_key_reused", "keys", () => name);
  findings.expect(isKnown, "faultless", () => `signPsbt ${name}: ${error}`);
};

/** Takes what came of an attempt; whether it brought the work forward. */
const conclude = async (
  own: Process,
  client: Client,
  intent: Intent,
  { reply, isCancelled }: Attempted,
  room: WorkRoom & { readonly checkSignatures: CheckSignatures },
): Promise<boolean> => {
  if (reply.ok) {
    room.checkSignatures(intent.payment, reply.value.signatures);
    const crash = room.crashDue("after-reply");
    crash?.();
    if (crash !== undefined) return true;
    intent.state = "signed";
    room.onSigned();
    return true;
  }
  if (reply.error !== "wallet_unknown") refused(intent, reply.error, isCancelled, room);
  else await register(own, client, room);
  return reply.error === "wallet_unknown";
};

/** One step of the work; whether it went well. */
const workOn = async (
  own: Process,
  intent: Intent,
  room: WorkRoom & { readonly checkSignatures: CheckSignatures },
): Promise<boolean> => {
  const client = await own.client();
  if (client === undefined || !own.actor.isAlive()) return false;
  if (room.journal.device() === undefined) {
    await pairOnce(own, client, room);
    return room.journal.device() !== undefined;
  }
  const key = keyOf(intent, room);
  if (key === undefined) return false;
  const attempted = await sign(own, client, intent, key, room);
  if (!own.actor.isAlive()) return false;
  return conclude(own, client, intent, attempted, room);
};

/** Works as long as the process lives. */
export const work = async (
  own: Process,
  room: WorkRoom & { readonly checkSignatures: CheckSignatures },
): Promise<void> => {
  let failures = 0;
  while (own.actor.isAlive()) {
    const [intent] = room.journal.open();
    if (intent === undefined) {
      await own.wait(IDLE_MS);
      continue;
    }
    const isWell = await workOn(own, intent, room);
    failures = isWell ? 0 : failures + 1;
    if (isWell) continue;
    if (failures % PATIENCE === 0) await own.leave();
    await own.wait(room.chance.magnitude(50, 1_500));
  }
};
