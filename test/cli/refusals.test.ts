/** Bad input on the command line: one clear sentence, the right name, the right exit code. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Transaction } from "@scure/btc-signer";
import type { ErrorName } from "../../protocol/errors.ts";
import { expectContract, expectJsonRefusal, expectSentence } from "./contract.ts";
import { hasNoPty, startEmulating } from "./emulating.ts";
import { askMayfly, cleanUp, lastOf, runMayfly, temporaryFolder, textOf } from "./mayfly.ts";

afterAll(cleanUp);

const home = temporaryFolder();
const file = (name: string): string => join(home, name);

/** A command line, and what it is refused with. */
interface Row {
  readonly claim: string;
  readonly words: readonly string[];
  readonly error: ErrorName;
  readonly code?: number;
  /** A part of the sentence. */
  readonly says?: string;
}

const expectHuman = async ({ words, error, code, says = "" }: Row): Promise<void> => {
  const run = await runMayfly({ home }, ...words);
  expectSentence(run, error, code);
  expect(run.stderr).toContain(says);
  expect(run.stdout).toBe("");
};

const expectJson = async ({ words, error, code, says = "" }: Row): Promise<void> => {
  const run = await runMayfly({ home }, ...words, "--json");
  const last = expectJsonRefusal(run, error, code);
  expect(JSON.stringify(last)).toContain(says);
};

const table = (subject: string, rows: readonly Row[]): void => {
  for (const row of rows) {
    test.concurrent(`${subject}: ${row.claim}`, async () => {
      await expectHuman(row);
      await expectJson(row);
    });
  }
};

/** What the program finds out by itself takes the same road to both forms: one is tried. */
const briefTable = (subject: string, rows: readonly Row[]): void => {
  for (const row of rows) test.concurrent(`${subject}: ${row.claim}`, () => expectHuman(row));
};

const onPort = (...words: readonly string[]): readonly string[] => [...words, "--port", "A"];
const misread = (claim: string, words: readonly string[], says: string): Row => ({
  claim,
  words,
  error: "arguments_invalid",
  code: 2,
  says,
});

beforeAll(() => {
  mkdirSync(file("folder"));
  writeFileSync(file("empty"), "");
  writeFileSync(file("text"), "Dear signer, please pay.\n");
  writeFileSync(file("garbage"), crypto.getRandomValues(new Uint8Array(500)));
  writeFileSync(file("magic"), Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff));
  const transaction = new Transaction({ allowUnknownOutputs: true });
  transaction.addInput({ txid: new Uint8Array(32), index: 0 });
  transaction.addOutput({ script: Uint8Array.of(0x51), amount: 1n });
  writeFileSync(file("truncated"), transaction.toPSBT(0).slice(0, -3));
  // PSBT_GLOBAL_VERSION says 1, which there never was (BIP-370).
  const version1 = transaction.toPSBT(2).toHex().replace("01fb0402000000", "01fb0401000000");
  writeFileSync(file("version-1"), Uint8Array.fromHex(version1));
  writeFileSync(file("broken.json"), '{"name":"x",');
  writeFileSync(file("array.json"), "[]");
  writeFileSync(file("numbers.json"), '{"name":1,"template":2,"keys":[3]}');
  writeFileSync(file("blank-words"), "\n\n");
});

const WALLET = "00".repeat(32);

