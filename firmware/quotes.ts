/**
 * The documents of one boot that people compare by words: quotes, and the report of a genesis. The
 * display shows the words of the last one until the device is neither sealed nor provisioning.
 * Words cost memory and time, so they are computed one after the other, a few at once and then a
 * few in a minute: anyone on the cable may ask.
 */
import { WORD_LABELS } from "../protocol/check-words.ts";
import { fail, type Outcome, ok } from "../protocol/errors.ts";
import type { Device } from "./device.ts";
import type { Hal, Screen } from "./hal.ts";
import { DEVICE_LIMITS } from "./limits.ts";
import { checkWords } from "./words/check-words.ts";

/** What the documents need of their signer. */
export interface QuotesConfig {
  readonly hal: Pick<Hal, "clock" | "crypto">;
  readonly device: () => Device;
  /** Words came or went. */
  readonly showIdle: () => void;
}

/** A quote that was given. */
export interface GivenQuote {
  readonly quote: Uint8Array;
  /** By the board's clock. */
  readonly untilMs: number;
}

/** Quotes and words, as handlers and the display use them. */
export interface Quotes {
  /**
   * The quote for a request, shown by its words before it is given. The same request gets the same
   * quote for half its life.
   */
  readonly give: (request: string, make: () => GivenQuote) => Promise<Outcome<GivenQuote, "busy">>;
  /** Shows the words of a genesis, in place of any quote's. */
  readonly report: (document: Uint8Array) => Promise<void>;
  /** The words alone, as long as they are to be seen. */
  readonly screen: () => Screen | undefined;
  /** To be called after each step of the device. */
  readonly deviceChanged: () => void;
}

interface Given extends GivenQuote {
  readonly request: string;
  readonly freshUntilMs: number;
}

const isWaiting = (device: Device): boolean =>
  device.phase === "sealed" || device.phase === "provisioning";

/** How many quotes may be made now: a few at once, and one more in each pause. */
const createAllowance = ({ clock }: QuotesConfig["hal"]) => {
  let left: number = DEVICE_LIMITS.quoteBurst;
  let sinceMs = clock.nowMs();
  return (): boolean => {
    const gained = Math.floor((clock.nowMs() - sinceMs) / DEVICE_LIMITS.quotePauseMs);
    sinceMs += gained * DEVICE_LIMITS.quotePauseMs;
    left = Math.min(DEVICE_LIMITS.quoteBurst, left + gained);
    if (left === 0) return false;
    left -= 1;
    return true;
  };
};

/** No documents yet. */
export const createQuotes = ({ hal, device, showIdle }: QuotesConfig): Quotes => {
  const isAllowed = createAllowance(hal);
  let isComputing = false;
  let given: Given | undefined;
  let shown: readonly string[] | undefined;

  const show = async (label: string, document: Uint8Array): Promise<void> => {
    const words = await checkWords(hal.crypto, label, document);
    if (!isWaiting(device())) return;
    shown = words;
    showIdle();
  };
  return {
    give: async (request, make) => {
      const isFresh = given?.request === request && hal.clock.nowMs() < given.freshUntilMs;
      if (given !== undefined && isFresh) return ok(given);
      if (isComputing || !isAllowed()) return fail("busy");
      isComputing = true;
      const made = make();
      const nowMs = hal.clock.nowMs();
      try {
        await show(WORD_LABELS.quote, made.quote);
      } finally {
        isComputing = false;
      }
      given = { ...made, request, freshUntilMs: (nowMs + made.untilMs) / 2 };
      return ok(given);
    },
    report: (document) => show(WORD_LABELS.genesis, document),
    screen: () => (shown === undefined ? undefined : { kind: "check-words", lines: shown }),
    deviceChanged: () => {
      if (isWaiting(device())) return;
      shown = undefined;
      given = undefined;
    },
  };
};
