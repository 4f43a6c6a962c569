/**
 * The person at the device, and its display and buttons. He reads every screen, says yes to what
 * the worker asked for and no to everything else, and remembers what he said yes to.
 */
import type { Buttons, Display, Press, Screen } from "../../firmware/hal.ts";
import type { Chance } from "./chance.ts";
import type { Payment } from "./payments.ts";
import type { Actor } from "./world.ts";

/** How a person is. */
export interface Habits {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** What a person makes of a screen. */
export interface Question {
  readonly screen: Screen;
  /** The payment that it shows. */
  readonly payment: Payment | undefined;
  readonly answer: Press;
  readonly delayMs: number;
}

/** A person, who outlives boots. */
export interface Person {
  /** Display and buttons of a boot. */
  readonly attend: (boot: Actor) => { readonly display: Display; readonly buttons: Buttons };
  /** The next question takes so much longer. */
  readonly dawdle: (ms: number) => void;
  /** The answer to the next transaction is no. */
  readonly decline: () => void;
  /** Pairing is wanted, or not any more. */
  readonly allowPairing: (isAllowed: boolean) => void;
  /** The words on the display, as long as they stand there. */
  readonly words: () => readonly string[] | undefined;
  /** Calls `action` with each question as it is shown. */
  readonly onQuestion: (action: (question: Question) => void) => void;
  /** How often he said yes to a transaction in a boot. */
  readonly approvals: (boot: Actor, txid: string) => number;
}

/** What a person knows of what is asked for. */
export interface Memory {
  readonly paymentOn: (screen: Screen) => Payment | undefined;
  readonly isAsked: (payment: Payment) => boolean;
}

/** Wallets are welcome, pairings only when he was told of one. */
const answerToTitle = (title: string | undefined, isPairing: boolean): Press => {
  if (title === "Register this wallet?") return "yes";
  return title === "Pair a host?" && isPairing ? "yes" : "no";
};

/** A person. */
export const createPerson = (habits: Habits, memory: Memory, chance: Chance): Person => {
  const approvals = new Map<string, number>();
  const listeners: ((question: Question) => void)[] = [];
  let screen: Screen = { kind: "status", lines: [] };
  let extraMs = 0;
  let isDeclining = false;
  let isPairing = false;

  const answerTo = (payment: Payment | undefined): Press => {
    if (payment === undefined) return answerToTitle(screen.lines[0], isPairing);
    if (!memory.isAsked(payment)) return "no";
    const wasDeclining = isDeclining;
    isDeclining = false;
    return wasDeclining ? "no" : "yes";
  };
  const consider = (): Question => {
    const payment = memory.paymentOn(screen);
    const delayMs = chance.between(habits.leastMs, habits.mostMs) + extraMs;
    extraMs = 0;
    return { screen, payment, answer: answerTo(payment), delayMs };
  };
  const approve = (boot: Actor, { payment, answer }: Question): void => {
    if (payment === undefined || answer !== "yes") return;
    const name = `${boot.name} ${payment.txid}`;
    approvals.set(name, (approvals.get(name) ?? 0) + 1);
  };
  return {
    attend: (boot) => ({
      display: {
        show: (shown) => {
          screen = shown;
        },
      },
      buttons: {
        next: (pressed) => {
          const question = consider();
          for (const action of listeners) action(question);
          return boot.after(question.delayMs, () => {
            approve(boot, question);
            pressed(question.answer);
          });
        },
      },
    }),
    dawdle: (ms) => {
      extraMs = ms;
    },
    decline: () => {
      isDeclining = true;
    },
    allowPairing: (isAllowed) => {
      isPairing = isAllowed;
    },
    words: () => (screen.kind === "pairing-code" ? screen.lines : undefined),
    onQuestion: (action) => void listeners.push(action),
    approvals: (boot, txid) => approvals.get(`${boot.name} ${txid}`) ?? 0,
  };
};
