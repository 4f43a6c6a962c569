/** The end of a link, told once to whoever asks, and never after a `close`. */

/** An end that may come. */
export interface LinkEnding {
  readonly isOpen: () => boolean;
  readonly goDown: () => void;
  readonly close: () => void;
  /** Calls `told` when it has gone down, or soon if it has already. */
  readonly onDown: (told: () => void) => void;
}

/** Not ended yet. */
export const createLinkEnding = (): LinkEnding => {
  let action: (() => void) | undefined;
  let state: "open" | "down" | "closed" = "open";
  const tell = (): void => {
    if (state === "down") action?.();
  };
  return {
    isOpen: () => state === "open",
    goDown: () => {
      if (state !== "open") return;
      state = "down";
      tell();
    },
    close: () => {
      state = "closed";
    },
    onDown: (told) => {
      action = told;
      queueMicrotask(tell);
    },
  };
};
