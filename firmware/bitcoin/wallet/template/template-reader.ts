/**
 * A reader over the text of a template. It never throws: the first thing that does not fit makes it
 * fail for good, under the name of that refusal. A parser reads on and asks before it believes.
 */

/**
 * Why a template is not read: `unread` is not of the grammar that is known here, `foreign` is, and
 * is not supported; `malformed` is none that anyone could support.
 */
export type TemplateRefusal = "unread" | "foreign" | "malformed";

/** Reads from the front. */
export interface TemplateReader {
  readonly refusal: () => TemplateRefusal | undefined;
  /** Fails, unless it has failed before. */
  readonly refuse: (why: TemplateRefusal) => void;
  /** Passes over a text where it comes next; false once failed. */
  readonly takes: (text: string) => boolean;
  /** Passes over a text that must come next. */
  readonly expect: (text: string) => void;
  /** What a sticky pattern matches here, passed over; nothing once failed or without a match. */
  readonly match: (pattern: RegExp) => string;
  readonly isAtEnd: () => boolean;
}

/** A reader at the start of `text`. */
export const createTemplateReader = (text: string): TemplateReader => {
  let at = 0;
  let refusal: TemplateRefusal | undefined;

  const refuse = (why: TemplateRefusal): void => {
    refusal ??= why;
  };
  const takes = (part: string): boolean => {
    const isNext = refusal === undefined && text.startsWith(part, at);
    if (isNext) at += part.length;
    return isNext;
  };
  return {
    refusal: () => refusal,
    refuse,
    takes,
    expect: (part) => {
      if (!takes(part)) refuse("unread");
    },
    match: (pattern) => {
      pattern.lastIndex = at;
      const found = refusal === undefined ? (pattern.exec(text)?.[0] ?? "") : "";
      at += found.length;
      return found;
    },
    isAtEnd: () => at === text.length,
  };
};
