/**
 * Matchers about emulators and outcomes, for bun:test and whatever has its `expect.extend`. Each
 * failure says what was there instead and, where a signer is at hand, the seed that brings the same
 * run again.
 */
import { inspect } from "node:util";
import {
  type Emulator,
  fitsScreen,
  patternInWords,
  screenInWords,
  type ScreenPattern,
} from "../../hardware/emulator/index.ts";
import type { ErrorName } from "../../protocol/errors.ts";

/** What the matchers look at of a signer. */
export type SeenSigner = Pick<Emulator, "screens" | "rngSeed" | "signatures">;

/** What a refusal's details must hold besides whatever else they hold. */
export type ExpectedDetails = Readonly<Record<string, unknown>>;

/** The matchers as they are called; `R` is what a call gives. */
export interface MayflyMatchers<R> {
  /**
   * The signer shows such a screen or has shown one since it was made, over all of its boots. What
   * it shows right now is `signer.screen()`, and `signer.shows` waits for what is to come.
   */
  toShow(wanted: ScreenPattern): R;
  /**
   * The outcome is a refusal by that name, whose details hold these. A signer that is named lends
   * its seed to the message.
   */
  toRefuseWith(error: ErrorName, details?: ExpectedDetails, of?: SeenSigner): R;
  /** The signer has made so many signatures with keys of wallets, over all of its boots. */
  toHaveSigned(count: number): R;
}

/** What a matcher is told by who runs it. */
export interface Matching {
  readonly isNot: boolean;
  readonly equals: (a: unknown, b: unknown) => boolean;
}

/** What a matcher finds. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

type Named<N extends keyof MayflyMatchers<void>> = (
  this: Matching,
  received: unknown,
  ...wanted: Parameters<MayflyMatchers<void>[N]>
) => MatcherResult;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const isSigner = (value: unknown): value is SeenSigner =>
  isObject(value) && "screens" in value && "rngSeed" in value && "signatures" in value;

type Outcome =
  | { readonly ok: true; readonly value?: unknown }
  | { readonly ok: false; readonly error: unknown; readonly details?: unknown };

const isOutcome = (value: unknown): value is Outcome =>
  isObject(value) && "ok" in value && (value.ok === true || "error" in value);

/** Our caller's mistake: no negation makes it right. */
const mistaken = (matcher: string, wants: string, given: unknown): never => {
  const hint = given instanceof Promise ? "a promise: await it first" : inspect(given);
  throw new Error(`${matcher} looks at ${wants}, and was given ${hint}`);
};

const signerOf = (matcher: string, value: unknown): SeenSigner =>
  isSigner(value) ? value : mistaken(matcher, "an emulator", value);

const seedLine = (signer: SeenSigner | undefined): string => {
  const seed = signer?.rngSeed ?? process.env["MAYFLY_SEED"];
  return seed === undefined ? "" : `\nMAYFLY_SEED=${seed}`;
};

const result = (
  pass: boolean,
  isNot: boolean,
  [who, what]: readonly [string, string],
  there: string,
  signer?: SeenSigner,
): MatcherResult => ({
  pass,
  message: () =>
    `expected ${who} ${isNot ? "not " : ""}to ${what}\nbut ${there}${seedLine(signer)}`,
});

const MOST_SCREENS = 12;

const shownInWords = ({ screens }: SeenSigner): string => {
  const last = screens.slice(-MOST_SCREENS).map((screen) => `\n  ${screenInWords(screen)}`);
  const more = screens.length - last.length;
  return `it has shown${more > 0 ? ` (after ${more} others)` : ""}${last.join("") || " nothing"}`;
};

const toShow: Named<"toShow"> = function toShow(received, wanted) {
  const signer = signerOf("toShow", received);
  const isShown = signer.screens.some((screen) => fitsScreen(wanted, screen));
  const claim = ["a signer", `show ${patternInWords(wanted)}`] as const;
  return result(isShown, this.isNot, claim, shownInWords(signer), signer);
};

const outcomeOf = (matcher: string, value: unknown): Outcome =>
  isOutcome(value) ? value : mistaken(matcher, "an outcome", value);

const outcomeInWords = (outcome: Outcome): string => {
  if (outcome.ok) return `it was done: ${inspect(outcome.value)}`;
  const { error, details } = outcome;
  const why = details === undefined ? "" : ` ${inspect(details)}`;
  return `it was refused with ${String(error)}${why}`;
};

const toRefuseWith: Named<"toRefuseWith"> = function toRefuseWith(received, error, wanted, of) {
  const outcome = outcomeOf("toRefuseWith", received);
  const isRefused = !outcome.ok && outcome.error === error;
  const details = outcome.ok || !isObject(outcome.details) ? {} : outcome.details;
  const fits = Object.entries(wanted ?? {}).every(([name, value]) =>
    this.equals(Reflect.get(details, name), value),
  );
  const about = wanted === undefined ? "" : ` ${inspect(wanted)}`;
  const claim = ["an outcome", `be a refusal with ${error}${about}`] as const;
  return result(isRefused && fits, this.isNot, claim, outcomeInWords(outcome), of);
};

const signaturesInWords = (count: number): string => `${count} signature${count === 1 ? "" : "s"}`;

const toHaveSigned: Named<"toHaveSigned"> = function toHaveSigned(received, count) {
  const signer = signerOf("toHaveSigned", received);
  const made = signer.signatures();
  const claim = ["a signer", `have made ${signaturesInWords(count)}`] as const;
  const there = `it has made ${signaturesInWords(made)}, and ${shownInWords(signer)}`;
  return result(made === count, this.isNot, claim, there, signer);
};

/** For `expect.extend`: on Bun `mayfly/testing` has done that already. */
export const matchers = { toShow, toRefuseWith, toHaveSigned };
