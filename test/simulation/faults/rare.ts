/**
 * What takes a session a long time to come to: sequence numbers that wrap, keys that are renewed, a
 * day that is over. A run with one of them is long, so there are few; the line loses frames in it.
 */
import type { Client } from "../../../host/driver/index.ts";
import type { Outcome } from "../../../protocol/errors.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import type { Process } from "../process.ts";
import { atFirstAttempt, type Fault, type FaultRoom } from "./fault.ts";
import { frameOf } from "../../../hardware/emulator/kit/faults/frames.ts";

const loseSome = ({ cable, chance }: FaultRoom, share: number): void => {
  for (const pipe of [cable.toDevice, cable.toHost]) {
    pipe.meddle(() => (chance.isLucky(share) ? [] : undefined));
  }
};

/** Calls one after the other beside the work, as long as there are any left. */
const callOn = (
  { worker }: FaultRoom,
  count: number,
  call: (own: Process, client: Client) => Promise<Outcome<unknown>>,
): void => {
  const own = worker.process();
  if (own === undefined) return;
  const go = async (left: number): Promise<void> => {
    const client = left > 0 && own.actor.isAlive() ? await own.client() : undefined;
    if (client === undefined) return;
    const outcome = await call(own, client);
    if (!outcome.ok) await own.wait(100);
    await go(left - 1);
  };
  void go(count);
};

/** Bodies in small frames, until seq has gone around once; whatever they hold is no PSBT. */
const wrapSequence: Fault = (room) => {
  const { cable, chance, happened, extend } = room;
  const psbt = chance.bytes(LIMITS.body);
  let last = 0;
  cable.toDevice.tap((bytes) => {
    const frame = frameOf(bytes);
    if (frame?.type !== "data") return;
    if (last === 0xffff && frame.seq === 0) happened();
    last = frame.seq;
  });
  loseSome(room, 1 / 1_000);
  atFirstAttempt(room, () => {
    extend(60_000);
    callOn(room, 5, (own, client) =>
      own.call("signPsbt of no PSBT", 60_000, (how) => client.signPsbt({ psbt }, how)),
    );
  });
};

/** More calls than a key's records. */
const renewKey: Fault = (room) => {
  const { device, happened, extend } = room;
  loseSome(room, 1 / 200);
  atFirstAttempt(room, () => {
    extend(100_000);
    const before = device.boot()?.messages.rekeys() ?? 0;
    let isDone = false;
    callOn(room, LIMITS.rekeyRecords + 200, async (own, client) => {
      const outcome = await own.call("getStatus", 10_000, (how) => client.getStatus({}, how));
      if (!isDone && (device.boot()?.messages.rekeys() ?? 0) >= before + 2) {
        isDone = true;
        happened();
      }
      return outcome;
    });
  });
};

/** Nothing is wanted for a day and a bit: the session is over by then, and nobody notices. */
const oldSession: Fault = (room) => {
  const { happened, extend } = room;
  atFirstAttempt(room, () => {
    happened();
    extend(LIMITS.sessionMs + 1_000);
  });
};

/** Rare faults. */
export const RARE_FAULTS = {
  "sequence wraps": wrapSequence,
  "session's key renewed": renewKey,
  "session of a day": oldSession,
} as const satisfies Record<string, Fault>;
