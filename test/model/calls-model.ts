/** What hosts' calls are, over the ledger's model: one signing at work, and who waits for it. */
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
  let working: Working | undefined;

  const wish = (reason: string): void => {
    if (working === undefined || ledger.isCommitted(working.call, 0)) return;
    working.wish = working.wish ?? reason;
  };
  const end = (one: Working, final: string): void => {
    ledger.end(one.call, true, 0);
    for (const [session, id] of one.askers) finals.push([session, id, final]);
    working = undefined;
  };
  return {
    ledger,
    finals: (): readonly Final[] => finals,
    atWork: (): number => (working === undefined ? 0 : 1),
    ask: (call: ModelCall, session: number, id: number, isDue: boolean): void => {
      const standing = ledger.standing(call, 0);
      if (standing === "other") finals.push([session, id, "idempotency_key_reused"]);
      else if (standing === "working" && working !== undefined) {
        working.askers = [...working.askers, [session, id]];
        working.isDue = working.isDue || isDue;
      } else if (working !== undefined) finals.push([session, id, "busy"]);
      else {
        ledger.begin(call, 0);
        working = { call, stage: "before", wish: undefined, isDue, askers: [[session, id]] };
      }
    },
    goOn: (): void => {
      if (working?.stage === "after") end(working, "result");
      else if (working?.wish !== undefined) end(working, working.wish);
      else if (working !== undefined) {
        ledger.commit(working.call, 0);
        working.stage = "after";
      }
    },
    cancel: (session: number, id: number): void => {
      if (working?.askers.some(([one, other]) => one === session && other === id) === true) {
        wish("cancelled");
      }
    },
    leave: (session: number): void => {
      if (working !== undefined) {
        working.askers = working.askers.filter(([one]) => one !== session);
      }
    },
    wait: (): void => {
      if (working?.isDue === true) wish("timeout");
    },
  };
};
