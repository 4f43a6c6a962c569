/** What an emulator has shown, and waiting until it shows something. */
import type { Clock, Screen } from "../../../../firmware/hal.ts";
import { fitsScreen, patternInWords, screenInWords, type ScreenPattern } from "./screen-pattern.ts";

/** How long a screen is waited for. */
export interface ShowsOptions {
  /** By the emulator's clock; 4 s unless told, below the limit of a test in bun:test. */
  readonly withinMs?: number;
}

/** The display of an emulator over all of its boots. */
export interface Showing {
  readonly screens: readonly Screen[];
  readonly show: (screen: Screen) => void;
  /** The screen that fits: what is shown now, or the next that is; rejects when time is over. */
  readonly shows: (wanted: ScreenPattern, options?: ShowsOptions) => Promise<Screen>;
}

const PATIENCE_MS = 4000;

/** A display that has shown nothing yet; `note` ends the sentence where nothing came. */
export const createShowing = (clock: Clock, note: string): Showing => {
  const screens: Screen[] = [];
  const watchers = new Set<(screen: Screen) => void>();
  const shows = (
    wanted: ScreenPattern,
    { withinMs = PATIENCE_MS }: ShowsOptions = {},
  ): Promise<Screen> => {
    const now = screens.at(-1);
    if (now !== undefined && fitsScreen(wanted, now)) return Promise.resolve(now);
    const from = Math.max(0, screens.length - 1);
    const { promise, resolve, reject } = Promise.withResolvers<Screen>();
    const stop = clock.after(withinMs, () => {
      watchers.delete(watch);
      const shown = screens.slice(from).map((screen) => `\n  ${screenInWords(screen)}`);
      const claim = `not shown within ${withinMs} ms: ${patternInWords(wanted)}`;
      reject(new Error(`${claim}; but${shown.join("")}\n${note}`));
    });
    const watch = (screen: Screen): void => {
      if (!fitsScreen(wanted, screen)) return;
      watchers.delete(watch);
      stop();
      resolve(screen);
    };
    watchers.add(watch);
    return promise;
  };
  return {
    screens,
    shows,
    show: (screen) => {
      screens.push(screen);
      for (const watch of watchers) watch(screen);
    },
  };
};
