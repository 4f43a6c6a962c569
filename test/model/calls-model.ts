/** What hosts' calls are, over the ledger's model: a signing of each at work, and who waits. */
import { createLedgerModel, type ModelCall } from "./ledger-model.ts";

/** The deadline of the calls that have one. */
export const DEADLINE_MS = 500;

/** A final message: session, id, and the refusal's name or `result`. */
export type Final = readonly [session: number, id: number, final: string];

interface Working {
  readonly call: ModelCall;
  stage: "before" | "after";
  /** Why it ends at its commit. */
  wish: string | undefined;
  isDue: boolean;
  askers: readonly (readonly [session: number, id: number])[];
}

/** The calls of one boot. */
export const createCallsModel = (amountOf: (tx: number) => number) => {
  const ledger = createLedgerModel(amountOf);
  const finals: Final[] = [];
  /** At most one of each caller, in the order in which they go on. */
  let atWork: readonly Working[] = [];

  const workOf = ({ caller }: ModelCall): Working | undefined =>
    atWork.find(({ call }) => call.caller === caller);
  const wish = (one: Working, reason: string): void => {
    if (!ledger.isCommitted(one.call, 0)) one.wish = one.wish ?? reason;
  };
  const end = (one: Working, final: string): void => {
    ledger.end(one.call, true, 0);
    for (const [session, id] of one.askers) finals.push([session, id, final]);
  };
  return {
    ledger,
    finals: (): readonly Final[] => finals,
    atWork: (): number => atWork.length,
    ask: (call: ModelCall, session: number, id: number, isDue: boolean): void => {
      const standing = ledger.standing(call, 0);
      const working = workOf(call);
      if (standing === "other") finals.push([session, id, "idempotency_key_reused"]);
      else if (standing === "working" && working !== undefined) {
        working.askers = [...working.askers, [session, id]];
        working.isDue = working.isDue || isDue;
      } else if (working !== undefined) finals.push([session, id, "busy"]);
      else {
        ledger.begin(call, 0);
        const askers = [[session, id]] as const;
        atWork = [...atWork, { call, stage: "before", wish: undefined, isDue, askers }];
      }
    },
    goOn: (): void => {
      const [first, ...others] = atWork;
      if (first === undefined) return;
      atWork = others;
      if (first.stage === "after") end(first, "result");
      else if (first.wish !== undefined) end(first, first.wish);
      else {
        ledger.commit(first.call, 0);
        atWork = [...others, { ...first, stage: "after" }];
      }
    },
    cancel: (session: number, id: number): void => {
      const isIts = ([one, other]: readonly [number, number]): boolean =>
        one === session && other === id;
      for (const one of atWork) if (one.askers.some(isIts)) wish(one, "cancelled");
    },
    leave: (session: number): void => {
      for (const one of atWork) one.askers = one.askers.filter(([asker]) => asker !== session);
    },
    wait: (): void => {
      for (const one of atWork) if (one.isDue) wish(one, "timeout");
    },
  };
};
