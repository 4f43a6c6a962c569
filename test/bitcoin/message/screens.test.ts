/** What a person reads of a message: all of it, and nothing that could be the device's own. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { BITCOIN_LIMITS, planMessage } from "../../../firmware/bitcoin/index.ts";
import { messagePages, quotedLines } from "../../../firmware/bitcoin/message/screens.ts";
import { elementOf, seeded, unwrap } from "../expect-value.ts";
import { crypto } from "../wallet-fixture.ts";
import { messageWallet, TEMPLATES } from "./message-wallets.ts";

const CASES = [
  ["", ['""']],
  ["Hello", ['"Hello"']],
  ['say "yes"', ['"say \\"yes\\""']],
  ["a\\n", ['"a\\\\n"']],
  ["one\ntwo\r\tthree", ['"one\\ntwo\\r\\tthree"']],
  ["Pay | Fee", ['"Pay \\u{7c} Fee"']],
  ["раypal", ['"\\u{440}\\u{430}ypal"']],
  ["\u{202e}evil\u{0}", ['"\\u{202e}evil\\u{0}"']],
  ["😄", ['"\\u{1f604}"']],
  ["x".repeat(33), [`"${"x".repeat(32)}"`, '"x"']],
  [`${"x".repeat(30)}ä`, [`"${"x".repeat(30)}"`, '"\\u{e4}"']],
] as const;

/** What the lines say, read back. */
const readBack = (lines: readonly string[]): string =>
  lines
    .map((line) => line.slice(1, -1))
    .join("")
    .replaceAll(/\\(?:u\{([0-9a-f]+)\}|(.))/g, (_, code: string | undefined, short: string) => {
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return { n: "\n", r: "\r", t: "\t" }[short] ?? short;
    });

const anyText = fc.string({ unit: "binary", maxLength: 400 }).filter((text) => text.isWellFormed());

describe("messages on the screen", () => {
  for (const [text, lines] of CASES) {
    test(JSON.stringify(text), () => expect(quotedLines(text)).toEqual([...lines]));
  }

  test("every line is between quotation marks, short, printable and without a bar", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const line of quotedLines(text)) {
          expect(line).toMatch(/^"[ -{}~]*"$/);
          expect(line.length).toBeLessThanOrEqual(BITCOIN_LIMITS.messageLineChars + 2);
        }
        expect(readBack(quotedLines(text))).toBe(text);
      }),
      seeded("lines of messages", 300),
    );
  });

  test("pages hold all lines in order, and say how many they are", () => {
    const text = "0123456789abcdef".repeat(64);
    const pages = messagePages(text, 1024);
    expect(pages.map(({ lines }) => lines[0])).toEqual(
      [1, 2, 3, 4].map((page) => `Message, 1024 bytes, page ${page} of 4`),
    );
    expect(pages.flatMap(({ lines }) => lines.slice(1))).toEqual([...quotedLines(text)]);
    expect(messagePages("", 0).map(({ lines }) => [...lines])).toEqual([
      ["Message, 0 bytes, page 1 of 1", '""'],
    ]);
  });

  test("wallet, address and format come first", () => {
    const wallet = messageWallet(elementOf(TEMPLATES, 1)).registeredAs(0);
    const request = { branch: 1, index: 3, message: "Hi\n", format: "legacy" } as const;
    const { address, screens } = unwrap(planMessage(wallet, request, crypto));
    expect(screens.map(({ kind }) => kind)).toEqual(["message", "message"]);
    const [first, second] = screens;
    const shown = first?.lines ?? [];
    expect([shown[0], shown[1], shown[2], shown.at(-1)]).toEqual([
      "Sign this message?",
      "Wallet: Speaker",
      "Change address 3",
      "Format: Bitcoin Signed Message",
    ]);
    expect(shown.slice(3, -1).join("").replaceAll(" ", "")).toBe(address);
    expect([...(second?.lines ?? [])]).toEqual(["Message, 3 bytes, page 1 of 1", '"Hi\\n"']);
  });
});
