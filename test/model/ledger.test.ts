/** The ledger does what its model does, in any order, and never charges a transaction twice. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { createLedger } from "../../firmware/ledger/ledger.ts";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import { ok } from "../../protocol/errors.ts";
import { seeded } from "../firmware/outcomes.ts";
import { createLedgerModel, type ModelCall } from "./ledger-model.ts";

const DAY = DEVICE_LIMITS.ledgerMs;
const amountOf = (tx: number): number => 10 ** tx;
const txidOf = (tx: number): Uint8Array => new Uint8Array(32).fill(tx + 1);

const stepOf = (longestMs: number) =>
  fc.record({
    kind: fc.constantFrom("begin", "begin", "commit", "commit", "end", "drop", "reboot"),
    caller: fc.nat(1),
    key: fc.nat(3),
    tx: fc.nat(3),
    waitMs: fc.nat(longestMs),
  });

type Step = ReturnType<typeof stepOf> extends fc.Arbitrary<infer S> ? S : never;

const CALLS: readonly ModelCall[] = [0, 1].flatMap((caller) =>
  [0, 1, 2, 3].flatMap((key) => [0, 1, 2, 3].map((tx) => ({ caller, key, tx }))),
);

const nameOf = ({ caller, key }: ModelCall) => ({
  caller: `${caller}`,
  isHost: true,
  key: `${key}`,
});

/** A ledger and its model, taken through the same steps. */
const createPair = () => {
  const ledger = createLedger();
  const model = createLedgerModel(amountOf);
  const workingAt = (call: ModelCall, nowMs: number): ModelCall | undefined =>
    CALLS.find(
      (one) =>
        one.caller === call.caller &&
        one.key === call.key &&
        model.standing(one, nowMs) === "working",
    );
  const begin = (call: ModelCall, nowMs: number): void => {
    const standing = model.standing(call, nowMs);
    if (standing === "other" || standing === "working") return;
    model.begin(call, nowMs);
    expect(ledger.begin(nameOf(call), `${call.tx}`, nowMs)).toEqual(ok(undefined));
  };
  const commit = (call: ModelCall, nowMs: number): void => {
    const charge = { txid: txidOf(call.tx), amountSats: amountOf(call.tx) };
    expect(ledger.commit(nameOf(call), charge, nowMs)).toEqual(ok(model.commit(call, nowMs)));
  };
  const end = (call: ModelCall, hasTrace: boolean, nowMs: number): void => {
    model.end(call, hasTrace, nowMs);
    ledger.end(nameOf(call), hasTrace, nowMs);
  };
  const act = (step: Step, nowMs: number): void => {
    const call = workingAt(step, nowMs);
    if (step.kind === "begin") begin(step, nowMs);
    else if (call === undefined) return;
    else if (step.kind === "commit") commit(call, nowMs);
    else end(call, step.kind === "end", nowMs);
  };
  const compare = (nowMs: number): void => {
    for (const call of CALLS) {
      expect(ledger.standing(nameOf(call), `${call.tx}`, nowMs)).toBe(model.standing(call, nowMs));
      expect(ledger.isCommitted(nameOf(call), nowMs)).toBe(model.isCommitted(call, nowMs));
    }
    expect(ledger.total()).toBe(model.total());
    for (const backMs of [0, 1000, DAY / 2, DAY]) {
      expect(ledger.chargedSince(nowMs - backMs)).toBe(model.since(nowMs - backMs));
    }
  };
  return { act, compare, model, ledger };
};

const run = (steps: readonly Step[], afterwards: (pair: ReturnType<typeof createPair>) => void) => {
  let pair = createPair();
  let nowMs = 0;
  for (const step of steps) {
    nowMs += step.waitMs;
    if (step.kind === "reboot") pair = createPair();
    else pair.act(step, nowMs);
    pair.compare(nowMs);
    afterwards(pair);
  }
};

test("within a day: the total is the sum over the distinct transactions committed", () => {
  const steps = fc.array(stepOf(1000), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (schedule) =>
      run(schedule, ({ ledger, model }) => {
        const sum = model.transactions().reduce((total, tx) => total + amountOf(tx), 0);
        expect(ledger.total()).toBe(sum);
        expect(ledger.entries()).toHaveLength(model.transactions().length);
      }),
    ),
    seeded(400),
  );
});

test("over days: what is known ends with its day, in ledger and model alike", () => {
  const steps = fc.array(stepOf(DAY / 3), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (schedule) => run(schedule, () => undefined)),
    seeded(400),
  );
});
