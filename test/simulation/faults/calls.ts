/** What a program may do to its own calls: end them at the worst moment, and mix up its keys. */
import { openClient } from "../../../host/driver/index.ts";
import { workerIdentity } from "../hosts.ts";
import { DECOYS } from "../payments.ts";
import type { Attempt } from "../worker.ts";
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
  const decoy = chance.pick(DECOYS);
  const reuse = async (key: Uint8Array): Promise<void> => {
    const own = worker.process();
    const client = await own?.client();
    if (own === undefined || client === undefined || !own.actor.isAlive()) return;
    const boots = device.boots();
    happened();
    const how = { idempotencyKey: key, timeoutMs: 20_000 };
    const reply = await own.call(`signPsbt ${decoy.name}`, () =>
      client.signPsbt({ psbt: decoy.psbt }, how),
    );
    if (reply.ok) return findings.add("keys", `${decoy.name} is signed under a used key`);
    // The person says no to what nobody wanted: a refusal of his came from a boot without the key.
    const isAsked = reply.error === "declined" && device.boots() === boots;
    findings.expect(!isAsked, "keys", () => `${decoy.name} is asked for under a used key`);
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
  "second program": secondProgram,
} as const satisfies Record<string, Fault>;
