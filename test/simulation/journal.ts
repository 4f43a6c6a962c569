/** What outlives the worker's crashes: what is to be signed, under which key, what came of it. */
import type { Grant, KnownDevice } from "../../host/driver/index.ts";
import { LINK_KEY } from "./hosts.ts";
import type { Payment } from "./payments.ts";

/** A payment that is to be signed. */
export interface Intent {
  readonly payment: Payment;
  /** Its idempotency key, once it is written down. */
  key: Uint8Array | undefined;
  /** `dropped`: a person said no, or the worker no longer wants it. */
  state: "open" | "signed" | "dropped";
}

/** The journal. */
export interface Journal {
  readonly add: (payment: Payment) => void;
  readonly open: () => readonly Intent[];
  readonly all: () => readonly Intent[];
  /** All keys are gone; what is to be signed is written elsewhere, too. */
  readonly loseKeys: () => void;
  readonly isAsked: (payment: Payment) => boolean;
  /** What is known of the device; nothing before the worker is paired, where it must be. */
  readonly device: () => KnownDevice | undefined;
  readonly pair: (grant: Grant) => void;
}

/** An empty journal. */
export const createJournal = (isListed: boolean): Journal => {
  const intents: Intent[] = [];
  let grant: Grant | undefined = isListed ? { role: "vault" } : undefined;
  return {
    add: (payment) => void intents.push({ payment, key: undefined, state: "open" }),
    open: () => intents.filter(({ state }) => state === "open"),
    all: () => intents,
    loseKeys: () => {
      for (const intent of intents) intent.key = undefined;
    },
    isAsked: (payment) => intents.some((intent) => intent.payment === payment),
    device: () => (grant === undefined ? undefined : { deviceKey: LINK_KEY, grants: [grant] }),
    pair: (fresh) => {
      grant = fresh;
    },
  };
};
