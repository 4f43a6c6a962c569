/**
 * Calls that must not count twice: per boot, the device remembers which idempotency key stood for
 * which request and what came of it. The same key and body gets the first outcome again, also
 * while it is still at work; the same key with another body is refused.
 */
import { fail, type Outcome } from "../protocol/errors.ts";
import { DEVICE_LIMITS } from "./limits.ts";

interface Remembered<T> {
  readonly digest: string;
  readonly outcome: Promise<T>;
  isDone: boolean;
}

/** Runs a call unless it was run before. */
export type Once<T extends Outcome<unknown>> = (
  key: string,
  digest: string,
  run: () => Promise<T>,
) => Promise<T | Outcome<never, "idempotency_key_reused" | "busy">>;

/** What did not begin leaves no trace: the same key may try again. */
const isTraceless = (outcome: Outcome<unknown>): boolean =>
  !outcome.ok && (outcome.error === "busy" || outcome.error === "wrong_phase");

/** An empty memory; at its limit it forgets the oldest finished call. */
export const createOnce = <T extends Outcome<unknown>>(): Once<T> => {
  const calls = new Map<string, Remembered<T>>();
  const makeRoom = (): boolean => {
    if (calls.size < DEVICE_LIMITS.rememberedCalls) return true;
    for (const [key, call] of calls) if (call.isDone) return calls.delete(key);
    return false;
  };
  const runFirst = async (key: string, digest: string, run: () => Promise<T>): Promise<T> => {
    const call: Remembered<T> = { digest, outcome: run(), isDone: false };
    calls.set(key, call);
    const outcome = await call.outcome;
    call.isDone = true;
    if (isTraceless(outcome)) calls.delete(key);
    return outcome;
  };
  return async (key, digest, run) => {
    const known = calls.get(key);
    if (known === undefined) return makeRoom() ? runFirst(key, digest, run) : fail("busy");
    return known.digest === digest ? known.outcome : fail("idempotency_key_reused");
  };
};
