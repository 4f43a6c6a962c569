/**
 * What a person reads before a message is signed. Its text is somebody else's: it stands between
 * quotation marks on every line, and whatever is not plain is written out, so that it can neither
 * pass for a line of the device's own nor hide a part of itself.
 */
import type { Screen } from "../../hal.ts";
import { BITCOIN_LIMITS } from "../limits.ts";

/** How a message is signed. */
export type MessageFormat = "bip322" | "legacy";

/** What the screens tell of. */
export interface ShownMessage {
  /** As `walletLine` writes it. */
  readonly wallet: string;
  readonly isChange: boolean;
  readonly index: number;
  /** As `formatAddress` writes it. */
  readonly address: readonly string[];
  readonly format: MessageFormat;
  readonly text: string;
  /** Bytes of the text in UTF-8. */
  readonly size: number;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ['"', '\\"'],
  ["\\", "\\\\"],
]);

/** Printable ASCII without the bar, which may stand between lines. */
const PLAIN = /^[ -{}~]$/;

/** A character as itself, or as its number: letters that look alike differ in it. */
const written = (character: string): string => {
  const short = ESCAPES.get(character);
  if (short !== undefined) return short;
  if (PLAIN.test(character)) return character;
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
};

/**
 * A text in lines of at most `BITCOIN_LIMITS.messageLineChars` characters between quotation marks;
 * no escape is cut in two. An empty text is one line with nothing between them.
 */
export const quotedLines = (text: string): readonly string[] => {
  const lines: string[] = [];
  let line = "";
  for (const character of text) {
    const next = written(character);
    if (line.length + next.length > BITCOIN_LIMITS.messageLineChars) {
      lines.push(line);
      line = "";
    }
    line += next;
  }
  return [...lines, line].map((one) => `"${one}"`);
};

const bytesLine = (size: number): string => `${size} byte${size === 1 ? "" : "s"}`;

const FORMAT_LINES: Readonly<Record<MessageFormat, string>> = {
  bip322: "Format: BIP-322",
  legacy: "Format: Bitcoin Signed Message",
};

/** The pages of a text, each with its number, and how long it is. */
export const messagePages = (text: string, size: number): readonly Screen[] => {
  const lines = quotedLines(text);
  const { messagePageLines } = BITCOIN_LIMITS;
  const pages = Math.ceil(lines.length / messagePageLines);
  return Array.from({ length: pages }, (_, page) => ({
    kind: "message",
    lines: [
      `Message, ${bytesLine(size)}, page ${page + 1} of ${pages}`,
      ...lines.slice(page * messagePageLines, (page + 1) * messagePageLines),
    ],
  }));
};

/** What is asked, the address that signs, and the whole message. */
export const messageScreens = (shown: ShownMessage): readonly Screen[] => [
  {
    kind: "message",
    lines: [
      "Sign this message?",
      shown.wallet,
      `${shown.isChange ? "Change" : "Receive"} address ${shown.index}`,
      ...shown.address,
      FORMAT_LINES[shown.format],
    ],
  },
  ...messagePages(shown.text, shown.size),
];
