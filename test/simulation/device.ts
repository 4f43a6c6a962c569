/**
 * The device of a run: the firmware itself on a simulated board, boot after boot, and what is seen
 * of it: what was committed, charged, signed, sent and logged.
 */
import type { BootReason, Hal, Rng } from "../../firmware/hal.ts";
import { createSigner, type Signer, type Trust } from "../../firmware/index.ts";
import { createLedger, type Ledger } from "../../firmware/ledger/ledger.ts";
import { assert, ok } from "../../protocol/errors.ts";
import type { Breakage } from "./breakages.ts";
import type { Cable } from "./cable.ts";
import type { Chance } from "./chance.ts";
import type { Findings } from "./findings.ts";
import { createKnownSecrets } from "./known-secrets.ts";
import { watchLine } from "./line-watch.ts";
import { createMessageWatch, type MessageWatch } from "./message-watch.ts";
import { type Payment, paymentOfDigest, paymentOfTxid } from "./payments.ts";
import type { Person } from "./person.ts";
import type { Trace } from "./trace.ts";
import { createWatchedCrypto } from "./watched-crypto.ts";
import type { Witness } from "./witnesses.ts";
import type { Actor, World } from "./world.ts";

/** What a device is put into. */
export interface DeviceRoom {
  readonly world: World;
  readonly cable: Cable;
  readonly person: Person;
  readonly findings: Findings;
  readonly trace: Trace;
  readonly chance: Chance;
  readonly trust: Trust;
  /** Whether the worker has asked for a payment. */
  readonly isAsked: (payment: Payment) => boolean;
  /** Milliseconds that a signature, a check or a derivation takes. */
  readonly workMs: number;
  readonly breakage: Breakage | undefined;
  readonly witness: (what: Witness) => void;
}

/** One boot. */
export interface Boot {
  readonly actor: Actor;
  readonly signer: Signer;
  readonly messages: MessageWatch;
  /** What was committed, by its hash: each once. */
  readonly committed: ReadonlyMap<string, Payment>;
  readonly ledger: Ledger;
}

/** The device. */
export interface Device {
  readonly boot: () => Boot | undefined;
  /** Cuts the power; it comes back after a while, sealed, and some time later with its keys. */
  readonly powerCut: (offMs: number, sealedMs: number) => void;
  /** Calls `action` right after each commit. */
  readonly onCommit: (action: (payment: Payment) => void) => void;
  /** Looks at the boot as it is, and at all that is left of it. */
  readonly check: () => void;
  /** Whether it has its keys. */
  readonly isReady: () => boolean;
  readonly boots: () => number;
  /** Everything that left it, and its log. */
  readonly said: readonly Uint8Array[];
  readonly log: readonly string[];
}

/** Bytes for bodies: four of hosts and one of anyone else. */
const MOST_HELD = 4 * (1 << 20) + (1 << 15);
/** Calls at work and bodies: the rooms of all kinds of callers, and what may run twice. */
const MOST_OPEN = 64;

interface State {
  readonly room: DeviceRoom;
  readonly said: Uint8Array[];
  readonly log: string[];
  readonly listeners: ((payment: Payment) => void)[];
  current: Boot | undefined;
  boots: number;
}

const rngOf = (chance: Chance): Rng => ({
  fill: (target) => {
    target.set(chance.bytes(target.length));
    return ok(undefined);
  },
});

/** The ledger, watched: at each commit, what is committed was asked for and said yes to. */
const ledgerOf = (
  { room, listeners }: State,
  actor: Actor,
  committed: Map<string, Payment>,
): Ledger => {
  const { findings, person, trace, breakage } = room;
  const inner = createLedger();
  const see = (payment: Payment, txid: string): void => {
    findings.expect(room.isAsked(payment), "asked", () => `${payment.name} is committed`);
    const yes = person.approvals(actor, txid);
    findings.expect(yes > 0, "consented", () => `${payment.name} is committed`);
    committed.set(txid, payment);
    trace.event(actor.nowMs(), `device: commits ${payment.name}`);
    for (const action of listeners) action(payment);
  };
  const ledger: Ledger = {
    ...inner,
    commit: (call, charge, nowMs) => {
      const charged = inner.commit(call, charge, nowMs);
      const txid = charge.txid.toHex();
      const payment = paymentOfTxid(txid);
      if (payment === undefined) findings.add("asked", `an unknown transaction ${txid}`);
      else if (charged.ok) {
        if (charged.value === 0) room.witness("charged once, committed again");
        see(payment, txid);
      }
      return charged;
    },
  };
  return breakage?.ledger?.(ledger) ?? ledger;
};

