/** `mayfly custodian approve`: what it believes of quote, share and key, and what it shows. */
import { afterAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatKeyFile, formatShareFile } from "../../host/custody/index.ts";
import { encodeAs } from "../../protocol/cbor/cbor.ts";
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

const approve = (argument: string, files: readonly [string, string], ...words: readonly string[]) =>
  runMayfly(
    { home },
    "custodian",
    "approve",
    argument,
    "--share",
    files[0],
    "--key",
    files[1],
    "--out",
    join(home, crypto.randomUUID()),
    ...words,
  );

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
