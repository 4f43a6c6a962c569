/** What a program may do to its own calls: end them at the worst moment, and mix up its keys. */
import { openClient } from "../../../host/driver/index.ts";
import { HOT } from "../../bitcoin/wallet-fixture.ts";
import { workerIdentity } from "../hosts.ts";
import { DECOY } from "../payments.ts";
import type { Attempt } from "../work.ts";
import { duringAttempt, type Fault } from "./fault.ts";

/** Soon after it was asked. */
const cancelBefore: Fault = (room) => {
  const { worker, world, chance, happened, isOver } = room;
  let left = chance.between(1, 3);
  worker.onAttempt((attempt) => {
    left -= 1;
    if (left !== 0 || isOver()) return;
    world.after(chance.magnitude(1, 200), () => {
      if (worker.attempt() !== attempt) return;
      happened();
      attempt.cancel();
    });
  });
};

/** As the press falls: the wish crosses the commit on the line. */
const cancelAt: Fault = (room) => {
  const { worker, world, person, plan, chance, happened, isOver } = room;
  let isDone = false;
  person.onQuestion(({ payment, delayMs, answer }) => {
    const attempt: Attempt | undefined = worker.attempt();
    if (isDone || isOver() || answer === "no" || payment !== attempt?.intent.payment) return;
    isDone = true;
    const lineMs = plan.nature.latencyMs + 60 / plan.nature.bytesPerMs;
    world.after(delayMs - lineMs + chance.between(-3, 3), () => {
      if (worker.attempt() !== attempt) return;
      happened();
      attempt?.cancel();
    });
  });
};

const cancelAfter: Fault = (room) => {
  const { worker, world, device, chance, happened, isOver } = room;
  let isDone = false;
  device.onCommit((payment) => {
    const attempt = worker.attempt();
    if (isDone || isOver() || attempt?.intent.payment !== payment) return;
    isDone = true;
    world.after(chance.pick([0, 0.1, 1, 10]), () => {
      if (worker.attempt() !== attempt) return;
      happened();
      attempt.cancel();
    });
  });
};

/** Another payment under a key that stands for one already: refused, or never seen. */
const keyReused: Fault = (room) => {
  const { world, worker, device, chance, happened, findings, isOver } = room;
  const reuse = async (key: Uint8Array): Promise<void> => {
    const own = worker.process();
    const client = await own?.client();
    if (own === undefined || client === undefined || !own.actor.isAlive()) return;
    const boots = device.boots();
    happened();
    const reply = await own.call(`signPsbt ${DECOY.name}`, 20_000, (how) =>
      client.signPsbt({ psbt: DECOY.psbt }, { ...how, idempotencyKey: key }),
    );
    if (!reply.ok && reply.error === "idempotency_key_reused") room.witness("key reuse refused");
    if (reply.ok) return findings.add("keys", `${DECOY.name} is signed under a used key`);
    // The person says no to what nobody wanted: a refusal of his came from a boot without the key.
    const isAsked = reply.error === "declined" && device.boots() === boots;
    findings.expect(!isAsked, "keys", () => `${DECOY.name} is asked for under a used key`);
  };
  let isDone = false;
  worker.onAttempt(() => {
    const committed = device.boot()?.committed;
    const known = room.journal
      .all()
      .find(({ state, payment }) => state === "signed" && committed?.has(payment.txid) === true);
    if (isDone || isOver() || known?.key === undefined) return;
    isDone = true;
    const { key } = known;
    world.after(chance.magnitude(1, 1_000), () => void reuse(key));
  });
};

/** The same call twice at once: it takes effect once, and both hear of it. */
const askedTwice: Fault = (room) => {
  const { worker, chance, happened, findings, world } = room;
  const again = async ({ intent }: Attempt): Promise<void> => {
    const own = worker.process();
    const client = await own?.client();
    const { key, payment, state } = intent;
    if (own === undefined || client === undefined || key === undefined) return;
    if (!own.actor.isAlive() || state !== "open") return;
    happened();
    const params = { psbt: payment.psbt, walletId: HOT.registered.id };
    const reply = await own.call(`signPsbt ${payment.name} again`, 40_000, (how) =>
      client.signPsbt(params, { ...how, idempotencyKey: key }),
    );
    if (reply.ok) worker.checkSignatures(payment, reply.value.signatures);
    const isReused = !reply.ok && reply.error === "idempotency_key_reused";
    findings.expect(!isReused, "keys", () => `${payment.name}, asked twice`);
  };
  let left = chance.between(1, 8);
  worker.onAttempt((attempt) => {
    left -= 1;
    if (left >= 0) world.after(chance.magnitude(1, 300), () => void again(attempt));
  });
};

/** Another payment at once: the device is at work, and says so. */
const askedAtOnce: Fault = (room) => {
  const { worker, chance, happened, journal, world } = room;
  const other = async (attempt: Attempt): Promise<void> => {
    const own = worker.process();
    const client = await own?.client();
    const next = journal.open().find((intent) => intent !== attempt.intent);
    if (own === undefined || client === undefined || next === undefined) return;
    if (!own.actor.isAlive()) return;
    happened();
    next.key ??= chance.bytes(16);
    const { payment, key } = next;
    const params = { psbt: payment.psbt, walletId: HOT.registered.id };
    const reply = await own.call(`signPsbt ${payment.name} at once`, 40_000, (how) =>
      client.signPsbt(params, { ...how, idempotencyKey: key }),
    );
    if (reply.ok) worker.checkSignatures(payment, reply.value.signatures);
    else if (reply.error === "busy") room.witness("second call told busy");
  };
  let left = chance.between(1, 4);
  worker.onAttempt((attempt) => {
    left -= 1;
    if (left >= 0) world.after(chance.magnitude(1, 300), () => void other(attempt));
  });
};

/** A second program on the same port. */
const secondProgram: Fault = (room) => {
  const { world, cable, chance, findings, happened } = room;
  duringAttempt(room, 3_000, () => {
    if (!cable.isHeld()) return;
    const actor = world.createActor("second program");
    const reach = async (): Promise<void> => {
      happened();
      const opened = await openClient({
        open: cable.openAs(actor),
        identity: workerIdentity(() => undefined),
        clock: actor,
        nonce: () => chance.bytes(16),
      });
      const isBusy = !opened.ok && opened.error === "port_busy";
      if (isBusy) room.witness("port busy");
      findings.expect(isBusy, "exclusive", () => (opened.ok ? "it is let in" : opened.error));
    };
    void reach();
  });
};

/** Faults of calls. */
export const CALL_FAULTS = {
  "cancel before the commit": cancelBefore,
  "cancel at the commit": cancelAt,
  "cancel after the commit": cancelAfter,
  "key used for another request": keyReused,
  "same call twice at once": askedTwice,
  "another call at once": askedAtOnce,
  "second program": secondProgram,
} as const satisfies Record<string, Fault>;
