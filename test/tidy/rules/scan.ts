/**
 * A small scanner of TypeScript: it tells code from comments, strings and regular expressions, no
 * more. Both views have the text's length and lines, so that an offset means the same in each.
 * Its one guess is a slash after `)` or `]` or a name: that divides.
 */

/** A text seen twice. */
export interface Views {
  /** Comments, and what is between quotes or slashes, are blanks. */
  readonly code: string;
  /** Only what is between quotes or slashes is blank. */
  readonly unquoted: string;
}

type Kind = "comment" | "quoted" | "word" | "blank" | "mark";

interface Token {
  readonly kind: Kind;
  readonly text: string;
}

/** Where the scanner stands: `braces` counts open ones per template literal it is inside of. */
interface Place {
  readonly previous: string;
  readonly braces: readonly number[];
}

const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/y;
const QUOTED = /"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/y;
const PATTERN = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/[\\\n])+\/[a-z]*/y;
const TEMPLATE_HEAD = /`(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
const TEMPLATE_REST = /\}(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
const WORD = /[\p{L}\p{N}_$]+/uy;
const BLANK = /\s+/y;

const DIVIDED = /[\w$)\]]$/;
const KEYWORD = /^(?:return|typeof|case|in|of|void|delete|throw|new|await|yield|do|else)$/;

const match = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

const beginsPattern = (previous: string): boolean =>
  !DIVIDED.test(previous) || KEYWORD.test(previous);

const insideTemplate = (place: Place): boolean =>
  place.braces.length > 1 && place.braces.at(-1) === 0;

/** In the order in which they are tried. */
const KINDS: readonly {
  readonly kind: Kind;
  readonly pattern: RegExp;
  readonly where?: (place: Place) => boolean;
}[] = [
  { kind: "blank", pattern: BLANK },
  { kind: "comment", pattern: COMMENT },
  { kind: "word", pattern: WORD },
  { kind: "quoted", pattern: QUOTED },
  { kind: "quoted", pattern: TEMPLATE_HEAD },
  { kind: "quoted", pattern: TEMPLATE_REST, where: insideTemplate },
  { kind: "quoted", pattern: PATTERN, where: (place) => beginsPattern(place.previous) },
];

const next = (text: string, at: number, place: Place): Token => {
  for (const { kind, pattern, where } of KINDS) {
    const found = where?.(place) === false ? undefined : match(pattern, text, at);
    if (found !== undefined) return { kind, text: found };
  }
  return { kind: "mark", text: text.charAt(at) };
};

const OPENS_TEMPLATE = /^`[\s\S]*\$\{$/;
const CLOSES_TEMPLATE = /^\}[\s\S]*`$/;

const bracesAfterQuoted = (braces: readonly number[], text: string): readonly number[] => {
  if (OPENS_TEMPLATE.test(text)) return [...braces, 0];
  return CLOSES_TEMPLATE.test(text) ? braces.slice(0, -1) : braces;
};

const BRACE_STEPS: ReadonlyMap<string, number> = new Map([
  ["{", 1],
  ["}", -1],
]);

const bracesAfter = (braces: readonly number[], { kind, text }: Token): readonly number[] => {
  if (kind === "quoted") return bracesAfterQuoted(braces, text);
  const step = kind === "mark" ? (BRACE_STEPS.get(text) ?? 0) : 0;
  return step === 0 ? braces : [...braces.slice(0, -1), (braces.at(-1) ?? 0) + step];
};

const blank = (text: string): string => text.replace(/[^\n]/g, " ");

/** Keeps the quotes, so that an empty place still looks like a string. */
const hollow = (text: string): string =>
  text.length < 2 ? text : text.charAt(0) + blank(text.slice(1, -1)) + text.charAt(text.length - 1);

const shown = (token: Token): { readonly code: string; readonly unquoted: string } => {
  if (token.kind === "comment") return { code: blank(token.text), unquoted: token.text };
  const text = token.kind === "quoted" ? hollow(token.text) : token.text;
  return { code: text, unquoted: text };
};

/** Scans a text. It never fails: what it does not understand it takes for code. */
export const scan = (text: string): Views => {
  let place: Place = { previous: "", braces: [0] };
  let code = "";
  let unquoted = "";
  for (let at = 0; at < text.length; ) {
    const token = next(text, at, place);
    const view = shown(token);
    code += view.code;
    unquoted += view.unquoted;
    at += token.text.length;
    const silent = token.kind === "blank" || token.kind === "comment";
    place = {
      previous: silent ? place.previous : token.text,
      braces: bracesAfter(place.braces, token),
    };
  }
  return { code, unquoted };
};
