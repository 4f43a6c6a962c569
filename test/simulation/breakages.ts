/**
 * Ways to break a world on purpose, for the test of the simulation: each must make a run fail, or
 * the simulation would not see it in the product either.
 */
import { mock } from "bun:test";
import type { Buttons, LogEvent } from "../../firmware/hal.ts";
import * as requests from "../../firmware/calls/requests.ts";
import type { Ledger } from "../../firmware/ledger/ledger.ts";
import { decodeFrame, encodeFrame, FLAGS } from "../../protocol/frame/frame.ts";
import { LINK_TIMES } from "../../protocol/link/times.ts";
import { SEED } from "./known-secrets.ts";
import type { Invariant } from "./findings.ts";
import type { Cable } from "./cable.ts";
import type { Actor } from "./world.ts";

/** What is broken, and which invariant says so. */
export interface Breakage {
  readonly breaks: Invariant;
  readonly ledger?: (ledger: Ledger) => Ledger;
  readonly buttons?: (buttons: Buttons, boot: Actor) => Buttons;
  readonly logged?: (event: LogEvent) => LogEvent;
  /** The engine signs with another key than it was asked for. */
  readonly signsWithOther?: boolean;
  /** Breaks the product itself for a run; the result mends it. */
  readonly product?: () => () => void;
  /** Breaks the line, from the beginning to the end. */
  readonly line?: (cable: Cable) => void;
}

/** A ledger that charges a transaction whenever it is committed. */
const chargesAgain: Breakage = {
  breaks: "charged",
  ledger: (ledger) => {
    let extra = 0;
    return {
      ...ledger,
      commit: (call, charge, nowMs) => {
        const charged = ledger.commit(call, charge, nowMs);
        if (charged.ok && charged.value === 0) extra += charge.amountSats;
        return charged;
      },
      total: () => ledger.total() + extra,
    };
  },
};

/** Buttons that say yes by themselves. */
const pressesItself: Breakage = {
  breaks: "consented",
  buttons: (_, boot) => ({ next: (pressed) => boot.after(1, () => pressed("yes")) }),
};

const logsSeed: Breakage = {
  breaks: "secret",
  logged: (event) => ({ ...event, during: SEED.toHex() }),
};

/** A signature of another key: the engine's own check lets no such thing out. */
const spoilsSignatures: Breakage = { breaks: "faultless", signsWithOther: true };

/** A line that turns the two halves of every frame around. */
const reorders: Breakage = {
  breaks: "live",
  line: ({ toDevice }) => {
    toDevice.meddle((chunk) => {
      const half = chunk.length >> 1;
      return [chunk.subarray(half), chunk.subarray(0, half)];
    });
  },
};

/** A line that swallows every data frame of the host, and acknowledges it in the device's name. */
const acknowledgesLost: Breakage = {
  breaks: "live",
  line: ({ toDevice, toHost }) => {
    toDevice.meddle((chunk) => {
      const frame = decodeFrame(chunk.subarray(1, -1));
      if (frame?.type !== "data") return undefined;
      const { epoch, seq } = frame;
      const empty = { seq: 0, channel: 0, payload: new Uint8Array(0) };
      const ack = { type: "ack", flags: FLAGS.device, epoch, ack: (seq + 1) & 0xffff } as const;
      toHost.inject(encodeFrame({ ...empty, ...ack, window: 8 }));
      return [];
    });
  },
};

/** Ends that ask for ever whether anybody is there. */
const neverGivesUp: Breakage = {
  breaks: "givesUp",
  product: () => {
    const { pings } = LINK_TIMES;
    Object.assign(LINK_TIMES, { pings: Number.POSITIVE_INFINITY });
    return () => void Object.assign(LINK_TIMES, { pings });
  },
};

const REQUESTS = "../../firmware/calls/requests.ts";
const { createRequests } = requests;

/** Calls that never hear that a session is over. */
const keepsSessions: Breakage = {
  breaks: "settled",
  product: () => {
    const leave = (): void => undefined;
    const broken: typeof createRequests = (clock) => ({ ...createRequests(clock), leave });
    void mock.module(REQUESTS, () => ({ createRequests: broken }));
    return () => void mock.module(REQUESTS, () => ({ createRequests }));
  },
};

/** All of them. */
export const BREAKAGES = {
  chargesAgain,
  pressesItself,
  logsSeed,
  spoilsSignatures,
  reorders,
  acknowledgesLost,
  neverGivesUp,
  keepsSessions,
} as const satisfies Record<string, Breakage>;

/** The name of one. */
export type BreakageName = keyof typeof BREAKAGES;
