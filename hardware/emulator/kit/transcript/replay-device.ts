/** A device that answers what it answered before: a client of it, and no firmware. */
import { type Client, lazyClient, type WireOutcome } from "../../../../host/driver/index.ts";
import { decodeAs, decodeCbor } from "../../../../protocol/cbor/cbor.ts";
import { assert, fail, ok } from "../../../../protocol/errors.ts";
import { createFrameReader } from "../../../../protocol/frame/frame.ts";
import { HELLO, type Hello } from "../../../../protocol/link/hello.ts";
import { type Asked, askedLeaves, askedOf } from "./call-text.ts";
import type { CallItem, Recorded } from "./item.ts";
import { differing, sideBySide } from "./side-by-side.ts";

/** A replay and what is left of it. */
export interface ReplayedDevice {
  /**
   * Answers the recorded calls in their order. A call that is out of order, or has other params,
   * throws an `Error` that shows it beside the one that was recorded.
   */
  readonly client: Client;
  /** The recorded calls that have not come, oldest first. */
  readonly unused: () => readonly string[];
}

/** The calls of a transcript, in the order in which they were made. */
export const callsOf = (recorded: Pick<Recorded, "items">): readonly CallItem[] =>
  recorded.items().filter((item) => item.what === "call");

/** How many items are gone, where some are. */
export const goneText = (recorded: Pick<Recorded, "dropped">): string =>
  recorded.dropped() === 0
    ? ""
    : ` (the transcript has lost its oldest ${recorded.dropped()} items)`;

const wireOf = ({ number, name, answer }: CallItem): WireOutcome => {
  const call = `replay: call ${number} (${name})`;
  if (answer === undefined) throw new Error(`${call} was never answered in the recording`);
  const { outcome } = answer;
  if (!outcome.ok) return fail(outcome.error, outcome.details);
  const decoded = decodeCbor(outcome.result);
  if (!decoded.ok) throw new Error(`${call} was recorded with a result that is no CBOR`);
  return ok(decoded.value);
};

const refuse = (expected: CallItem | undefined, asked: Asked, note: string): void => {
  const called = askedLeaves(asked);
  const before = expected === undefined ? new Map<string, string>() : askedLeaves(expected);
  if (differing(before, called).length === 0) return;
  const which = expected === undefined ? "a call after the last" : `call ${expected.number}`;
  const table = sideBySide(["expected", "called"], before, called);
  throw new Error(`replay: ${which} is not as recorded${note}\n${table}`);
};

/** What the device had said of itself last, before an item or to the end. */
const helloBefore = (recorded: Recorded, item: CallItem | undefined): Hello | undefined => {
  const items = recorded.items();
  const reader = createFrameReader();
  return items
    .slice(0, item === undefined ? items.length : items.indexOf(item))
    .filter((one) => one.what === "bytes")
    .filter(({ direction }) => direction === "toHost")
    .flatMap(({ bytes }) => reader.push(bytes))
    .filter(({ type }) => type === "hello" || type === "helloAck")
    .map(({ payload }) => decodeAs(HELLO, payload))
    .findLast((hello) => hello !== undefined);
};

/** A device as it was recorded. */
export const replayDevice = (recorded: Recorded): ReplayedDevice => {
  const calls = callsOf(recorded);
  let next = 0;
  const client = lazyClient({
    open: () => Promise.resolve(fail("port_missing")), // nothing is ever carried
    intercept: (seen) => {
      const expected = calls[next];
      try {
        refuse(expected, askedOf(seen), goneText(recorded));
        assert(expected !== undefined, "what was not refused was expected");
        const answer = wireOf(expected);
        next += 1;
        return Promise.resolve(answer);
      } catch (error) {
        return Promise.reject(error);
      }
    },
  });
  return {
    client: {
      ...client,
      peer: () => {
        const hello = helloBefore(recorded, calls[Math.max(1, next)]);
        if (hello === undefined) throw new Error("replay: no HELLO was recorded of the device");
        return hello;
      },
    },
    unused: () => calls.slice(next).map(({ number, name }) => `${number} ${name}`),
  };
};