briefTable("arguments", [
  misread("an unknown option", ["status", "--port", "A", "--bogus"], "--bogus"),
  misread("an unknown command", ["bogus"], "bogus"),
  misread("an unknown subcommand", ["wallet", "bogus"], "bogus"),
  misread("a missing option", ["status"], "--port"),
  misread("a missing argument", onPort("sign"), "file"),
  misread("an option without its value", ["status", "--port"], "--port"),
  misread("one argument too many", onPort("status", "extra"), "too many arguments"),
  misread("a path that is none", onPort("xpub", "--path", "m/one"), "m/one"),
  misread("a step of a path beyond 2^31", onPort("xpub", "--path", "m/2147483648"), "m/21"),
  misread("eleven steps of a path", onPort("xpub", "--path", "m/1/1/1/1/1/1/1/1/1/1/1"), "m/1"),
  misread("a wallet id cut short", onPort("sign", "x", "--wallet", "00"), "--wallet"),
  misread(
    "a wallet id that is no hex",
    onPort("wallet", "address", "--wallet", "xyz", "--index", "0"),
    "--wallet",
  ),
  ...["-1", "1.5", "x", "2147483648", ""].map((index) =>
    misread(
      `the index "${index}"`,
      onPort("wallet", "address", "--wallet", WALLET, `--index=${index}`),
      "--index",
    ),
  ),
  misread("a nonce that is no hex", onPort("quote", "--nonce", "0x"), "--nonce"),
  misread("a nonce of 33 bytes", onPort("quote", "--nonce", "00".repeat(33)), "--nonce"),
  misread("the demo's fourth signer", ["demo", "--unplug", "Z"], "--unplug"),
  misread("no emulator", ["emulate", "--count", "0"], "--count"),
  misread("27 emulators", ["emulate", "--count", "27"], "--count"),
  misread("a network that is none", ["emulate", "--network", "moon"], "moon"),
  misread("an approval that is none", ["emulate", "--approve", "perhaps"], "perhaps"),
  misread("a seed that is no hex", ["emulate", "--rng-seed", "seed"], "--rng-seed"),
  misread("a death before the start", ["emulate", "--die-after-input", "0"], "--die-after"),
  misread("words that are no mnemonic", ["emulate", "--insecure-mnemonic", "one two"], "BIP-39"),
  misread("no words at all", ["emulate", "--insecure-mnemonic", ""], "no words"),
]);

table("ports", [
  { claim: "no such device", words: ["status", "--port", "Z"], error: "port_missing", says: "Z" },
  { claim: "no such path", words: ["status", "--port", "/dev/ttyNone"], error: "port_missing" },
  { claim: "a folder", words: ["status", "--port", home], error: "not_a_signer", says: "direct" },
  { claim: "a file", words: ["status", "--port", file("text")], error: "not_a_signer" },
  { claim: "/dev/null", words: ["status", "--port", "/dev/null"], error: "not_a_signer" },
  { claim: "an empty name", words: ["status", "--port="], error: "port_missing" },
]);

const noPsbt = (name: string, error: ErrorName, says: string = name): Row => ({
  claim: name,
  words: onPort("sign", name),
  error,
  says,
});

table("files to sign", [
  noPsbt("missing", "file_missing"),
  noPsbt("folder", "file_unreadable", "directory"),
  noPsbt("/dev/zero", "file_unreadable", "device"),
  ...["empty", "text", "garbage", "magic", "truncated", "version-1"].map((name) =>
    noPsbt(name, "not_a_psbt"),
  ),
]);

briefTable("files of other commands", [
  ...["broken.json", "array.json", "numbers.json", "garbage"].map((name) => ({
    claim: `the policy ${name}`,
    words: onPort("wallet", "register", "--policy", name),
    error: "wallet_malformed" as const,
    says: name,
  })),
  {
    claim: "a policy that is not there",
    words: onPort("wallet", "register", "--policy", "missing"),
    error: "file_missing",
  },
  {
    claim: "a share that is none",
    words: onPort("provision", "--share", "text"),
    error: "share_malformed",
    says: "text",
  },
  {
    claim: "a share that is not there",
    words: onPort("provision", "--share", "missing"),
    error: "file_missing",
  },
  {
    claim: "a request file that is not there",
    words: ["demo", "--requests", "missing"],
    error: "file_missing",
  },
  {
    claim: "a folder of requests",
    words: ["demo", "--requests", "folder"],
    error: "file_unreadable",
  },
  {
    claim: "a quote that is none",
    words: ["custodian", "approve", "bm9uZQ==", "--share", "s", "--key", "k", "--out", "o"],
    error: "quote_malformed",
  },
  {
    claim: "a key file in a folder that is missing",
    words: ["custodian", "init", "--out", "missing/key"],
    error: "file_unreadable",
  },
  {
    claim: "a mnemonic file without words",
    words: ["emulate", "--insecure-mnemonic-file", "blank-words"],
    error: "file_malformed",
  },
  {
    claim: "a home that is a file",
    words: ["emulate", "--home", "text"],
    error: "file_unreadable",
  },
  {
    claim: "a custodian with a typing error",
    words: onPort(
      "genesis",
      "--threshold=2",
      "--out=shares",
      "--custodian",
      "mfcustodian1qqqq",
      "mfcustodian1qqqr",
    ),
    error: "custodian_invalid",
  },
]);