const onSign = ({ findings }: DeviceRoom, committed: ReadonlyMap<string, Payment>) => {
  return (digest: Uint8Array): void => {
    const payment = paymentOfDigest(digest.toHex());
    if (payment === undefined) findings.add("asked", "a digest of no payment is signed");
    else
      findings.expect(committed.has(payment.txid), "committed", () => `${payment.name} is signed`);
  };
};

/** The board of a boot. */
const boardOf = (state: State, actor: Actor, messages: MessageWatch): Omit<Hal, "secrets"> => {
  const { room, said, log } = state;
  const { cable, chance, findings, person, trace, workMs, breakage } = room;
  const line = watchLine(cable.attachDevice(actor), actor.nowMs, findings, (bytes) => {
    said.push(bytes);
    trace.bytes(actor.nowMs(), "device sends", bytes);
  });
  const { display, buttons } = person.attend(actor);
  return {
    clock: { nowMs: actor.nowMs, after: actor.after },
    rng: rngOf(chance.fork(`boot ${state.boots}`)),
    crypto: createWatchedCrypto({ ...messages, worked: () => actor.spend(workMs) }),
    display,
    buttons: breakage?.buttons?.(buttons, actor) ?? buttons,
    tamper: { isTripped: () => false, onTrip: () => undefined },
    link: line,
    identity: {
      name: "simulated",
      board: "simulation",
      insecure: true,
      firmwareDigest: new Uint8Array(32),
      proof: "claim",
    },
    lifecycle: {
      lastReason: "power",
      end: (reason: BootReason) => findings.add("faultless", `the device ends: ${reason}`),
    },
    log: {
      append: (event) => {
        const entry = breakage?.logged?.(event) ?? event;
        log.push(JSON.stringify(entry));
        trace.event(actor.nowMs(), `device logs ${JSON.stringify(entry)}`);
      },
    },
  };
};

const start = (state: State, hasKeys: boolean): void => {
  const { room } = state;
  state.boots += 1;
  const actor = room.world.createActor(`boot ${state.boots}`);
  const committed = new Map<string, Payment>();
  const ledger = ledgerOf(state, actor, committed);
  const messages = createMessageWatch(room.findings, {
    plaintext: (bytes) => void state.said.push(bytes),
    resumed: () => room.witness("upload resumed"),
  });
  const board = boardOf(state, actor, messages);
  const seeDigest = onSign(room, committed);
  const { signsWithOther = false } = room.breakage ?? {};
  const secrets = createKnownSecrets({
    rng: board.rng,
    onSign: (digest) => {
      actor.spend(room.workMs);
      seeDigest(digest);
    },
    signsWithOther,
  });
  const signer = createSigner(
    { ...board, secrets },
    {
      network: "regtest",
      trust: room.trust,
      ledger,
      ...(hasKeys ? { insecureSeed: { seed: secrets.importSeed() } } : {}),
    },
  );
  assert(signer.ok, "a simulated generator works");
  room.trace.event(room.world.nowMs(), `device: ${actor.name}, ${signer.value.phase()}`);
  state.current = { actor, signer: signer.value, messages, committed, ledger };
};

const check = ({ room, current }: State): void => {
  if (current === undefined) return;
  const { findings } = room;
  const { committed, ledger, signer } = current;
  const sum = [...committed.values()].reduce((all, { leavingSats }) => all + leavingSats, 0);
  const total = ledger.total();
  findings.expect(total === sum, "charged", () => `${total} charged, ${sum} committed`);
  const { openCalls, heldBytes } = signer.load();
  findings.expect(heldBytes <= MOST_HELD, "bounded", () => `${heldBytes} bytes held for bodies`);
  findings.expect(openCalls <= MOST_OPEN, "bounded", () => `${openCalls} calls open`);
};

/** A device that is on and has its keys. */
export const createDevice = (room: DeviceRoom): Device => {
  const state: State = { room, said: [], log: [], listeners: [], current: undefined, boots: 0 };
  const { world, cable } = room;
  const stop = (): void => {
    check(state);
    state.current?.actor.kill();
    state.current = undefined;
    cable.detachDevice();
  };
  let era = 0;
  start(state, true);
  return {
    boot: () => state.current,
    powerCut: (offMs, sealedMs) => {
      era += 1;
      const mine = era;
      stop();
      world.after(offMs, () => {
        if (era === mine) start(state, sealedMs === 0);
      });
      if (sealedMs === 0) return;
      world.after(offMs + sealedMs, () => {
        if (era !== mine) return;
        stop();
        start(state, true);
      });
    },
    onCommit: (action) => void state.listeners.push(action),
    check: () => check(state),
    isReady: () => state.current?.signer.phase() === "ready",
    boots: () => state.boots,
    said: state.said,
    log: state.log,
  };
};
