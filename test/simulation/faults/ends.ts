/** Ends that fail: a device without power, programs that crash or hang, people who are slow. */
import { duringAttempt, type Fault, type FaultRoom } from "./fault.ts";

/** The device forgets everything; its keys come back at once, or after a while without them. */
const cutPower = ({ device, chance, happened }: FaultRoom): void => {
  happened();
  device.powerCut(chance.magnitude(1, 5_000), chance.pick([0, 0, 200, 20_000]));
};

const rebootInCall: Fault = (room) => duringAttempt(room, 2_000, () => cutPower(room));

const rebootAfterCommit: Fault = (room) => {
  let left = room.chance.between(1, 2);
  room.device.onCommit(() => {
    left -= 1;
    if (left === 0 && !room.isOver()) {
      room.world.after(room.chance.pick([0, 0, 0.5, 5]), () => cutPower(room));
    }
  });
};

const rebootWhileAsking: Fault = (room) => {
  let left = room.chance.between(1, 3);
  room.person.onQuestion(({ delayMs }) => {
    left -= 1;
    if (left !== 0 || room.isOver()) return;
    room.world.after(room.chance.below(Math.ceil(delayMs) + 2), () => cutPower(room));
  });
};

/** Something keeps the device's processor for so long that its line goes unserved. */
const deviceHangs: Fault = (room) =>
  duringAttempt(room, 2_000, () => {
    room.happened();
    room.device.boot()?.actor.spend(room.chance.magnitude(10, 15_000));
  });

const programHangs: Fault = (room) =>
  duringAttempt(room, 2_000, () => {
    room.happened();
    room.worker.process()?.actor.spend(room.chance.magnitude(10, 15_000));
  });

/** The call waits for a person; the line does not. */
const personSlow: Fault = (room) =>
  duringAttempt(room, 10, () => {
    room.happened();
    room.person.dawdle(room.chance.between(10_000, 60_000));
  });

const personDeclines: Fault = (room) =>
  duringAttempt(room, 10, () => {
    room.happened();
    room.person.decline();
  });

const crashing =
  (point: "before-journal" | "after-sending" | "after-reply", losesJournal: boolean): Fault =>
  (room) =>
    room.worker.crashAt(point, {
      after: room.chance.below(3),
      restartMs: room.chance.magnitude(1, 5_000),
      losesJournal,
      onCrash: room.happened,
    });

/** Faults of the ends. */
export const END_FAULTS = {
  "reboot in a call": rebootInCall,
  "reboot after the commit": rebootAfterCommit,
  "reboot while asking": rebootWhileAsking,
  "device hangs": deviceHangs,
  "program hangs": programHangs,
  "person is slow": personSlow,
  "person declines": personDeclines,
  "crash before journalling": crashing("before-journal", false),
  "crash after sending": crashing("after-sending", false),
  "crash after the reply": crashing("after-reply", false),
  "crash and a lost journal": crashing("after-sending", true),
  "reply and a lost journal": crashing("after-reply", true),
} as const satisfies Record<string, Fault>;
