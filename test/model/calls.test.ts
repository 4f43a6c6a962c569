/**
 * Requests, retries, cable pulls, cancels, deadlines, reboots and hosts that lost their journal, in
 * any order, through the real call layer: it says and charges what a model of it does.
 */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { createLedger } from "../../firmware/ledger/ledger.ts";
import { ok } from "../../protocol/errors.ts";
import { createCallBench, hostOf, settle } from "../firmware/calls/call-bench.ts";
import { receiving } from "../firmware/calls/receiving.ts";
import { seeded } from "../firmware/outcomes.ts";
import { createCallsModel, DEADLINE_MS } from "./calls-model.ts";

const HOSTS = [0, 1];
const amountOf = (tx: number): number => 10 ** tx;
const txidOf = (tx: number): Uint8Array => new Uint8Array(32).fill(tx + 1);

const step = fc.record({
  kind: fc.constantFrom("ask", "ask", "ask", "go-on", "go-on", "cancel", "pull", "wait", "reboot"),
  host: fc.constantFrom(...HOSTS),
  key: fc.nat(2),
  tx: fc.nat(2),
  hasDeadline: fc.boolean(),
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A device whose signing stops at a gate before its commit and at one after it. */
const bootDevice = () => {
  const ledger = createLedger();
  const gates: (() => void)[] = [];
  const gate = (): Promise<void> => new Promise((open) => void gates.push(open));
  const signPsbt = receiving(async ({ commit }, psbt) => {
    const tx = psbt[0] ?? 0;
    await gate();
    const committed = commit({ txid: txidOf(tx), amountSats: amountOf(tx) });
    if (!committed.ok) return committed;
    await gate();
    return ok({ walletId: txidOf(tx), signatures: new Uint8Array(0) });
  });
  const bench = createCallBench({ handlers: { signPsbt }, ledger });
  return { bench, ledger, goOn: () => gates.shift()?.() };
};

/** A device with a session for each host, and the model of it. */
const bootPair = () => {
  const { bench, ledger, goOn } = bootDevice();
  const model = createCallsModel(amountOf);
  const connect = (host: number) => bench.session(hostOf("vault", host));
  const sessions = new Map(HOSTS.map((host) => [host, connect(host)]));
  const ended: ReturnType<typeof connect>[] = [];
  const last = new Map<number, number>();
  const act = async (one: Step): Promise<void> => {
    const session = sessions.get(one.host);
    if (session === undefined) return;
    const { session: number } = session.origin;
    switch (one.kind) {
      case "ask": {
        const { key, tx } = one;
        const asking = one.hasDeadline ? { key, deadlineMs: DEADLINE_MS } : { key };
        const id = session.sign(Uint8Array.of(tx), asking);
        last.set(one.host, id);
        return model.ask({ caller: one.host, key, tx }, number, id, one.hasDeadline);
      }
      case "go-on":
        goOn();
        return model.goOn();
      case "cancel":
        session.cancel(last.get(one.host) ?? 1);
        return model.cancel(number, last.get(one.host) ?? 1);
      case "pull":
        bench.calls.leave(number);
        model.leave(number);
        ended.push(session);
        sessions.set(one.host, connect(one.host));
        return;
      case "wait":
        await bench.pass(DEADLINE_MS);
        return model.wait();
      case "reboot":
    }
  };
  const compare = (): void => {
    const heard = [...ended, ...sessions.values()].flatMap((session) =>
      session.heard().flatMap((message) => {
        const final = message.kind === "refusal" ? message.error : message.kind;
        const isFinal = message.kind === "refusal" || message.kind === "result";
        return isFinal ? [[session.origin.session, message.id, final]] : [];
      }),
    );
    expect(heard.map(String).toSorted()).toEqual(model.finals().map(String).toSorted());
    expect(ledger.total()).toBe(model.ledger.total());
    const distinct = model.ledger.transactions().reduce((sum, tx) => sum + amountOf(tx), 0);
    expect([ledger.total(), bench.faults()]).toEqual([distinct, 0]);
    expect(bench.calls.openCalls()).toBe(model.atWork());
  };
  return { act, compare };
};

test("the calls of a device are those of the model, after every step", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      let pair = bootPair();
      for (const one of steps) {
        if (one.kind === "reboot") pair = bootPair();
        else await pair.act(one);
        await settle();
        pair.compare();
      }
    }),
    seeded(60),
  );
}, 30_000);
