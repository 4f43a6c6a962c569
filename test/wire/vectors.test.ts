/** protocol/vectors.md shows what is frozen, and nothing else; its pairing code is read as such. */
import { expect, test } from "bun:test";
import { readPairingCode } from "../../host/identity/index.ts";
import { ok } from "../../protocol/errors.ts";
import { HELLO_EPOCH, HELLOS } from "./v01/frames.ts";
import { CLAIMS, FIRST, PROLOGUE, REFUSALS, SESSIONS } from "./v01/handshake.ts";

const text = await Bun.file(new URL("../../protocol/vectors.md", import.meta.url)).text();

/** What stands under a heading of a block, unfolded; what stands in a line, between back quotes. */
const folded = [...text.matchAll(/^[^\s`].*\n((?: {2}[0-9a-f]+\n)+)/gm)].map(([, lines = ""]) =>
  lines.replaceAll(/\s/g, ""),
);
const inline = [...text.matchAll(/`([0-9a-f]{4,})`/g)].map(([, hex]) => hex);

const isBytes = (value: string): boolean => /^[0-9a-f]{32,}$/.test(value);

test("every frozen byte of greeting and sessions is there, in order, and no other", () => {
  const sessions = SESSIONS.flatMap((session) =>
    Object.values(session).map(String).filter(isBytes),
  );
  expect(sessions).toHaveLength(7 * 3);
  const greeting = HELLOS.map(({ hex }) => hex);
  expect(folded.slice(0, -2)).toEqual([...greeting, PROLOGUE, ...sessions, CLAIMS[1].hex]);
  expect(inline).toEqual([
    HELLO_EPOCH.toString(16),
    FIRST.request,
    FIRST.answer,
    CLAIMS[0].hex,
    ...REFUSALS.map(({ hex }) => hex),
  ]);
});

test("the words of the pairing code give the psk", () => {
  const [words = ""] = [...text.matchAll(/^words: (.+)$/gm)].map(([, line]) => line);
  expect(folded.at(-2)).toBe("000102030405060708090a0b0c0d0e0f");
  expect(readPairingCode(words)).toEqual(ok(Uint8Array.fromHex(folded.at(-1) ?? "")));
});
