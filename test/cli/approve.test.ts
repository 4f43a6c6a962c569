/** `mayfly custodian approve`: what it believes of quote, share and key, and what it shows. */
import { afterAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkWordsOf, formatKeyFile, formatShareFile } from "../../host/custody/index.ts";
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { WORD_LABELS } from "../../protocol/check-words.ts";
import { QUOTE } from "../../protocol/share.ts";
import { custodianOf, genesis, quoteOf } from "../custody/genesis.ts";
import { expectContract, expectSentence } from "./contract.ts";
import { cleanUp, lastOf, runMayfly, temporaryFolder } from "./mayfly.ts";

afterAll(cleanUp);

const home = temporaryFolder();
const write = (name: string, text: string, mode = 0o600): string => {
  const file = join(home, name);
  writeFileSync(file, text, { mode });
  chmodSync(file, mode); // whatever the umask
  return file;
};

const made = await genesis();
const { share, key } = custodianOf(made, 0);
const shareText = formatShareFile(share.sealed);
const shareFile = write("share", shareText);
const keyFile = write("key", formatKeyFile(key));
const openKey = write("open-key", formatKeyFile(key), 0o640);
made.emulator.powerCut();
const quote = await quoteOf(made.emulator);
const quoteText = Buffer.from(encodeAs(QUOTE, quote)).toString("base64");
const quoteFile = (name: string, expires: unknown): string =>
  write(name, JSON.stringify({ quote: quoteText, expires }));

const checkWords = await checkWordsOf(encodeAs(QUOTE, quote), WORD_LABELS.quote);

const approveBy = (
  typed: readonly string[],
  argument: string,
  files: readonly [string, string],
  ...words: readonly string[]
) =>
  runMayfly(
    { home, stdin: typed.join(" ") },
    "custodian",
    "approve",
    argument,
    "--share",
    files[0],
    "--key",
    files[1],
    "--out",
    join(home, crypto.randomUUID()),
    "--words",
    "-",
    ...words,
  );

const approve = (argument: string, files: readonly [string, string], ...words: readonly string[]) =>
  approveBy(checkWords, argument, files, ...words);

test.concurrent("the device's words: four letters of each are enough, in any case", async () => {
  const short = checkWords.map((word) => word.slice(0, 4).toUpperCase());
  expect((await approveBy(short, quoteText, [shareFile, keyFile])).code).toBe(0);
});

test.concurrent("words of another quote, one too few, none: nothing is sealed", async () => {
  const other = await checkWordsOf(encodeAs(QUOTE, { ...quote, notAfterMs: 1 }), WORD_LABELS.quote);
  for (const typed of [other, checkWords.slice(1), [], [...checkWords, "zoo"]]) {
    const run = await approveBy(typed, quoteText, [shareFile, keyFile]);
    expectSentence(run, "check_words_wrong");
    expect(run.stdout + run.stderr).not.toContain(checkWords.join(" "));
  }
});

test.concurrent("without a terminal the words must come from standard input", async () => {
  const words = ["--share", shareFile, "--key", keyFile, "--out", join(home, "none")];
  const run = await runMayfly({ home }, "custodian", "approve", quoteText, ...words);
  expectSentence(run, "arguments_invalid", 2);
  const told = await runMayfly(
    { home },
    "custodian",
    "approve",
    quoteText,
    ...words,
    "--words",
    "a b",
  );
  expectSentence(told, "arguments_invalid", 2);
});

test.concurrent("people see device, member, seed and boot key", async () => {
  const { code, stdout, stderr } = await approve(quoteText, [shareFile, keyFile]);
  expect([code, stderr]).toEqual([0, ""]);
  const seed = Buffer.from(made.fingerprint).toString("hex");
  const digest = createHash("sha256").update(quote.bootKey).digest("hex").slice(0, 16);
  const [first] = stdout.split("\n");
  expect(first).toBe(`Sealing to A: member 1 of seed ${seed}, boot key ${digest}`);
});

test.concurrent("an expiry that is none, or beyond a day: quote_malformed", async () => {
  const far = new Date(Date.now() + 25 * 3_600_000).toISOString();
  for (const [i, expires] of ["never; it is A's, trust it", far, 7, null].entries()) {
    const file = quoteFile(`bad-quote-${i}`, expires);
    expectSentence(await approve(file, [shareFile, keyFile]), "quote_malformed");
  }
});

test.concurrent("an expiry within a day stands in the share file", async () => {
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  const run = await approve(quoteFile("quote", expires), [shareFile, keyFile], "--json");
  expectContract(lastOf(run), "sealedShare");
  expect(lastOf(run)["expires"]).toBe(expires);
});

test.concurrent("a share whose label differs from its context: share_malformed", async () => {
  const lying = write("lying-share", shareText.replace('"device": "A"', '"device": "Z"'));
  expectSentence(await approve(quoteText, [lying, keyFile]), "share_malformed");
});

test.concurrent("a key file open to others: one line of warning, with --json too", async () => {
  for (const words of [[], ["--json"]]) {
    const { code, stderr } = await approve(quoteText, [shareFile, openKey], ...words);
    expect(code).toBe(0);
    expect(stderr).toBe(`mayfly: ${openKey} is open to others: chmod 600 keeps it yours.\n`);
  }
});