test("custodian init: a file that is there is not overwritten", async () => {
  await askMayfly({ home }, "custodian", "init", "--out", "once.key");
  const before = readFileSync(file("once.key"), "utf8");
  const words = ["custodian", "init", "--out", "once.key"];
  await expectHuman({ claim: "", words, error: "file_exists", says: "once.key" });
  expect(readFileSync(file("once.key"), "utf8")).toBe(before);
});

test("genesis: a threshold that is none, whatever the port", async () => {
  const made = [1, 2].map((i) =>
    askMayfly({ home }, "custodian", "init", "--out", `threshold-${i}.key`),
  );
  const keys = (await Promise.all(made)).map((event) => textOf(event, "public"));
  for (const threshold of ["1", "3", "two", "-2"]) {
    const words = ["genesis", "--port", "Z", "--custodian", ...keys, `--threshold=${threshold}`];
    const run = await runMayfly({ home }, ...words, "--out", "shares");
    expectSentence(run, "threshold_invalid");
  }
  expect(existsSync(file("shares"))).toBe(false);
});

test("--json stands anywhere: before the command, in its middle, after a subcommand", async () => {
  const lines = [
    ["--json", "status", "--port", "Z"],
    ["status", "--json", "--port", "Z"],
    ["wallet", "--json", "address", "--port", "Z", "--wallet", WALLET, "--index", "0"],
  ];
  for (const words of lines) expectJsonRefusal(await runMayfly({ home }, ...words), "port_missing");
  const made = await runMayfly({ home }, "--json", "custodian", "init", "--out", "j.key");
  expectContract(lastOf(made), "custodian");
});

test("without a command: the help on standard error, and exit code 2", async () => {
  for (const words of [[], ["wallet"], ["custodian"]]) {
    const run = await runMayfly({ home }, ...words);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("Usage: mayfly");
    expect(run.stderr.trimEnd()).toEndWith("[arguments_invalid]");
  }
});

test("--help: on standard output, exit code 0, at most 80 columns", async () => {
  const commands = [
    "demo",
    "emulate",
    "devices",
    "status",
    "genesis",
    "quote",
    "provision",
    "seal",
  ];
  const groups = [["xpub"], ["sign"], ["wallet", "register"], ["custodian", "approve"], []];
  const all = [...commands.map((name) => [name]), ...groups];
  const runs = await Promise.all(all.map((words) => runMayfly({ home }, ...words, "--help")));
  for (const run of runs) {
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toStartWith("Usage: mayfly");
    for (const line of run.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  }
});

test("a home where nothing ever ran: no device, and the next step is named", async () => {
  const empty = temporaryFolder();
  expect(await askMayfly({ home: empty }, "devices")).toEqual({ event: "devices", devices: [] });
  const { stdout } = await runMayfly({ home: empty }, "devices");
  expect(stdout).toContain("mayfly emulate");
});

describe.skipIf(hasNoPty)("pty: what a running signer refuses", () => {
  beforeAll(async () => {
    await startEmulating(home).listening();
  });
  table("sealed", [
    {
      claim: "a command for another phase, and the phase",
      words: onPort("xpub", "--path", "m/0"),
      error: "wrong_phase",
      says: "sealed",
    },
    {
      claim: "a link that is a file",
      words: ["emulate", "--link", file("text")],
      error: "file_exists",
      says: "text",
    },
  ]);
});
